import { parseArgs } from "node:util";
import { asciiJson } from "./ascii-json.ts";
import type { Command } from "./command.ts";
import { HALL_OPTIONS } from "./hall-address.ts";
import { objectsIn, refused, textIn } from "./hall-answer.ts";
import type { JsonObject } from "./read-json.ts";
import { readSessionAddress, SESSION_OPTIONS_HELP } from "./session-address.ts";
import type { Mark } from "./terminal.ts";

const MARKS: Readonly<Record<string, Mark>> = {
  in_use: "passed",
  expires_soon: "held",
  replaced: "held",
  expired: "skipped",
  revoked: "failed",
};

/** The API keys of a tenant, without their text. */
export const apiKeysList: Command = {
  name: "api-keys list",
  summary: "show a tenant's API keys: what each may do, until when, and when it was last used",
  help: `hall api-keys list --hall <url> [--json]

  Newest first: state, name, first characters, id, scopes and what narrows it, last use. A key in its last seven days
  is told as expires_soon.

${SESSION_OPTIONS_HELP}
  --json      the Hall's answer as JSON

  Exit code 0: they were shown. 2: the command is wrong, or the Hall did not answer.`,

  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: { ...HALL_OPTIONS, json: { type: "boolean", default: false } },
    });
    const hall = await readSessionAddress(values, io);
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(hall, "GET", "wcp/keys");
    if (!answer.ok) throw refused(answer.refusal);
    if (values.json) io.out.block(asciiJson(answer.body));
    else
      for (const key of objectsIn(answer.body, "keys")) {
        const state = textIn(key, "state");
        io.out.row(
          MARKS[state] ?? "skipped",
          state,
          `${textIn(key, "name")}  ${textIn(key, "hint")}…  ${textIn(key, "id")}`,
        );
        io.out.line(`  ${words(key, "scopes")} as ${words(key, "identities")}`);
        const narrowed = narrowing(key);
        if (narrowed !== "") io.out.line(`  ${narrowed}`);
        io.out.line(`  ${times(key)}`);
      }
    return 0;
  },
};

function narrowing(key: JsonObject): string {
  const parts: string[] = [];
  if (Array.isArray(key.environments)) parts.push(`in ${words(key, "environments")}`);
  if (Array.isArray(key.addresses)) parts.push(`from ${words(key, "addresses")}`);
  if (typeof key.agent === "string") parts.push(`for the agent ${key.agent}`);
  if (typeof key.requests_per_minute === "number") parts.push(`${key.requests_per_minute} a minute`);
  if (typeof key.requests_per_day === "number") parts.push(`${key.requests_per_day} a day`);
  return parts.join(", ");
}

function times(key: JsonObject): string {
  const used =
    typeof key.last_used_at === "string"
      ? `last used ${key.last_used_at}, ${key.used_today} times today`
      : "never used";
  const ends = typeof key.expires_at === "string" ? `, until ${key.expires_at}` : "";
  const gone = typeof key.revoked_at === "string" ? `, revoked ${key.revoked_at}` : "";
  const next = typeof key.replaced_by === "string" ? `, replaced by ${key.replaced_by}` : "";
  return `${used}${ends}${gone}${next}`;
}

function words(key: JsonObject, field: string): string {
  const value = key[field];
  return Array.isArray(value) ? value.map(String).join(", ") : "?";
}
