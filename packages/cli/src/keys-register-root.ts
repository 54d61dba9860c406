import { parseArgs } from "node:util";
import { type Command, UsageError } from "./command.ts";
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, readOperatorAddress } from "./hall-address.ts";
import { refused, textIn } from "./hall-answer.ts";
import { readInput } from "./read-input.ts";

/** Brings the public part of a feed's root to the Hall, which enters it in its log. */
export const keysRegisterRoot: Command = {
  name: "keys register-root",
  summary: "register the offline keys of the feed at a Hall, by a sealed entry",
  help: `hall keys register-root <feed-root.json> --hall <url> --reason <text>

  Sends what \`hall keys init --feed-root\` made. The Hall takes it where each of its keys has signed it, and where it
  replaces another, as many keys of that one as it asks for. The entry names the keys and the threshold.

${OPERATOR_OPTIONS_HELP}
  --reason               why; it stands in the entry, for ever

  Exit code 0: registered. 2: the command is wrong, or the Hall refuses or cannot be asked.`,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...OPERATOR_OPTIONS, reason: { type: "string" } },
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new UsageError("Expected one file: feed-root.json.");
    const { reason = "" } = values;
    if (reason.trim() === "") throw new UsageError("Expected --reason and why the root is registered.");
    const address = await readOperatorAddress(values, io);
    const envelope = Buffer.from(await readInput(file, io)).toString("utf8");
    const { askHall } = await import("./ask-hall.ts");
    const answer = await askHall(address, "POST", "hall/keys/feed-root", { envelope, reason });
    if (!answer.ok) throw refused(answer.refusal);
    io.out.title("Registered.");
    io.out.line(`Root ${textIn(answer.body, "digest")}, entry ${textIn(answer.body, "receipt_id")}.`);
    return 0;
  },
};
