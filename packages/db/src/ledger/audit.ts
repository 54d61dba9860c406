import type { OperatorTx } from "../with-operator.ts";

/** One place of the log as it is stored now; nulls where there is no receipt or no leaf. */
export interface AuditRow {
  leafIndex: number;
  chain: string | null;
  seq: number;
  receiptHash: string | null;
  bodyHash: string | null;
  leafHash: string | null;
  prevHash: string | null;
  /** The row, its positions and its body say the same of each other. */
  isConsistent: boolean;
}

/** Hashes and places only: the auditor never sees a body. */
export async function readAuditRows(tx: OperatorTx, from: number, to: number): Promise<AuditRow[]> {
  const rows = await tx.$queryRaw<RawRow[]>`SELECT * FROM ledger.audit_rows(${from}::int8, ${to}::int8)`;
  return rows.map((row) => ({
    leafIndex: Number(row.leaf_index),
    chain: row.tenant_id,
    seq: Number(row.seq),
    receiptHash: hex(row.receipt_hash),
    bodyHash: hex(row.body_hash),
    leafHash: hex(row.leaf_hash),
    prevHash: row.prev_hash,
    isConsistent: row.is_consistent,
  }));
}

interface RawRow {
  leaf_index: bigint;
  tenant_id: string | null;
  seq: bigint | null;
  receipt_hash: Uint8Array | null;
  body_hash: Uint8Array | null;
  leaf_hash: Uint8Array | null;
  prev_hash: string | null;
  is_consistent: boolean;
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes).toString("hex");
}
