import type { TenantId, WorkerId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** Flags a worker; one that is flagged stays as it is. @returns false where it was flagged before */
export async function raiseFlag(
  tx: TenantTx,
  tenantId: TenantId,
  flag: { id: string; workerId: WorkerId; measurementId: string; raisedAt: Date },
): Promise<boolean> {
  const count = await tx.$executeRaw`
    INSERT INTO hall.worker_flag (tenant_id, id, worker_id, measurement_id, raised_at)
    VALUES (${tenantId}::uuid, ${flag.id}::uuid, ${flag.workerId}, ${flag.measurementId}::uuid, ${flag.raisedAt})
    ON CONFLICT (tenant_id, worker_id) WHERE cleared_at IS NULL DO NOTHING`;
  return count === 1;
}

/** @returns the flag that is cleared, or null where the worker has none */
export async function clearFlag(
  tx: TenantTx,
  workerId: WorkerId,
  clearing: { clearedAt: Date; clearedBy: string; clearReason: string },
): Promise<string | null> {
  const flag = await tx.workerFlag.findFirst({ where: { workerId, clearedAt: null } });
  if (!flag) return null;
  const { count } = await tx.workerFlag.updateMany({
    where: { id: flag.id, clearedAt: null },
    data: clearing,
  });
  return count === 1 ? flag.id : null;
}

export async function isFlagged(tx: TenantTx, workerId: string): Promise<boolean> {
  return (await tx.workerFlag.count({ where: { workerId, clearedAt: null } })) > 0;
}

/** A flag that a person has cleared. */
export interface ClearedFlag {
  /** The alert's receipt. */
  id: string;
  workerId: string;
  raisedAt: Date;
  clearedAt: Date;
  clearedBy: string;
  clearReason: string;
}

/** Of every worker that ever had one, the flag that was cleared last. */
export function listLastCleared(tx: TenantTx): Promise<ClearedFlag[]> {
  return tx.$queryRaw<ClearedFlag[]>`
    SELECT DISTINCT ON (worker_id) id, worker_id AS "workerId", raised_at AS "raisedAt", cleared_at AS "clearedAt",
      cleared_by AS "clearedBy", clear_reason AS "clearReason"
    FROM hall.worker_flag WHERE cleared_at IS NOT NULL ORDER BY worker_id, cleared_at DESC`;
}
