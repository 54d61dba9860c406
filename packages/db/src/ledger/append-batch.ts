import type { Instant, ReceiptId, ReceiptKind, TenantId } from "@guildhall/protocol";
import type pg from "pg";
import { byteaArray, int2Array, int8Array, textArray, uuidArray } from "./binary-array.ts";
import { type ChainHead, type Heads, type LogHead, readHeads } from "./heads.ts";

/** One receipt with its place and everything that belongs to the same moment. */
export interface SequencedEntry {
  tenantId: TenantId;
  seq: number;
  leafIndex: number;
  receiptId: ReceiptId;
  kind: ReceiptKind;
  hash: Uint8Array;
  /** The canonical bytes: stored as they were hashed. */
  body: Uint8Array;
  payload: { salt: Uint8Array; content: string } | null;
  idempotency: { key: string; requestDigest: Uint8Array } | null;
  dispatch: { workerId: string; transportDigest: string; startBy: Instant } | null;
  hold: SequencedHold | null;
}

/** What a human is asked about a decision that is held. */
export interface SequencedHold {
  decidedAt: Instant;
  expiresAt: Instant;
  level: string;
  quorum: number;
  stepUp: boolean;
  capabilityId: string | null;
  workerId: string | null;
  env: string | null;
  dataLabel: string | null;
  blastScore: number | null;
  askedBy: readonly string[];
}

/** Complete subtrees of 256^level leaves, for proofs. */
export interface LogNode {
  level: number;
  index: number;
  hash: Uint8Array;
}

/** A batch, numbered and hashed from the heads it expects to find. */
export interface Batch {
  expected: { log: LogHead; chains: readonly ChainHead[] };
  next: {
    treeSize: number;
    root: Uint8Array;
    frontier: Uint8Array;
    loggedAtMs: number;
    nodes: readonly LogNode[];
  };
  entries: readonly SequencedEntry[];
  /** The seal of an earlier batch, stored along the way: a second commit would cost as much as the first. */
  seal: StoredSeal | null;
}

export interface StoredSeal {
  treeSize: number;
  note: string;
  signatures: readonly { leafIndex: number; tenantId: TenantId; signature: Uint8Array }[];
}

export type AppendResult =
  | "appended"
  /** The heads have moved on: nothing of the batch is written, its seal is. */
  | "lost"
  /** An idempotency key is taken: nothing is written at all, not even the seal. */
  | "duplicate_key";

/**
 * Appends a batch in one autocommitted statement, provided that the log and every chain in it stand where
 * they were when the batch was hashed. One round trip, one commit.
 */
export async function appendBatch(client: pg.Pool | pg.PoolClient, batch: Batch): Promise<AppendResult> {
  try {
    const { rows } = await client.query<{ appended: string }>(statement(batch));
    return rows[0]?.appended === "1" ? "appended" : "lost";
  } catch (error) {
    if (isDuplicateKey(error)) return "duplicate_key";
    throw error;
  }
}

/** What the locked road asks of its caller between taking the heads and writing. */
export interface LockedWork {
  tenants: readonly TenantId[];
  /** Drops what was decided under an older epoch and names the keys of the rest. */
  keys(
    heads: Heads,
  ): readonly { tenantId: TenantId; key: string; requestDigest: Uint8Array; receiptId: ReceiptId }[];
  /** Numbers and hashes what stays. `taken` holds `tenant/key` of those whose key was there already. */
  sequence(heads: Heads, taken: ReadonlySet<string>): Batch | null;
}

/**
 * The road for a batch that lost: takes the log's lock, reads the heads in a later statement (one that
 * waited for a lock reads the rest with its old snapshot), claims the keys, then writes. Returns the batch
 * that was committed, or null where nothing stayed.
 */
