import type { TenantTx } from "../with-tenant.ts";

/** The versions a snapshot is bound to: what the tenant's rows were at, and the epochs that fence it. */
export interface Versions {
  version: number;
  /** Of the tenant's chain. */
  epoch: number;
  /** Of the log, for acts that concern every tenant. */
  hallEpoch: number;
}

/** To be read in the same REPEATABLE READ transaction as everything the snapshot holds. */
export async function readVersions(tx: TenantTx): Promise<Versions> {
  const [row] = await tx.$queryRaw<{ version: bigint; epoch: bigint; hall_epoch: bigint }[]>`
    SELECT v.version, c.epoch, h.epoch AS hall_epoch
    FROM hall.snapshot_version v, ledger.chain_head c, ledger.log_head h WHERE h.id`;
  if (!row) throw new Error("the transaction's tenant has no snapshot version");
  return { version: Number(row.version), epoch: Number(row.epoch), hallEpoch: Number(row.hall_epoch) };
}
