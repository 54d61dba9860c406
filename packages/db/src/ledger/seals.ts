import type { TenantId } from "@guildhall/protocol";
import type pg from "pg";
import type { StoredSeal } from "./append-batch.ts";
import { byteaArray, int8Array, uuidArray } from "./binary-array.ts";

/**
 * Stores a seal by compare-and-set on its size, and with it the jobs of every dispatch it newly covers.
 * @returns false where a seal at least as large is stored already: no checkpoint and no job is written then.
 *   Signatures are, because each stands for its own receipt.
 */
export async function storeSeal(client: pg.Pool | pg.PoolClient, seal: StoredSeal): Promise<boolean> {
  const { rows } = await client.query<{ stored: boolean }>({
    name: "store_seal",
    text: `WITH g AS (
             INSERT INTO ledger.receipt_signature (leaf_index, tenant_id, signature)
             SELECT * FROM unnest($3::int8[], $4::uuid[], $5::bytea[]) ON CONFLICT DO NOTHING)
           SELECT ledger.store_seal($1, $2) AS stored`,
    values: [
      seal.treeSize,
      seal.note,
      int8Array(seal.signatures.map((s) => s.leafIndex)),
      uuidArray(seal.signatures.map((s) => s.tenantId)),
      byteaArray(seal.signatures.map((s) => s.signature)),
    ],
  });
  return rows[0]?.stored === true;
}

/** The largest stored checkpoint, or null before the first. */
export async function latestCheckpoint(client: pg.Pool): Promise<{ treeSize: number; note: string } | null> {
  const { rows } = await client.query<{ tree_size: string; note: string }>(
    "SELECT tree_size, note FROM ledger.checkpoint ORDER BY tree_size DESC LIMIT 1",
  );
  return rows[0] ? { treeSize: Number(rows[0].tree_size), note: rows[0].note } : null;
}

/** The smallest stored checkpoint that covers a leaf: of those that do, the nearest to when it was written. */
export async function firstCheckpointOver(
  client: pg.Pool,
  leafIndex: number,
): Promise<{ treeSize: number; note: string } | null> {
  const { rows } = await client.query<{ tree_size: string; note: string }>(
    "SELECT tree_size, note FROM ledger.checkpoint WHERE tree_size > $1 ORDER BY tree_size LIMIT 1",
    [leafIndex],
  );
  return rows[0] ? { treeSize: Number(rows[0].tree_size), note: rows[0].note } : null;
}

/** How far the log is committed, how far it is sealed, and since when. */
export async function sealGap(
  client: pg.Pool,
): Promise<{ treeSize: number; sealedSize: number; sealedAt: Date | null }> {
  const { rows } = await client.query<{ tree_size: string; sealed: string; stored_at: Date | null }>(
    `SELECT h.tree_size, s.tree_size AS sealed, c.stored_at FROM ledger.log_head h, ledger.seal_head s
     LEFT JOIN ledger.checkpoint c ON c.tree_size = s.tree_size WHERE h.id AND s.id`,
  );
  const [row] = rows;
  return {
    treeSize: Number(row?.tree_size),
    sealedSize: Number(row?.sealed),
    sealedAt: row?.stored_at ?? null,
  };
}

/** A leaf as it is stored. */
export interface StoredLeaf {
  leafIndex: number;
  hash: Buffer;
}

/** Stored leaves from `start` on, in order, as they are on disk. */
export async function readLeaves(client: pg.Pool, start: number, count: number): Promise<StoredLeaf[]> {
  const { rows } = await client.query<{ leaf_index: string; receipt_hash: Buffer }>({
    name: "leaves",
    text: `SELECT leaf_index, receipt_hash FROM ledger.log_leaf
           WHERE leaf_index >= $1 AND leaf_index < $1::int8 + $2::int8 ORDER BY leaf_index`,
    values: [start, count],
  });
  return rows.map((row) => ({ leafIndex: Number(row.leaf_index), hash: row.receipt_hash }));
}

/** Hashes of complete subtrees of 256^level leaves, in order. */
export async function readNodes(
  client: pg.Pool,
  level: number,
  start: number,
  count: number,
): Promise<Buffer[]> {
  const { rows } = await client.query<{ hash: Buffer }>({
    name: "nodes",
    text: `SELECT hash FROM ledger.log_node
           WHERE level = $1 AND index >= $2 AND index < $2::int8 + $3::int8 ORDER BY index`,
    values: [level, start, count],
  });
  return rows.map((row) => row.hash);
}

/** Makes the partitions for the leaves to come. */
export async function ensureReceiptPartitions(client: pg.Pool, leafIndex: number): Promise<void> {
  await client.query("SELECT ledger.ensure_receipt_partitions($1)", [leafIndex]);
}

/** The row of an idempotency key, or null. */
export async function findIdempotencyKey(
  client: pg.Pool,
  tenant: TenantId,
  key: string,
): Promise<{ requestDigest: Buffer; receiptId: string } | null> {
  const { rows } = await client.query<{ request_digest: Buffer; receipt_id: string }>({
    name: "idempotency",
    text: "SELECT request_digest, receipt_id FROM ledger.idempotency_key WHERE tenant_id = $1 AND key = $2",
    values: [tenant, key],
  });
  return rows[0] ? { requestDigest: rows[0].request_digest, receiptId: rows[0].receipt_id } : null;
}
