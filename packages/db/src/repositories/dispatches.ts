import type { TenantTx } from "../with-tenant.ts";

export type DispatchState = "waiting" | "running" | "succeeded" | "failed" | "aborted" | "dead_lettered";

export interface Dispatch {
  tenantId: string;
  id: string;
  workerId: string;
  transportDigest: string;
  startBy: Date;
  state: DispatchState;
  attempts: number;
  startedAt: Date | null;
  endedAt: Date | null;
  outcomeReceiptId: string | null;
}

export async function findDispatch(tx: TenantTx, id: string): Promise<Dispatch | null> {
  const row = await tx.dispatch.findFirst({ where: { id } });
  return row && { ...row, state: row.state as DispatchState };
}

/** The states of those of the given decisions that started work. */
export async function dispatchStates(
  tx: TenantTx,
  ids: readonly string[],
): Promise<Map<string, DispatchState>> {
  const rows = await tx.dispatch.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, state: true },
  });
  return new Map(rows.map((row) => [row.id, row.state as DispatchState]));
}

/**
 * Takes a dispatch that nobody has ended, for one more attempt.
 * @returns its number, from 1, or null where the dispatch has ended
 */
export async function beginAttempt(tx: TenantTx, id: string, at: Date): Promise<number | null> {
  const rows = await tx.$queryRaw<{ attempts: number }[]>`
    UPDATE hall.dispatch SET state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, ${at})
    WHERE id = ${id}::uuid AND state IN ('waiting', 'running') RETURNING attempts`;
  return rows[0]?.attempts ?? null;
}

/** Ends a dispatch once. @returns false where it had ended before */
export async function endDispatch(
  tx: TenantTx,
  id: string,
  end: { state: Exclude<DispatchState, "waiting" | "running">; endedAt: Date; outcomeReceiptId: string },
): Promise<boolean> {
  const { count } = await tx.dispatch.updateMany({
    where: { id, state: { in: ["waiting", "running"] } },
    data: end,
  });
  return count === 1;
}

/** Redeems a grant. @returns false where it was redeemed before: the work was started then */
export async function redeemGrant(
  tx: TenantTx,
  grant: { tenantId: string; jti: string; dispatchId: string },
): Promise<boolean> {
  const { count } = await tx.grantRedemption.createMany({ data: [grant], skipDuplicates: true });
  return count === 1;
}

/** True where work was started under any grant of the dispatch. */
export async function wasBegun(tx: TenantTx, dispatchId: string): Promise<boolean> {
  return (await tx.grantRedemption.count({ where: { dispatchId } })) > 0;
}

/** True where work was started under this grant. */
export async function isRedeemed(tx: TenantTx, jti: string): Promise<boolean> {
  return (await tx.grantRedemption.count({ where: { jti } })) > 0;
}
