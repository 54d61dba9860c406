import { HALL_CHAIN } from "@guildhall/protocol";
import type { OperatorTx } from "../with-operator.ts";
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

/** The operator's transaction is bound to the Hall's own chain, and finds nothing else. */
export async function findReceipt(
  tx: TenantTx | OperatorTx,
  receiptId: string,
): Promise<StoredReceipt | null> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT r.leaf_index, r.receipt_id, r.kind, r.receipt_hash, r.body, s.signature
    FROM ledger.receipt_id_index i
    JOIN ledger.receipt r ON r.leaf_index = i.leaf_index
    LEFT JOIN ledger.receipt_signature s ON s.leaf_index = i.leaf_index
    WHERE i.receipt_id = ${receiptId}::uuid`;
  return rows[0] ? toReceipt(rows[0]) : null;
}

/** Notices of the Hall's own chain, in its order. */
export async function listHallNotices(tx: OperatorTx): Promise<StoredReceipt[]> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT r.leaf_index, r.receipt_id, r.kind, r.receipt_hash, r.body, s.signature
    FROM ledger.receipt r LEFT JOIN ledger.receipt_signature s ON s.leaf_index = r.leaf_index
    WHERE r.tenant_id = ${HALL_CHAIN}::uuid AND r.kind = 'notice' AND r.kind NOT IN ('decision', 'outcome')
    ORDER BY r.seq`;
  return rows.map(toReceipt);
}

/**
 * The receipts at these places of the tenant's chain, in its order, those from `from` up to `to`. Both ends are named, since with
 * a limit in place of the second the database is free to read and sort the whole rest of the chain for each page.
 */
export function readChain(
  tx: TenantTx,
  { from, to }: { from: number; to: number },
): Promise<{ body: Uint8Array }[]> {
  return tx.$queryRaw<{ body: Uint8Array }[]>`
    SELECT r.body FROM ledger.chain_position p
    JOIN ledger.receipt r ON r.leaf_index = p.leaf_index
    WHERE p.seq >= ${from}::bigint AND p.seq < ${to}::bigint ORDER BY p.seq`;
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

/** How many receipts the tenant's chain holds. */
export async function readChainLength(tx: TenantTx): Promise<number> {
  return Number((await tx.chainHead.findFirst())?.seq ?? 0);
}

/** The decisions among the receipts from one place of the chain up to another, and those logged since a moment. */
export async function countDecisions(
  tx: TenantTx,
  { from, to, since }: { from: number; to: number; since: Date },
): Promise<{ total: number; today: number; deniedToday: number }> {
  // CASE, because only it keeps the bodies of all other receipts from being read.
  const [row] = await tx.$queryRaw<{ total: bigint; today: bigint; denied: bigint }[]>`
    SELECT count(*) FILTER (WHERE r.kind = 'decision') AS total,
      count(*) FILTER (WHERE r.kind = 'decision' AND r.logged_at >= ${since}) AS today,
      count(*) FILTER (WHERE CASE WHEN r.kind = 'decision' AND r.logged_at >= ${since}
        THEN convert_from(r.body, 'UTF8')::jsonb ->> 'policy_decision' END = 'DENY') AS denied
    FROM ledger.chain_position p
    JOIN ledger.receipt r ON r.leaf_index = p.leaf_index
    WHERE p.seq >= ${from}::bigint AND p.seq < ${to}::bigint`;
  return {
    total: Number(row?.total ?? 0),
    today: Number(row?.today ?? 0),
    deniedToday: Number(row?.denied ?? 0),
  };
}

/** Which decisions of the tenant, and from where. */
export interface DecisionPage {
  /** The chain position to go on from; null for the newest. */
  before: number | null;
  limit: number;
  env: string | null;
  outcome: string | null;
}

/** How many receipts one page looks through: a rare outcome takes several pages, never a whole table. */
const SCAN_MAX = 2000;

/** One page of decisions, newest first, and the position to go on from: null at the chain's beginning. */
export async function listDecisions(
  tx: TenantTx,
  { before, limit, env, outcome }: DecisionPage,
): Promise<{ receipts: StoredReceipt[]; next: number | null }> {
  const from = before ?? Number((await tx.chainHead.findFirst())?.seq ?? 0);
  const down = Math.max(0, from - SCAN_MAX);
  const rows = await tx.$queryRaw<(Row & { seq: bigint })[]>`
    SELECT r.leaf_index, r.receipt_id, r.kind, r.receipt_hash, r.body, s.signature, p.seq
    FROM ledger.chain_position p
    JOIN ledger.receipt r ON r.leaf_index = p.leaf_index
    LEFT JOIN ledger.receipt_signature s ON s.leaf_index = p.leaf_index
    WHERE p.seq < ${from}::bigint AND p.seq >= ${down}::bigint AND r.kind = 'decision'
      AND (${env}::text IS NULL OR convert_from(r.body, 'UTF8')::jsonb #>> '{decision,inputs,env}' = ${env})
      AND (${outcome}::text IS NULL OR convert_from(r.body, 'UTF8')::jsonb ->> 'policy_decision' = ${outcome})
    ORDER BY p.seq DESC LIMIT ${limit}`;
  const last = rows.at(-1);
  const reached = rows.length === limit && last ? Number(last.seq) : down;
  return { receipts: rows.map(toReceipt), next: reached > 0 ? reached : null };
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
