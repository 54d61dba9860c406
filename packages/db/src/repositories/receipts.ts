import type { TenantTx } from "../with-tenant.ts";

/** A receipt as it is stored: the canonical bytes and what stands beside them. */
export interface StoredReceipt {
  leafIndex: number;
  receiptId: string;
  kind: string;
  receiptHash: Buffer;
  body: Buffer;
  signature: Buffer | null;
}

export async function findReceipt(tx: TenantTx, receiptId: string): Promise<StoredReceipt | null> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT r.leaf_index, r.receipt_id, r.kind, r.receipt_hash, r.body, s.signature
    FROM ledger.receipt_id_index i
    JOIN ledger.receipt r ON r.leaf_index = i.leaf_index
    LEFT JOIN ledger.receipt_signature s ON s.leaf_index = i.leaf_index
    WHERE i.receipt_id = ${receiptId}::uuid`;
  return rows[0] ? toReceipt(rows[0]) : null;
}

/** The receipt at a place of the tenant's chain. */
export async function findReceiptAt(tx: TenantTx, seq: number): Promise<StoredReceipt | null> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT r.leaf_index, r.receipt_id, r.kind, r.receipt_hash, r.body, s.signature
    FROM ledger.chain_position p
    JOIN ledger.receipt r ON r.leaf_index = p.leaf_index
    LEFT JOIN ledger.receipt_signature s ON s.leaf_index = p.leaf_index
    WHERE p.seq = ${seq}::bigint`;
  return rows[0] ? toReceipt(rows[0]) : null;
}

/** One page, newest first. `before` is the chain position to go on from. */
export async function listReceipts(
  tx: TenantTx,
  page: { kind: string; before: number | null; limit: number },
): Promise<StoredReceipt[]> {
  const before = page.before ?? Number.MAX_SAFE_INTEGER;
  const rows = await tx.$queryRaw<Row[]>`
    SELECT r.leaf_index, r.receipt_id, r.kind, r.receipt_hash, r.body, s.signature
    FROM ledger.chain_position p
    JOIN ledger.receipt r ON r.leaf_index = p.leaf_index
    LEFT JOIN ledger.receipt_signature s ON s.leaf_index = p.leaf_index
    WHERE p.seq < ${before}::bigint AND r.kind = ${page.kind}
    ORDER BY p.seq DESC LIMIT ${page.limit}`;
  return rows.map(toReceipt);
}

interface Row {
  leaf_index: bigint;
  receipt_id: string;
  kind: string;
  receipt_hash: Uint8Array;
  body: Uint8Array;
  signature: Uint8Array | null;
}

function toReceipt(row: Row): StoredReceipt {
  return {
    leafIndex: Number(row.leaf_index),
    receiptId: row.receipt_id,
    kind: row.kind,
    receiptHash: Buffer.from(row.receipt_hash),
    body: Buffer.from(row.body),
    signature: row.signature && Buffer.from(row.signature),
  };
}
