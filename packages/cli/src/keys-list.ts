import { parseArgs } from "node:util";
import { type Command, UsageError } from "./command.ts";
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, readOperatorAddress } from "./hall-address.ts";
import { objectsIn, refused, textIn } from "./hall-answer.ts";

const PATH = ".well-known/hall-keys.json";

/** The keys of a Hall, as its register has them. */
export const keysList: Command = {
  name: "keys list",
  summary: "list a Hall's keys: role, algorithm, where each lives, since when, and its state",
  help: `hall keys list --hall <url>

  Lists the Hall's own keys. It is the Hall's word: \`hall verify --keys\` follows the log's key from one that you
  pinned.

${OPERATOR_OPTIONS_HELP}

  Exit code 0: listed. 2: the command is wrong, or the Hall cannot be asked.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPERATOR_OPTIONS });
    if (positionals.length > 0) throw new UsageError("Expected no more than options.");
    const address = await readOperatorAddress(values, io);
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(address, "GET", PATH);
    if (!answer.ok) throw refused(answer.refusal);
    for (const key of objectsIn(answer.body, "keys")) {
      const state = textIn(key, "state");
      const roles = Array.isArray(key.roles) ? key.roles.map(String).join(", ") : "?";
      const ends = typeof key.not_after === "string" ? `, until ${key.not_after}` : "";
      io.out.row(
        state === "active" ? "passed" : state === "introduced" ? "held" : "skipped",
        state,
        `${textIn(key, "key_id")}  ${roles}  ${textIn(key, "algorithm")}  ${textIn(key, "module")}  since ${textIn(key, "not_before")}${ends}`,
      );
    }
    io.out.line();
    io.out.line(`The log's key today: ${textIn(answer.body, "verifier_key")}`);
    return 0;
  },
};
