import { parseArgs } from "node:util";
import { type Command, UsageError } from "./command.ts";
import { HALL_OPTIONS } from "./hall-address.ts";
import { refused, textIn } from "./hall-answer.ts";
import { seconds } from "./seconds.ts";
import { readSessionAddress, SESSION_OPTIONS_HELP } from "./session-address.ts";

/** A new key with the same rights; for the grace the old one holds too. */
export const apiKeysRotate: Command = {
  name: "api-keys rotate",
  summary: "replace an API key by a new one with the same rights",
  help: `hall api-keys rotate <id> --hall <url> --grace <time>

  The new key's text goes to standard output, everything else to standard error. Bring it to the agent within the grace:
  until then both keys hold.

${SESSION_OPTIONS_HELP}
  --grace     how long the old key holds beside it, up to 24h; 0s ends it at once

  Exit code 0: replaced. 2: the command is wrong, or the Hall refuses or cannot be asked.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...HALL_OPTIONS, grace: { type: "string" } },
    });
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new UsageError("Expected the id of one key.");
    if (values.grace === undefined)
      throw new UsageError("Expected --grace, like 1h; 0s ends the old key at once.");
    const grace_seconds = seconds("--grace", values.grace);
    const hall = await readSessionAddress(values, io);
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(hall, "POST", `wcp/keys/${encodeURIComponent(id)}/rotate`, {
      grace_seconds,
    });
    if (!answer.ok) throw refused(answer.refusal);
    const { body } = answer;
    io.out.line(textIn(body, "key"));
    io.err.line(`Made ${textIn(body, "id")}, entry ${textIn(body, "receipt_id")}.`);
    io.err.line(`The old key holds until ${textIn(body, "replaced_until")}.`);
    return 0;
  },
};
