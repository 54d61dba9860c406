import type { TenantId } from "@guildhall/protocol";
import type pg from "pg";

/** Where the log and a chain stand: what an entry must be numbered and hashed from. */
export interface LogHead {
  treeSize: number;
  /** The right edge of the tree, its peaks from the largest on, 32 bytes each. */
  frontier: Buffer;
  epoch: number;
  /** Milliseconds since the epoch. */
  loggedAtMs: number;
}

export interface ChainHead {
  tenantId: TenantId;
  /** The number that the next receipt gets. */
  seq: number;
  /** Hash of the last receipt; empty before the first. */
  hash: Buffer;
  epoch: number;
}

export interface Heads {
  log: LogHead;
  chains: Map<TenantId, ChainHead>;
}

/** Reads the heads as they stand. Whoever must keep them still holds the log's lock first. */
export async function readHeads(
  client: pg.Pool | pg.PoolClient,
  tenants: readonly TenantId[],
): Promise<Heads> {
  const { rows } = await client.query<HeadRow>({
    name: "heads",
    text: `SELECT h.tree_size, h.frontier, h.epoch, h.logged_at, c.tenant_id, c.seq, c.head_hash, c.epoch AS chain_epoch
           FROM ledger.log_head h LEFT JOIN ledger.chain_head c ON c.tenant_id = ANY ($1::uuid[]) WHERE h.id`,
    values: [tenants],
  });
  const [first] = rows;
  if (!first) throw new Error("ledger.log_head has no row: the database is not a Hall's");
  const chains = new Map<TenantId, ChainHead>();
  for (const row of rows)
    if (row.tenant_id !== null)
      chains.set(row.tenant_id, {
        tenantId: row.tenant_id,
        seq: Number(row.seq),
        hash: row.head_hash,
        epoch: Number(row.chain_epoch),
      });
  const log = {
    treeSize: Number(first.tree_size),
    frontier: first.frontier,
    epoch: Number(first.epoch),
    loggedAtMs: first.logged_at.getTime(),
  };
  return { log, chains };
}

/** How many receipts each chain has: what somebody who follows many of them looks at first. */
export async function readChainLengths(client: pg.Pool | pg.PoolClient): Promise<Map<TenantId, number>> {
  const { rows } = await client.query<{ tenant_id: TenantId; seq: string }>(
    "SELECT tenant_id, seq FROM ledger.chain_head",
  );
  return new Map(rows.map(({ tenant_id, seq }) => [tenant_id, Number(seq)]));
}

interface HeadRow {
  tree_size: string;
  frontier: Buffer;
  epoch: string;
  logged_at: Date;
  tenant_id: TenantId | null;
  seq: string;
  head_hash: Buffer;
  chain_epoch: string;
}
