import type { Db } from "../client.ts";

/**
 * What strangers may read of the log, through the pool that serves and not the one that writes receipts: nobody
 * who reads tiles can keep a batch waiting.
 */

/** Leaf data at level 0, above it hashes of complete subtrees of 256^level leaves; in order. */
export async function readTileNodes(
  db: Db,
  level: number,
  start: number,
  count: number,
): Promise<Uint8Array[]> {
  const rows =
    level === 0
      ? await db.app.$queryRaw<{ hash: Uint8Array }[]>`SELECT receipt_hash AS hash FROM ledger.log_leaf
          WHERE leaf_index >= ${start}::int8 AND leaf_index < ${start + count}::int8 ORDER BY leaf_index`
      : await db.app.$queryRaw<{ hash: Uint8Array }[]>`SELECT hash FROM ledger.log_node
          WHERE level = ${level}::int2 AND index >= ${start}::int8 AND index < ${start + count}::int8 ORDER BY index`;
  return rows.map(({ hash }) => hash);
}

/** The size of the largest stored checkpoint. */
export async function readSealedSize(db: Db): Promise<number> {
  const [row] = await db.app.$queryRaw<
    { tree_size: bigint }[]
  >`SELECT tree_size FROM ledger.seal_head WHERE id`;
  return Number(row?.tree_size);
}
