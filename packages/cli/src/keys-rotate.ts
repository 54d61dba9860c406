import { parseArgs } from "node:util";
import { type Command, UsageError } from "./command.ts";
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, readOperatorAddress } from "./hall-address.ts";
import { refused, textIn } from "./hall-answer.ts";

const ROLES = ["log", "ca", "evidence", "agreement", "feed-snapshot", "feed-timestamp"];

/** Replaces a key of a Hall by a new one. The old one never comes back. */
export const keysRotate: Command = {
  name: "keys rotate",
  summary: "replace a Hall's key of a role by a new one, by two sealed entries",
  help: `hall keys rotate <role> --hall <url> --reason <text> [--yes]

  The Hall makes a new key where its keys live, introduces it by an entry sealed under the old one, has it take over,
  and retires the old one by an entry under the new. Cut off in between, the same command goes on. A retired key
  signs nothing more and cannot be brought back.

  Roles: ${ROLES.join(", ")}. The log's key is the receipts' too.

${OPERATOR_OPTIONS_HELP}
  --reason               why; it stands in the entry, for ever
  --yes                  goes on without asking

  Exit code 0: rotated. 1: the answer was no, or the Hall refuses. 2: the command is wrong, or the Hall cannot be
  asked.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...OPERATOR_OPTIONS,
        reason: { type: "string" },
        yes: { type: "boolean", default: false },
      },
    });
    const [role, ...more] = positionals;
    if (role === undefined || more.length > 0 || !ROLES.includes(role))
      throw new UsageError(`Expected one role: ${ROLES.join(", ")}.`);
    const { reason = "", yes: isSure } = values;
    if (reason.trim() === "") throw new UsageError("Expected --reason and why the key is replaced.");
    if (!isSure && io.confirm === null)
      throw new UsageError("Expected --yes: there is no terminal at which somebody could be asked.");
    const address = await readOperatorAddress(values, io);
    if (!isSure && !(await io.confirm?.(`Replace the ${role} key? The old one never signs again.`))) {
      io.out.title("Not rotated.");
      return 1;
    }
    io.err.line("Introducing the new key, then retiring the old one …");
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(address, "POST", `hall/keys/${role}/rotate`, { reason });
    if (!answer.ok) throw refused(answer.refusal);
    const { body } = answer;
    io.out.title("Rotated.");
    io.out.row(
      "passed",
      "introduced",
      `${textIn(body, "introduced_key")}, entry ${textIn(body, "introduced_by")}`,
    );
    io.out.row("skipped", "retired", `${textIn(body, "retired_key")}, entry ${textIn(body, "retired_by")}`);
    io.out.line(`The log's key today: ${textIn(body, "verifier_key")}`);
    io.out.line("Back the new key up, and bring it to every instance that has a folder of its own.");
    return 0;
  },
};
