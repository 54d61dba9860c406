import { parseArgs } from "node:util";
import { type Command, UsageError } from "./command.ts";
import { HALL_OPTIONS } from "./hall-address.ts";
import { refused, textIn } from "./hall-answer.ts";
import { seconds } from "./seconds.ts";
import { readSessionAddress, SESSION_OPTIONS_HELP } from "./session-address.ts";

/** Makes an API key. Its text goes to standard output alone, so that it can go into a file unseen. */
export const apiKeysCreate: Command = {
  name: "api-keys create",
  summary: "make an API key; its text is printed once",
  help: `hall api-keys create --hall <url> --name <text> --identity <id> [options]

  The key's text goes to standard output, everything else to standard error.

${SESSION_OPTIONS_HELP}
  --name          what people call it
  --identity      a signatory identity that it may sign as; may be repeated
  --scope         route, dispatch, enroll, attest, read, export, or a permission; may be repeated
  --environment   dev, stage, prod or edge, where it may ask; may be repeated; without it everywhere
  --address       a network such as 192.0.2.0/24 that it may be used from; may be repeated; without it anywhere
  --agent         whose work it is, across keys
  --per-minute    how many requests a minute
  --per-day       how many requests a day
  --expires-in    how long it lives: 90s, 15m, 24h, 30d

  Exit code 0: made. 2: the command is wrong, or the Hall refuses or cannot be asked.`,

  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: {
        ...HALL_OPTIONS,
        name: { type: "string" },
        identity: { type: "string", multiple: true },
        scope: { type: "string", multiple: true },
        environment: { type: "string", multiple: true },
        address: { type: "string", multiple: true },
        agent: { type: "string" },
        "per-minute": { type: "string" },
        "per-day": { type: "string" },
        "expires-in": { type: "string" },
      },
    });
    const { name, identity, scope, environment, address, agent } = values;
    if (name === undefined || identity === undefined)
      throw new UsageError("Expected --name and at least one --identity.");
    const minute = wholeOf("--per-minute", values["per-minute"]);
    const day = wholeOf("--per-day", values["per-day"]);
    const expiresIn = values["expires-in"];
    const hall = await readSessionAddress(values, io);
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(hall, "POST", "wcp/keys", {
      name,
      identities: identity,
      ...(scope && { scopes: scope }),
      ...(environment && { environments: environment }),
      ...(address && { addresses: address }),
      ...(agent !== undefined && { agent }),
      ...(minute !== null && { requests_per_minute: minute }),
      ...(day !== null && { requests_per_day: day }),
      ...(expiresIn !== undefined && { expires_in_seconds: seconds("--expires-in", expiresIn) }),
    });
    if (!answer.ok) throw refused(answer.refusal);
    const { body } = answer;
    io.out.line(textIn(body, "key"));
    const until = typeof body.expires_at === "string" ? ` until ${body.expires_at}` : "";
    io.err.line(`Made ${textIn(body, "id")}${until}, entry ${textIn(body, "receipt_id")}.`);
    io.err.line("The text above is shown this once. Keep it where only its agent can read it.");
    return 0;
  },
};

function wholeOf(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`Expected ${option} and a whole number from 1 on.`);
}
