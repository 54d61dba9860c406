import { parseArgs } from "node:util";
import { explain as explainDecision } from "@guildhall/engine";
import { type Command, type Io, UsageError } from "./command.ts";
import { type RecordedDecision, readDecision } from "./read-decision.ts";
import { readInput } from "./read-input.ts";

/** Reads a decision back, step by step, as the console shows it. */
export const explain: Command = {
  name: "explain",
  summary: "read a decision's receipt back, step by step",
  help: `hall explain <receipt.json | ->

  Prints the steps that led to a decision: ● passed, ✕ failed, ‖ held, ○ not reached. The receipt may come
  with or without its seal, or inside the answer to a route or dispatch. Whether it is genuine is not the
  question here: hall verify answers that.

  Exit code 0: explained. 2: the command is wrong, or the file holds no decision.`,

  async run(args, io) {
    const { positionals } = parseArgs({ args, allowPositionals: true, options: {} });
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0)
      throw new UsageError("Expected one receipt: a file, or - for standard input.");
    print(readDecision(await readInput(name, io)), io);
    return 0;
  },
};

function print({ decision, signingModule }: RecordedDecision, { out }: Io): void {
  const { capability_id, env, data_label, qos_class, tenant_id } = decision.inputs;
  out.title(decision.deny ? `${decision.outcome}: ${decision.deny.code}` : decision.outcome);
  const asked = [capability_id, env, data_label, qos_class, tenant_id].filter(
    (part) => typeof part === "string",
  );
  if (asked.length > 0) out.line(asked.join(" · "));
  out.line();
  explainDecision(decision).forEach(({ mark, step, sentence }, at) => {
    if (at > 0) out.rail(mark !== "skipped");
    out.row(mark, step, sentence);
  });
  out.line();
  if (signingModule !== null) out.line(`Its key lives in: ${signingModule}.`);
  out.line("As the receipt tells it; `hall verify` checks that it is genuine.");
}
