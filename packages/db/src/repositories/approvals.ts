import type { TenantTx } from "../with-tenant.ts";

/** A decision that waits for a human. The ledger writes it with the decision's receipt. */
export interface PendingApproval {
  /** The held decision's. */
  id: string;
  decidedAt: Date;
  expiresAt: Date;
  level: string;
  /** How many people have to agree. */
  quorum: number;
  /** True where each has to sign in anew for it. */
  stepUp: boolean;
  capabilityId: string | null;
  workerId: string | null;
  env: string | null;
  dataLabel: string | null;
  blastScore: number | null;
  askedBy: string[];
  leafIndex: number;
}

/** One page of what still waits at `now`, oldest first, and the leaf to go on after: null at the newest. */
export async function listPendingApprovals(
  tx: TenantTx,
  { now, after, limit }: { now: Date; after: number | null; limit: number },
): Promise<{ approvals: PendingApproval[]; next: number | null }> {
  const rows = await tx.pendingApproval.findMany({
    where: { state: "pending", expiresAt: { gt: now }, ...(after !== null && { leafIndex: { gt: after } }) },
    orderBy: { leafIndex: "asc" },
    take: limit,
  });
  const approvals = rows.map(({ tenantId: _tenant, state: _state, leafIndex, ...row }) => ({
    ...row,
    leafIndex: Number(leafIndex),
  }));
  return { approvals, next: rows.length === limit ? (approvals.at(-1)?.leafIndex ?? null) : null };
}