export async function appendLocked(pool: pg.Pool, work: LockedWork): Promise<Batch | null> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Out of the pool nobody listens for it: a lost connection would end the process, not just the statement.
  const lost = (error: Error) => {
    broken = error;
  };
  client.on("error", lost);
  try {
    await client.query("BEGIN");
    await client.query("SELECT 1 FROM ledger.log_head WHERE id FOR UPDATE");
    const heads = await readHeads(client, work.tenants);
    const keys = work.keys(heads);
    const taken = new Set<string>();
    if (keys.length > 0) {
      const claimed = await client.query<{ tenant_id: string; key: string }>({
        text: `INSERT INTO ledger.idempotency_key (tenant_id, key, request_digest, receipt_id)
               SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[])
               ON CONFLICT DO NOTHING RETURNING tenant_id, key`,
        values: [
          uuidArray(keys.map((k) => k.tenantId)),
          textArray(keys.map((k) => k.key)),
          byteaArray(keys.map((k) => k.requestDigest)),
          uuidArray(keys.map((k) => k.receiptId)),
        ],
      });
      const won = new Set(claimed.rows.map((row) => `${row.tenant_id}/${row.key}`));
      for (const { tenantId, key } of keys)
        if (!won.has(`${tenantId}/${key}`)) taken.add(`${tenantId}/${key}`);
    }
    const batch = work.sequence(heads, taken);
    if (batch === null) {
      await client.query("ROLLBACK");
      return null;
    }
    const entries = batch.entries.map((entry) =>
      entry.idempotency ? { ...entry, idempotency: null } : entry,
    );
    const result = await appendBatch(client, { ...batch, entries });
    if (result !== "appended") throw new Error(`the ledger's heads moved under their own lock (${result})`);
    // COMMIT of a failed transaction "succeeds": its tag tells.
    const commit = await client.query("COMMIT");
    if (commit.command !== "COMMIT") throw new Error("the ledger's transaction was rolled back");
    return batch;
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    // A client whose transaction failed is thrown away: its connection closes, and with it every lock.
    client.off("error", lost);
    client.release(broken);
  }
}

function statement(batch: Batch): pg.QueryConfig {
  const { expected, next, entries, seal } = batch;
  const moved = new Map<TenantId, SequencedEntry>();
  for (const entry of entries) moved.set(entry.tenantId, entry);
  const payloads = entries.filter((e) => e.payload);
  const keyed = entries.filter((e) => e.idempotency);
  const dispatched = entries.filter((e) => e.dispatch);
  const held = entries.filter((e) => e.hold);
  const signatures = seal?.signatures ?? [];
  return {
    name: "append",
    text: APPEND,
    values: [
      expected.log.treeSize,
      expected.log.frontier,
      expected.log.epoch,
      uuidArray(expected.chains.map((c) => c.tenantId)),
      int8Array(expected.chains.map((c) => c.seq)),
      byteaArray(expected.chains.map((c) => c.hash)),
      int8Array(expected.chains.map((c) => c.epoch)),
      next.treeSize,
      next.root,
      next.frontier,
      new Date(next.loggedAtMs),
      uuidArray([...moved.keys()]),
      int8Array([...moved.values()].map((e) => e.seq + 1)),
      byteaArray([...moved.values()].map((e) => e.hash)),
      int8Array(entries.map((e) => e.leafIndex)),
      uuidArray(entries.map((e) => e.tenantId)),
      int8Array(entries.map((e) => e.seq)),
      uuidArray(entries.map((e) => e.receiptId)),
      textArray(entries.map((e) => e.kind)),
      byteaArray(entries.map((e) => e.hash)),
      byteaArray(entries.map((e) => e.body)),
      int2Array(next.nodes.map((n) => n.level)),
      int8Array(next.nodes.map((n) => n.index)),
      byteaArray(next.nodes.map((n) => n.hash)),
      uuidArray(payloads.map((e) => e.tenantId)),
      uuidArray(payloads.map((e) => e.receiptId)),
      byteaArray(payloads.map((e) => e.payload!.salt)),
      textArray(payloads.map((e) => e.payload!.content)),
      uuidArray(keyed.map((e) => e.tenantId)),
      textArray(keyed.map((e) => e.idempotency!.key)),
      byteaArray(keyed.map((e) => e.idempotency!.requestDigest)),
      uuidArray(keyed.map((e) => e.receiptId)),
      uuidArray(dispatched.map((e) => e.tenantId)),
      uuidArray(dispatched.map((e) => e.receiptId)),
      int8Array(dispatched.map((e) => e.leafIndex)),
      textArray(dispatched.map((e) => e.dispatch!.workerId)),
      textArray(dispatched.map((e) => e.dispatch!.transportDigest)),
      textArray(dispatched.map((e) => e.dispatch!.startBy)),
      seal?.treeSize ?? null,
      seal?.note ?? null,
      int8Array(signatures.map((s) => s.leafIndex)),
      uuidArray(signatures.map((s) => s.tenantId)),
      byteaArray(signatures.map((s) => s.signature)),
      // Holds are few, and have nulls and lists in them: JSON.
      JSON.stringify(
        held.map(({ tenantId, receiptId, leafIndex, hold }) => ({ tenantId, receiptId, leafIndex, ...hold })),
      ),
    ],
  };
}

