import { commit, newSalt } from "@guildhall/attestation";
import { type Dispatch, endDispatch, storePayload, type TenantTx, withTenant } from "@guildhall/db";
import { canonicalJson, type DispatchEnd, instant, type ReceiptId, type TenantId } from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import type { Appended } from "../ledger/append-entry.ts";

/** How a dispatch ended, as its closing receipt says it. */
export interface Ending {
  status: DispatchEnd;
  reason: string | null;
  attempts: number;
  /** What the worker answered; committed to by the receipt, kept beside it. */
  result: unknown;
}

type Core = Pick<Hall, "db" | "clock" | "ledger">;

/**
 * Ends a dispatch with its second receipt, in one transaction: the state, the result and the entry come
 * together or not at all.
 * @returns the appended outcome, or null where another had closed it before
 */
export async function closeDispatch(
  { db, clock, ledger }: Core,
  dispatch: Pick<Dispatch, "tenantId" | "id" | "workerId" | "startedAt">,
  ending: Ending,
): Promise<Appended | null> {
  const tenantId = dispatch.tenantId as TenantId;
  const nowMs = clock.now();
  const salt = newSalt();
  const envelope = ledger.envelopeFor(tenantId, { kind: "hall", id: "dispatcher" }, nowMs);
  const act = await withTenant(db, tenantId, async (tx: TenantTx) => {
    const ended = await endDispatch(tx, dispatch.id, {
      state: ending.status,
      endedAt: new Date(nowMs),
      outcomeReceiptId: envelope.receipt_id,
    });
    if (!ended) return null;
    if (ending.result !== null)
      await storePayload(tx, tenantId, envelope.receipt_id, { salt, content: canonicalJson(ending.result) });
    await tx.$executeRaw`SELECT pg_notify('guildhall_outcome', ${dispatch.id})`;
    return ledger.append(
      tx,
      {
        ...envelope,
        kind: "outcome",
        decision_id: dispatch.id as ReceiptId,
        worker_id: dispatch.workerId,
        status: ending.status,
        reason: ending.reason,
        attempts: ending.attempts,
        started_at: dispatch.startedAt && instant(dispatch.startedAt.getTime()),
        ended_at: instant(nowMs),
        result_hash: ending.result === null ? null : commit(ending.result, salt),
      },
      nowMs,
    );
  });
  if (act) await ledger.sealed(act);
  return act;
}
