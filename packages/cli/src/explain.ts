import { parseArgs } from "node:util";
import { explain as explainDecision } from "@guildhall/engine";
import { Decision, readStrictJson, type StrictJson, StrictJsonError } from "@guildhall/protocol";
import { type Command, type Io, UsageError } from "./command.ts";
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

const LIMITS = { maxDepth: 66, maxKeys: 100_000 };

function readDecision(bytes: Uint8Array): Decision {
  const input = readJson(bytes);
  const receipt = isObject(input) && isObject(input.receipt) ? input.receipt : input;
  if (!isObject(receipt)) throw new UsageError("Expected a receipt, a JSON object.");
  if (receipt.kind !== "decision")
    throw new UsageError(
      receipt.kind === "outcome"
        ? `This receipt closes the work of decision ${receipt.decision_id}; explain that one.`
        : "Expected the receipt of a decision; only decisions have steps.",
    );
  const read = Decision.safeParse(receipt.decision);
  if (!read.success) {
    const problem = read.error.issues[0];
    throw new UsageError(
      `Expected a decision as this version of hall knows them; at ${problem?.path.join(".")}: ${problem?.message}.`,
    );
  }
  // The schema checked the shape; its reading of `inputs` and `details` is JSON, as the type says.
  return read.data as Decision;
}

function readJson(bytes: Uint8Array): StrictJson {
  try {
    return readStrictJson(bytes, LIMITS);
  } catch (cause) {
    if (!(cause instanceof StrictJsonError)) throw cause;
    throw new UsageError(`The input is not strict JSON: ${cause.message}`, { cause });
  }
}

function isObject(value: StrictJson | undefined): value is { [key: string]: StrictJson } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function print(decision: Decision, { out }: Io): void {
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
  out.line("As the receipt tells it; `hall verify` checks that it is genuine.");
}
