import { parseArgs } from "node:util";
import { type Command, UsageError } from "./command.ts";
import { HALL_OPTIONS } from "./hall-address.ts";
import { refused, textIn } from "./hall-answer.ts";
import { readSessionAddress, SESSION_OPTIONS_HELP } from "./session-address.ts";

/** Ends an API key in every instance. */
export const apiKeysRevoke: Command = {
  name: "api-keys revoke",
  summary: "end an API key; after the answer no instance decides for it",
  help: `hall api-keys revoke <id> --hall <url> --reason <text> [--yes]

  What the agent asks from then on is refused. A revoked key never comes back.

${SESSION_OPTIONS_HELP}
  --reason    why; it stands in the entry, for ever
  --yes       goes on without asking

  Exit code 0: revoked. 1: the answer was no. 2: the command is wrong, or the Hall refuses or cannot be asked.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...HALL_OPTIONS,
        reason: { type: "string" },
        yes: { type: "boolean", default: false },
      },
    });
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new UsageError("Expected the id of one key.");
    const { reason = "", yes: isSure } = values;
    if (reason.trim() === "") throw new UsageError("Expected --reason and why the key is revoked.");
    if (!isSure && io.confirm === null)
      throw new UsageError("Expected --yes: there is no terminal at which somebody could be asked.");
    const hall = await readSessionAddress(values, io);
    if (!isSure && !(await io.confirm?.(`Revoke the key ${id}? Its agent is refused from then on.`))) {
      io.out.title("Not revoked.");
      return 1;
    }
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(hall, "POST", `wcp/keys/${encodeURIComponent(id)}/revoke`, { reason });
    if (!answer.ok) throw refused(answer.refusal);
    const { body } = answer;
    io.out.row("failed", "revoked", `${textIn(body, "id")} at ${textIn(body, "revoked_at")}`);
    io.out.line(`Entry ${textIn(body, "receipt_id")}.`);
    return 0;
  },
};
