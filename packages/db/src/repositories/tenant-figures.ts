import type { TenantId } from "@guildhall/protocol";
import type { OperatorTx } from "../with-operator.ts";

/** How many of what a tenant has: all that the operator of the Hall may know of it, and no row. */
export interface TenantFigures {
  members: number;
  /** Of the members, those who have joined as owner. */
  owners: number;
  /** A first owner is invited and has not come yet. */
  isOwnerInvited: boolean;
  /** Until when their link works; null where there is none that could. */
  invitationUntil: Date | null;
  /** Those that work now. */
  keys: number;
  /** Those in force. */
  agreements: number;
  /** Those that are not retired. */
  workers: number;
  /** When anything was last written into its chain. */
  lastActivityAt: Date | null;
}

export async function readTenantFigures(
  tx: OperatorTx,
  tenants: readonly TenantId[],
  at: Date,
): Promise<Map<TenantId, TenantFigures>> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT f.*, l.logged_at FROM lookup.tenant_figures(${[...tenants]}::uuid[], ${at}::timestamptz) f
    JOIN ledger.last_logged(${[...tenants]}::uuid[]) l USING (tenant_id)`;
  return new Map(rows.map((row) => [row.tenant_id, toFigures(row)]));
}

interface Row {
  tenant_id: TenantId;
  members: bigint;
  owners: bigint;
  is_owner_invited: boolean;
  invitation_until: Date | null;
  keys: bigint;
  agreements: bigint;
  workers: bigint;
  logged_at: Date | null;
}

function toFigures(row: Row): TenantFigures {
  return {
    members: Number(row.members),
    owners: Number(row.owners),
    isOwnerInvited: row.is_owner_invited,
    invitationUntil: row.invitation_until,
    keys: Number(row.keys),
    agreements: Number(row.agreements),
    workers: Number(row.workers),
    lastActivityAt: row.logged_at,
  };
}
