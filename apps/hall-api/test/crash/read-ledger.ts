import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { openNote, readCheckpoint, type VerifierKey } from "@guildhall/attestation/verify";
import type pg from "pg";
import type { Entry, Knowledge, Report } from "./knowledge.ts";

/** I2 and I3: the entries and checkpoints that came since, then the heads. One snapshot. */
export async function readLedger(
  admin: pg.Pool,
  known: Knowledge,
  key: VerifierKey,
  report: Report,
): Promise<void> {
  const client = await admin.connect();
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const entries = await client.query<StoredEntry>(ENTRIES, [known.tree.size]);
    const heads = await client.query<StoredHeads>(HEADS);
    const chains = await client.query<StoredChain>(CHAINS);
    const checkpoints = await client.query<StoredCheckpoint>(CHECKPOINTS, [known.sealedSize]);
    await client.query("COMMIT");

    const publicKey = publicKeyObject(key.publicKey);
    for (const row of entries.rows) readEntry(row, known, publicKey, report);
    const head = heads.rows[0]!;
    if (head.tree_size !== known.tree.size || head.positions !== known.tree.size)
      report("I2", `the log's head says ${head.tree_size} entries, ${known.tree.size} are stored`);
    if (head.root !== known.tree.rootAt(known.tree.size))
      report("I2", `the log's head at ${head.tree_size} has another root than the stored leaves`);
    for (const { tenant, seq, hash } of chains.rows) {
      const last = known.chains.get(tenant) ?? { seq: -1, hash: "" };
      if (seq !== last.seq + 1 || hash !== last.hash)
        report("I2", `the head of chain ${tenant} is not its last entry's`);
    }
    for (const row of checkpoints.rows) await readStoredCheckpoint(row, known, key, report);
    if (head.sealed_size !== known.sealedSize)
      report("I3", `the seal's head says ${head.sealed_size}, the largest checkpoint is ${known.sealedSize}`);
  } finally {
    client.release();
  }
}

function publicKeyObject(publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

function readEntry(row: StoredEntry, known: Knowledge, publicKey: KeyObject, report: Report): void {
  const at = known.tree.size;
  const found = hash("sha256", row.body);
  const body = JSON.parse(row.body.toString("utf8")) as Body;
  if (row.leaf_index !== at) report("I2", `leaf ${at} is missing, leaf ${row.leaf_index} follows`);
  if (found !== row.receipt_hash)
    report("I2", `leaf ${at} holds a body that does not hash to its receipt_hash`);
  if (row.logged !== row.receipt_hash) report("I2", `leaf ${at} of the log is not the receipt's hash`);
  if (row.position !== row.leaf_index || row.indexed !== row.leaf_index)
    report("I2", `leaf ${at} is not indexed as it is stored`);
  if (
    body.chain !== row.tenant ||
    body.seq !== row.seq ||
    body.leaf_index !== row.leaf_index ||
    body.receipt_id !== row.receipt_id
  )
    report("I2", `leaf ${at} is stored at another place than its body says`);
  const last = known.chains.get(row.tenant);
  if (row.seq !== (last?.seq ?? -1) + 1)
    report("I2", `chain ${row.tenant} has ${row.seq} after ${last?.seq}`);
  if (body.prev_receipt_hash !== (last?.hash ?? null))
    report("I2", `leaf ${at} does not name the receipt before it in chain ${row.tenant}`);
  if (row.signature && !verify(null, Buffer.from(row.receipt_hash), publicKey, row.signature))
    report("I2", `the stored signature of leaf ${at} is none of the Hall's`);

  const { correlation_id: marker } = body;
  const entry: Entry = {
    receiptId: row.receipt_id,
    hash: row.receipt_hash,
    chain: row.tenant,
    seq: row.seq,
    leafIndex: row.leaf_index,
    starts: typeof body.dispatched_at === "string",
  };
  known.tree.append(Buffer.from(row.receipt_hash, "hex"));
  known.chains.set(row.tenant, { seq: row.seq, hash: row.receipt_hash });
  known.receipts.set(row.receipt_id, entry);
  known.hashes.add(row.receipt_hash);
  if (body.kind === "decision" && marker)
    known.decisions.set(marker, [...(known.decisions.get(marker) ?? []), entry]);
  if (body.kind === "outcome" && body.decision_id)
    known.outcomes.set(body.decision_id, (known.outcomes.get(body.decision_id) ?? 0) + 1);
}

async function readStoredCheckpoint(
  { tree_size, note }: StoredCheckpoint,
  known: Knowledge,
  key: VerifierKey,
  report: Report,
): Promise<void> {
  known.checkpoints++;
  known.sealedSize = tree_size;
  try {
    const { text } = await openNote(note, [key]);
    const claim = await readCheckpoint(text);
    if (claim.origin !== key.name || claim.treeSize !== tree_size)
      report("I3", `checkpoint ${tree_size} is one of ${claim.origin} at ${claim.treeSize}`);
    if (Buffer.from(claim.root).toString("hex") !== known.tree.rootAt(tree_size))
      report("I3", `checkpoint ${tree_size} has another root than the stored leaves`);
  } catch (error) {
    report("I3", `checkpoint ${tree_size}: ${(error as Error).message}`);
  }
}

interface Body {
  kind: string;
  chain: string;
  seq: number;
  leaf_index: number;
  receipt_id: string;
  prev_receipt_hash: string | null;
  correlation_id?: string | null;
  dispatched_at?: string | null;
  decision_id?: string;
}
export interface StoredEntry {
  leaf_index: number;
  tenant: string;
  seq: number;
  receipt_id: string;
  receipt_hash: string;
  body: Buffer;
  position: number | null;
  indexed: number | null;
  logged: string | null;
  signature: Buffer | null;
}
interface StoredHeads {
  tree_size: number;
  root: string;
  sealed_size: number;
  positions: number;
}
interface StoredChain {
  tenant: string;
  seq: number;
  hash: string;
}
export interface StoredCheckpoint {
  tree_size: number;
  note: string;
}

export const ENTRIES = `
  SELECT r.leaf_index::int, r.tenant_id AS tenant, r.seq::int, r.receipt_id, encode(r.receipt_hash, 'hex') AS receipt_hash,
    r.body, p.leaf_index::int AS position, i.leaf_index::int AS indexed, encode(l.receipt_hash, 'hex') AS logged, s.signature
  FROM ledger.receipt r
  LEFT JOIN ledger.chain_position p ON p.tenant_id = r.tenant_id AND p.seq = r.seq
  LEFT JOIN ledger.receipt_id_index i ON i.receipt_id = r.receipt_id
  LEFT JOIN ledger.log_leaf l ON l.leaf_index = r.leaf_index
  LEFT JOIN ledger.receipt_signature s ON s.leaf_index = r.leaf_index
  WHERE r.leaf_index >= $1 ORDER BY r.leaf_index`;
const HEADS = `
  SELECT h.tree_size::int, encode(h.root, 'hex') AS root, s.tree_size::int AS sealed_size,
    (SELECT count(*)::int FROM ledger.chain_position) AS positions
  FROM ledger.log_head h, ledger.seal_head s`;
const CHAINS =
  "SELECT tenant_id AS tenant, seq::int, encode(head_hash, 'hex') AS hash FROM ledger.chain_head";
const CHECKPOINTS =
  "SELECT tree_size::int, note FROM ledger.checkpoint WHERE tree_size > $1 ORDER BY tree_size";