// `h` is the compare-and-set; everything else waits for it. The frontier is compared and not only the size: two
// histories of one length differ there. `s` reads `h` so that locks are taken in one order, log before seal.
const APPEND = `
WITH h AS (
  UPDATE ledger.log_head SET tree_size = $8, root = $9, frontier = $10, logged_at = $11
  WHERE id AND tree_size = $1 AND frontier = $2 AND epoch = $3
    AND cardinality($4::uuid[]) = (
      SELECT count(*) FROM unnest($4::uuid[], $5::int8[], $6::bytea[], $7::int8[]) AS e (tenant_id, seq, hash, epoch)
      JOIN ledger.chain_head c
        ON c.tenant_id = e.tenant_id AND c.seq = e.seq AND c.head_hash = e.hash AND c.epoch = e.epoch)
  RETURNING 1
), c AS (
  UPDATE ledger.chain_head c SET seq = e.seq, head_hash = e.hash
  FROM unnest($12::uuid[], $13::int8[], $14::bytea[]) AS e (tenant_id, seq, hash)
  WHERE c.tenant_id = e.tenant_id AND EXISTS (SELECT 1 FROM h)
), r AS (
  INSERT INTO ledger.receipt (leaf_index, tenant_id, seq, receipt_id, kind, logged_at, receipt_hash, body)
  SELECT e.leaf_index, e.tenant_id, e.seq, e.receipt_id, e.kind, $11, e.hash, e.body
  FROM unnest($15::int8[], $16::uuid[], $17::int8[], $18::uuid[], $19::text[], $20::bytea[], $21::bytea[])
    AS e (leaf_index, tenant_id, seq, receipt_id, kind, hash, body) WHERE EXISTS (SELECT 1 FROM h)
), p AS (
  INSERT INTO ledger.chain_position (tenant_id, seq, leaf_index)
  SELECT * FROM unnest($16::uuid[], $17::int8[], $15::int8[]) WHERE EXISTS (SELECT 1 FROM h)
), i AS (
  INSERT INTO ledger.receipt_id_index (receipt_id, tenant_id, leaf_index)
  SELECT * FROM unnest($18::uuid[], $16::uuid[], $15::int8[]) WHERE EXISTS (SELECT 1 FROM h)
), l AS (
  INSERT INTO ledger.log_leaf (leaf_index, receipt_hash)
  SELECT * FROM unnest($15::int8[], $20::bytea[]) WHERE EXISTS (SELECT 1 FROM h)
), n AS (
  INSERT INTO ledger.log_node (level, index, hash)
  SELECT * FROM unnest($22::int2[], $23::int8[], $24::bytea[]) WHERE EXISTS (SELECT 1 FROM h)
), y AS (
  INSERT INTO hall.payload (tenant_id, receipt_id, salt, content)
  SELECT * FROM unnest($25::uuid[], $26::uuid[], $27::bytea[], $28::text[]) WHERE EXISTS (SELECT 1 FROM h)
), k AS (
  INSERT INTO ledger.idempotency_key (tenant_id, key, request_digest, receipt_id)
  SELECT * FROM unnest($29::uuid[], $30::text[], $31::bytea[], $32::uuid[]) WHERE EXISTS (SELECT 1 FROM h)
), d AS (
  INSERT INTO hall.dispatch (tenant_id, id, leaf_index, worker_id, transport_digest, start_by)
  SELECT e.tenant_id, e.id, e.leaf_index, e.worker_id, e.transport_digest, e.start_by::timestamptz
  FROM unnest($33::uuid[], $34::uuid[], $35::int8[], $36::text[], $37::text[], $38::text[])
    AS e (tenant_id, id, leaf_index, worker_id, transport_digest, start_by) WHERE EXISTS (SELECT 1 FROM h)
), a AS (
  INSERT INTO hall.pending_approval (tenant_id, id, leaf_index, decided_at, expires_at, level, quorum, step_up,
    capability_id, worker_id, env, data_label, blast_score, asked_by)
  SELECT * FROM jsonb_to_recordset($44::jsonb) AS e ("tenantId" uuid, "receiptId" uuid, "leafIndex" int8,
    "decidedAt" timestamptz, "expiresAt" timestamptz, level text, quorum int4, "stepUp" boolean, "capabilityId" text,
    "workerId" text, env text, "dataLabel" text, "blastScore" int4, "askedBy" text[]) WHERE EXISTS (SELECT 1 FROM h)
), g AS (
  INSERT INTO ledger.receipt_signature (leaf_index, tenant_id, signature)
  SELECT * FROM unnest($41::int8[], $42::uuid[], $43::bytea[]) ON CONFLICT DO NOTHING
), s AS (
  SELECT ledger.store_seal($39::int8, $40::text) AS stored
  FROM (SELECT count(*) AS n FROM h) AS first WHERE $39::int8 IS NOT NULL AND first.n >= 0
)
SELECT (SELECT count(*) FROM h) AS appended, (SELECT stored FROM s) AS seal_stored`;

function isDuplicateKey(error: unknown): boolean {
  const { code, constraint } = error as { code?: string; constraint?: string };
  return code === "23505" && constraint === "idempotency_key_pkey";
}
