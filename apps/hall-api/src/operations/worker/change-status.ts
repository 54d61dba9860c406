import { setWorkerStatus, type WorkerStatus } from "@guildhall/db";
import { HallError, WorkerId } from "@guildhall/protocol";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { asCaller } from "../../identity/authenticate.ts";
import type { Caller } from "../../identity/caller.ts";

export const StatusChange = z.strictObject({
  worker_id: WorkerId,
  reason: z.string().min(1).max(256),
});
export const ChangedStatus = z.object({
  worker_id: z.string(),
  status: z.enum(["active", "suspended", "retired"]),
  receipt_id: z.uuid(),
});

interface Change {
  action: "suspended" | "resumed" | "retired";
  from: readonly WorkerStatus[];
  to: WorkerStatus;
}

/**
 * Fenced each time, also where a right is given back: one rule is easier to trust than two, and nobody resumes in a hurry.
 * @throws HallError NOT_FOUND; WORKER_RETIRED; CONFLICT where it has that status already
 */
export async function changeStatus(
  hall: Hall,
  caller: Caller,
  { worker_id: workerId, reason }: z.infer<typeof StatusChange>,
  { action, from, to }: Change,
): Promise<z.infer<typeof ChangedStatus>> {
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
  const act = await asCaller(hall, caller, async (tx) => {
    const changed = await setWorkerStatus(tx, workerId, { from, to, at: new Date(nowMs) });
    if (changed === null) throw new HallError("NOT_FOUND");
    if (!changed.changed)
      throw changed.status === "retired"
        ? new HallError("WORKER_RETIRED")
        : new HallError("CONFLICT", { detail: { reason: `already ${changed.status}` } });
    return hall.ledger.append(
      tx,
      { ...envelope, kind: "worker", action, subject: workerId, details: { reason } },
      nowMs,
      "tenant",
    );
  });
  await hall.ledger.sealed(act);
  await hall.snapshots.refresh(caller.tenantId);
  return { worker_id: workerId, status: to, receipt_id: act.receiptId };
}
