import { type Dispatch, findPayload, findReceipt, type TenantTx } from "@guildhall/db";
import { z } from "zod";
import type { Hall } from "../../hall.ts";

/** How a dispatch stands, as callers see it. */
export const DispatchView = z.object({
  dispatch: z.object({
    id: z.uuid(),
    state: z.enum(["waiting", "running", "succeeded", "failed", "aborted", "dead_lettered"]),
    worker_id: z.string(),
    attempts: z.int(),
    started_at: z.string().nullable(),
    ended_at: z.string().nullable(),
    /** Why it did not succeed; null while it runs or where it did. */
    reason: z.string().nullable(),
  }),
  /** What the worker answered; null until then, and after its payload was erased. */
  result: z.unknown(),
  /** Base64; with it `result_hash` of the closing receipt can be checked: SHA-256 of the salt and the canonical result. */
  result_salt: z.string().nullable(),
  /** The second receipt, which closes the first. Not `outcome`: that word is the decision's (contract 2.2). */
  outcome_receipt: z.object({ receipt: z.looseObject({}), seal: z.looseObject({}) }).nullable(),
});
export type DispatchView = z.infer<typeof DispatchView>;

/** Reads what belongs to a dispatch in the caller's own transaction. */
export async function readOutcome(tx: TenantTx, dispatch: Dispatch) {
  const id = dispatch.outcomeReceiptId;
  return id === null ? null : { stored: await findReceipt(tx, id), payload: await findPayload(tx, id) };
}

export async function dispatchView(
  hall: Hall,
  dispatch: Dispatch,
  outcome: Awaited<ReturnType<typeof readOutcome>>,
): Promise<DispatchView> {
  const sealed = outcome?.stored ? await hall.ledger.present(outcome.stored) : null;
  const reason = sealed?.receipt.kind === "outcome" ? sealed.receipt.reason : null;
  return {
    dispatch: {
      id: dispatch.id,
      state: dispatch.state,
      worker_id: dispatch.workerId,
      attempts: dispatch.attempts,
      started_at: dispatch.startedAt?.toISOString() ?? null,
      ended_at: dispatch.endedAt?.toISOString() ?? null,
      reason,
    },
    result: outcome?.payload ? JSON.parse(outcome.payload.content) : null,
    result_salt: outcome?.payload ? Buffer.from(outcome.payload.salt).toString("base64") : null,
    outcome_receipt: sealed && {
      receipt: sealed.receipt as Record<string, unknown>,
      seal: { ...sealed.seal },
    },
  };
}
