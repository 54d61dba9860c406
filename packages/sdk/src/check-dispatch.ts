import { commit } from "@guildhall/attestation";
import type { StrictJson } from "@guildhall/protocol";
import type { Dispatch, DispatchState } from "./answers.ts";
import { isObject, type JsonObject, malformed } from "./transport.ts";
import { type Genuine, mustAgree } from "./verify-answer.ts";

/** Reads how a dispatch stands. Nothing of it is proven before `checkEnd`. */
export function readDispatch(value: StrictJson | undefined): Dispatch | null {
  if (value === null || value === undefined) return null;
  const { id, state, attempts, reason } = isObject(value) ? value : {};
  if (typeof id !== "string" || !isState(state) || !Number.isSafeInteger(attempts) || !isText(reason ?? null))
    throw malformed("The answer's dispatch is not one: expected id, state, attempts and reason.");
  return {
    ...(value as JsonObject),
    id,
    state,
    attempts: attempts as number,
    reason: (reason ?? null) as string | null,
  };
}

const STATES: { [state in DispatchState]: "open" | "ended" } = {
  waiting: "open",
  running: "open",
  succeeded: "ended",
  failed: "ended",
  aborted: "ended",
  dead_lettered: "ended",
};

function isState(value: StrictJson | undefined): value is DispatchState {
  return typeof value === "string" && Object.hasOwn(STATES, value);
}

function isText(value: StrictJson): value is string | null {
  return value === null || typeof value === "string";
}

/** Refuses work that was started without its decision saying so, or that is hidden though it says so. */
export function checkStart(decision: Genuine, dispatch: Dispatch | null, body: JsonObject): void {
  const { receipt } = decision;
  mustAgree(decision, "dispatch", dispatch !== null, typeof receipt.dispatched_at === "string");
  if (dispatch === null) {
    mustAgree(decision, "outcome_receipt", body.outcome_receipt, null);
    mustAgree(decision, "result", body.result, null);
    return;
  }
  mustAgree(decision, "policy_decision", "ALLOW", receipt.policy_decision);
  mustAgree(decision, "dispatch.id", dispatch.id, receipt.receipt_id);
}

/**
 * Refuses a closing receipt of other work, and an answer that tells another end than it.
 * @returns the dispatch with the attempts that the receipt counts: a Hall that was interrupted had begun more
 */
export function checkEnd(
  outcome: Genuine,
  dispatch: Dispatch,
  { result, result_salt }: JsonObject,
): Dispatch {
  const { receipt } = outcome;
  mustAgree(outcome, "outcome.kind", "outcome", receipt.kind);
  mustAgree(outcome, "outcome.decision_id", dispatch.id, receipt.decision_id);
  mustAgree(outcome, "dispatch.state", dispatch.state, receipt.status);
  mustAgree(outcome, "dispatch.reason", dispatch.reason, receipt.reason);
  if (dispatch.worker_id !== undefined)
    mustAgree(outcome, "dispatch.worker_id", dispatch.worker_id, receipt.worker_id);
  if (receipt.result_hash === null) mustAgree(outcome, "result", result, null);
  // Without its salt (an older Hall, an erased payload) nothing ties the result to the receipt.
  else if (typeof result_salt === "string")
    mustAgree(outcome, "result", commit(result, Buffer.from(result_salt, "base64")), receipt.result_hash);
  return { ...dispatch, attempts: Number(receipt.attempts) };
}

/** The closing receipt is of the decision's own worker, chain and later place. */
export function checkFollows(decision: Genuine, outcome: Genuine): void {
  const [first, second] = [decision.receipt, outcome.receipt];
  mustAgree(outcome, "outcome.worker_id", first.worker_id, second.worker_id);
  mustAgree(outcome, "outcome.chain", first.chain, second.chain);
  mustAgree(outcome, "outcome.leaf_index", second.leaf_index > first.leaf_index, true);
}

/** Work that goes on has no end yet: neither receipt nor result. */
export function checkIsOpen(dispatch: Dispatch, body: JsonObject): void {
  if (STATES[dispatch.state] === "ended")
    throw malformed(`The dispatch is said to have ${dispatch.state}, without the receipt that closes it.`);
  if ((body.result ?? null) !== null)
    throw malformed("The answer has a result of work that is said to go on.");
}
