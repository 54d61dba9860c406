import { Decision, Instant, type StrictJson } from "@guildhall/protocol";
import { UsageError } from "./command.ts";
import { isObject, readJson } from "./read-json.ts";

/** The decision of a receipt, as the receipt tells it. */
export interface RecordedDecision {
  decision: Decision;
  /** When; null where the receipt does not say it in a form that a Hall writes. */
  decidedAt: Instant | null;
  /** What holds the key that sealed it; null where the receipt does not say. */
  signingModule: string | null;
}

/** @param bytes a decision's receipt: with its seal, without, or inside the answer to a route or dispatch */
export function readDecision(bytes: Uint8Array): RecordedDecision {
  const receipt = receiptIn(readJson(bytes));
  if (receipt.kind !== "decision")
    throw new UsageError(
      receipt.kind === "outcome"
        ? `This receipt closes the work of decision ${JSON.stringify(receipt.decision_id)}; give that one.`
        : "Expected the receipt of a decision; only decisions have steps.",
    );
  const read = Decision.safeParse(receipt.decision);
  if (!read.success) {
    const problem = read.error.issues[0];
    throw new UsageError(
      `Expected a decision as this version of hall knows them; at ${problem?.path.join(".")}: ${problem?.message}.`,
    );
  }
  // Figures that are told: `inputs` are open, and an object there could be made to have no text.
  const figure = ["snapshot_age_ms", "snapshot_max_age_ms"].find((name) =>
    isObject(read.data.inputs[name] as StrictJson),
  );
  if (figure !== undefined)
    throw new UsageError(`Expected a decision; at inputs.${figure}: expected a number.`);
  const decidedAt = Instant.safeParse(receipt.decided_at);
  return {
    // The schema checked the shape; its reading of `inputs` and `details` is JSON, as the type says.
    decision: read.data as Decision,
    decidedAt: decidedAt.success ? decidedAt.data : null,
    signingModule: typeof receipt.signing_module === "string" ? receipt.signing_module : null,
  };
}

function receiptIn(input: StrictJson): { [key: string]: StrictJson } {
  const receipt = isObject(input) && isObject(input.receipt) ? input.receipt : input;
  if (!isObject(receipt)) throw new UsageError("Expected a receipt, a JSON object.");
  return receipt;
}
