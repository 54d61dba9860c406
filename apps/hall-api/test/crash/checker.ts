import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import {
  openNote,
  parseVerifierKey,
  readCheckpoint,
  rootFromLeaves,
  type VerifierKey,
  verifyChain,
  verifySealedReceipt,
} from "@guildhall/attestation/verify";
import type pg from "pg";
import { type Acknowledged, acknowledged, type Question, sealedParts, wasRefused } from "./driver.ts";
import type { Worked } from "./fake-worker.ts";
import type { SignatureLine } from "./hall-process.ts";
import { growTree, type Tree } from "./tree.ts";

/**
 * The one judge of every crash: what the database holds, read as a superuser, against what the driver was told,
 * what the worker did and what was signed.
 *
 * - I1 Every acknowledged receipt is there, with the hash and the place it was acknowledged with.
 * - I2 Every chain is gap-free and linked; every body hashes to its receipt_hash; the heads are the last entries'.
 * - I3 Every stored checkpoint is signed and has the root of the stored leaves; sizes only grow.
 * - I4 No work began without a stored seal over its decision, and none twice.
 * - I5 Nothing was signed that is not what the log holds: no two bodies for one (tenant, seq), no two roots for one size.
 * - I6 Whoever was refused never sees the work run; all other started work ends in exactly one outcome.
 */
export interface Evidence {
  admin: pg.Pool;
  verifierKey: string;
  questions: readonly Question[];
  worked: readonly Worked[];
  signLog: string;
}

export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6";
export interface Violation {
  invariant: Invariant;
  what: string;
}

export interface Checker {
  /** Looks at what is new since the last time. */
  check(): Promise<Violation[]>;
  /** Looks at everything anew, once nothing runs any more; and asks the public verifier as well. */
  checkAll(): Promise<Violation[]>;
  /** What was looked at so far, to show that it was not nothing. */
  readonly seen: Seen;
}

export interface Seen {
  receipts: number;
  acknowledged: number;
  checkpoints: number;
  signatures: number;
  worked: number;
  /** Of the questions: refused in so many words, and without any answer. */
  refused: number;
  unknown: number;
}

export function createChecker(evidence: Evidence): Checker {
  let known = emptyKnowledge();
  return {
    get seen() {
      return seenOf(evidence, known);
    },
    check: () => check(evidence, known),
    async checkAll() {
      known = emptyKnowledge();
      return [
        ...(await check(evidence, known)),
        ...(await checkEnds(evidence, known)),
        ...(await checkByVerifier(evidence)),
      ];
    },
  };
}

/** What the database was found to hold, and how far each log was read. */
interface Knowledge {
  tree: Tree;
  chains: Map<string, { seq: number; hash: string }>;
  receipts: Map<string, Entry>;
  hashes: Set<string>;
  /** Receipts of decisions by their question's marker. */
  decisions: Map<string, Entry[]>;
  /** How often a decision was closed. */
  outcomes: Map<string, number>;
  checkpoints: number;
  sealedSize: number;
  answers: WeakSet<object>;
  acknowledged: number;
  worked: Map<string, number>;
  workedRead: number;
  signLogRead: number;
  signatures: number;
  signedHeads: Map<number, string>;
}

interface Entry {
  receiptId: string;
  hash: string;
  chain: string;
  seq: number;
  leafIndex: number;
  starts: boolean;
}

function emptyKnowledge(): Knowledge {
  return {
    tree: growTree(),
    chains: new Map(),
    receipts: new Map(),
    hashes: new Set(),
    decisions: new Map(),
    outcomes: new Map(),
    checkpoints: 0,
    sealedSize: 0,
    answers: new WeakSet(),
    acknowledged: 0,
    worked: new Map(),
    workedRead: 0,
    signLogRead: 0,
    signatures: 0,
    signedHeads: new Map(),
  };
}

async function check(evidence: Evidence, known: Knowledge): Promise<Violation[]> {
  const violations: Violation[] = [];
  const report: Report = (invariant, what) => violations.push({ invariant, what });
  // What was said, done and signed is read before the database: then whatever it speaks of must be there.
  const signed = readSignLog(evidence.signLog, known);
  const worked = evidence.worked.slice(known.workedRead);
  known.workedRead += worked.length;
  const said: [Question, Acknowledged][] = [];
  for (const question of evidence.questions)
    for (const answer of question.answers) {
      const acknowledgement = known.answers.has(answer) ? null : acknowledged(answer);
      known.answers.add(answer);
      if (acknowledgement) said.push([question, acknowledgement]);
    }

  const key = await parseVerifierKey(evidence.verifierKey);
  await readLedger(evidence.admin, known, key, report);
  for (const [question, answer] of said) checkAcknowledged(question, answer, known, report);
  for (const [question, answer] of said.slice(0, VERIFIED_MAX))
    await verifyAcknowledged(question, answer, evidence, report);
  known.acknowledged += said.length;
  for (const work of worked) checkWorked(work, known, report);
  for (const { data } of signed) checkSigned(data, known, report);
  known.signatures += signed.length;
  checkQuestions(evidence, known, report);
  return violations;
}

type Report = (invariant: Invariant, what: string) => void;

/** I2 and I3: the entries and checkpoints that came since, then the heads. One snapshot. */
async function readLedger(admin: pg.Pool, known: Knowledge, key: VerifierKey, report: Report): Promise<void> {
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

/** I1: what was acknowledged is in the database byte for byte, under the very tree it was sealed with. */
function checkAcknowledged(question: Question, answer: Acknowledged, known: Knowledge, report: Report): void {
  for (const { receipt, seal } of sealedParts(answer)) {
    const [, size, root] = seal.checkpoint.split("\n");
    if (Number(size) <= Number(receipt.leaf_index) || hexOf(root) !== known.tree.rootAt(Number(size)))
      report(
        "I1",
        `${question.marker} was told a seal of ${size} that does not cover leaf ${receipt.leaf_index}`,
      );
    const stored = known.receipts.get(receipt.receipt_id);
    if (stored === undefined)
      report("I1", `${question.marker} was told receipt ${receipt.receipt_id}, which is not stored`);
    else if (
      stored.hash !== receipt.receipt_hash ||
      stored.seq !== receipt.seq ||
      stored.chain !== receipt.chain ||
      stored.leafIndex !== receipt.leaf_index
    )
      report("I1", `${question.marker} was told another receipt ${receipt.receipt_id} than is stored`);
  }
  const { correlation_id: marker } = answer.receipt;
  if (marker !== null && marker !== question.marker)
    report("I1", `${question.marker} was told the decision of ${marker}`);
}

/** The first few of each round go through the public verifier, which needs nothing but the key. */
const VERIFIED_MAX = 12;
async function verifyAcknowledged(
  { marker }: Question,
  answer: Acknowledged,
  { verifierKey }: Evidence,
  report: Report,
): Promise<void> {
  for (const { receipt, seal } of sealedParts(answer)) {
    const verdict = await verifySealedReceipt(JSON.stringify({ receipt, seal }), verifierKey);
    if (!verdict.ok) report("I1", `${marker} was told a receipt that fails: ${verdict.message}`);
  }
}

/** I4 */
function checkWorked(work: Worked, known: Knowledge, report: Report): void {
  const times = (known.worked.get(work.decisionId) ?? 0) + 1;
  known.worked.set(work.decisionId, times);
  if (times > 1)
    report("I4", `the work of decision ${work.decisionId} (${work.marker}) began ${times} times`);
  if (work.leafIndex === null || work.leafIndex >= work.sealedSize)
    report(
      "I4",
      `the work of leaf ${work.leafIndex} (${work.marker}) began when the log was sealed up to ${work.sealedSize}`,
    );
  const decided = known.receipts.get(work.decisionId);
  if (!decided?.starts) report("I4", `${work.marker} worked without a stored decision that starts work`);
  else if (decided.leafIndex !== work.leafIndex)
    report("I4", `the decision of ${work.marker} moved from leaf ${work.leafIndex} to ${decided.leafIndex}`);
}

/** I5: a receipt's hash in hex, or the text of a checkpoint. */
function checkSigned(data: string, known: Knowledge, report: Report): void {
  if (/^[0-9a-f]{64}$/.test(data)) {
    // Each stored hash has one place, so another body for the same (tenant, seq) shows here as well.
    if (!known.hashes.has(data)) report("I5", `receipt hash ${data} was signed and is not stored`);
    return;
  }
  const [, size, root] = data.split("\n");
  const treeSize = Number(size);
  const before = known.signedHeads.get(treeSize);
  if (before !== undefined && before !== data)
    report("I5", `two checkpoints of size ${treeSize} were signed: ${before} and ${data}`);
  known.signedHeads.set(treeSize, data);
  if (treeSize > known.tree.size)
    report("I5", `a checkpoint of ${treeSize} was signed, ${known.tree.size} are stored`);
  else if (hexOf(root) !== known.tree.rootAt(treeSize))
    report("I5", `a checkpoint of ${treeSize} was signed over another tree than is stored`);
}

/** One question, one decision; and a refusal is a promise (I6). */
function checkQuestions({ questions }: Evidence, known: Knowledge, report: Report): void {
  for (const question of questions) {
    const { marker, answers } = question;
    const decisions = known.decisions.get(marker) ?? [];
    if (decisions.length > 1) report("I1", `${marker} was decided ${decisions.length} times`);
    const ids = new Set(answers.map((answer) => acknowledged(answer)?.receipt.receipt_id).filter(Boolean));
    if (ids.size > 1) report("I1", `${marker} was told several decisions: ${[...ids].join(", ")}`);
    if (wasRefused(question) && decisions.some((d) => known.worked.has(d.receiptId)))
      report("I6", `${marker} was refused and its work ran: ${JSON.stringify(answers)}`);
  }
  for (const [decision, times] of known.outcomes)
    if (times > 1) report("I6", `decision ${decision} was closed ${times} times`);
}

/** I6, once all is quiet: whatever was decided to start has ended once, and its state is what its receipt says. */
async function checkEnds({ admin }: Evidence, known: Knowledge): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const entry of known.receipts.values())
    if (entry.starts && (known.outcomes.get(entry.receiptId) ?? 0) !== 1)
      violations.push({
        invariant: "I6",
        what: `decision ${entry.receiptId} ended ${known.outcomes.get(entry.receiptId) ?? 0} times`,
      });
  const { rows } = await admin.query<{ id: string; state: string; told: string | null; redeemed: number }>(
    STATES,
  );
  for (const { id, state, told, redeemed } of rows) {
    if (state !== told)
      violations.push({ invariant: "I6", what: `dispatch ${id} is ${state}, its receipt says ${told}` });
    if (redeemed > 1)
      violations.push({ invariant: "I4", what: `dispatch ${id} redeemed ${redeemed} grants` });
    if (state === "succeeded" && !known.worked.has(id))
      violations.push({
        invariant: "I4",
        what: `dispatch ${id} succeeded, and the worker knows nothing of it`,
      });
  }
  return violations;
}

/** The same log through the public verifier: each chain whole, and the tree whole against its newest checkpoint. */
async function checkByVerifier({ admin, verifierKey }: Evidence): Promise<Violation[]> {
  const violations: Violation[] = [];
  const { rows } = await admin.query<StoredEntry>(ENTRIES, [0]);
  const chains = new Map<string, unknown[]>();
  for (const { tenant, body, receipt_hash, signature } of rows) {
    const receipt = {
      ...JSON.parse(body.toString("utf8")),
      receipt_hash,
      signature: signature?.toString("base64") ?? null,
    };
    chains.set(tenant, [...(chains.get(tenant) ?? []), receipt]);
  }
  for (const [tenant, receipts] of chains) {
    const verdict = await verifyChain(receipts);
    if (!verdict.ok) violations.push({ invariant: "I2", what: `chain ${tenant}: ${verdict.message}` });
  }
  const newest = await admin.query<StoredCheckpoint>(
    "SELECT tree_size::int, note FROM ledger.checkpoint ORDER BY tree_size DESC LIMIT 1",
  );
  for (const { tree_size, note } of newest.rows) {
    const { text } = await openNote(note, [await parseVerifierKey(verifierKey)]);
    const { root } = await readCheckpoint(text);
    const leaves = rows
      .slice(0, tree_size)
      .map((row) => new Uint8Array(Buffer.from(row.receipt_hash, "hex")));
    if (!Buffer.from(await rootFromLeaves(leaves)).equals(root))
      violations.push({ invariant: "I3", what: `checkpoint ${tree_size} is of another tree` });
  }
  return violations;
}

function seenOf({ questions }: Evidence, known: Knowledge): Seen {
  return {
    receipts: known.tree.size,
    acknowledged: known.acknowledged,
    checkpoints: known.checkpoints,
    signatures: known.signatures,
    worked: known.worked.size,
    refused: questions.filter(wasRefused).length,
    unknown: questions.filter(({ answers }) => answers.every(({ status }) => status === null)).length,
  };
}

/** The lines since the last time. One that was cut off in the middle is read when it is whole. */
function readSignLog(path: string, known: Knowledge): SignatureLine[] {
  const file = openSync(path, "a+");
  try {
    const bytes = Buffer.alloc(fstatSync(file).size - known.signLogRead);
    readSync(file, bytes, 0, bytes.length, known.signLogRead);
    const whole = bytes.subarray(0, bytes.lastIndexOf("\n") + 1);
    known.signLogRead += whole.length;
    return whole
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as SignatureLine);
  } finally {
    closeSync(file);
  }
}

function hexOf(base64: string | undefined): string {
  return Buffer.from(base64 ?? "", "base64").toString("hex");
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
interface StoredEntry {
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
interface StoredCheckpoint {
  tree_size: number;
  note: string;
}

const ENTRIES = `
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
const STATES = `
  SELECT d.id, d.state, convert_from(r.body, 'UTF8')::jsonb ->> 'status' AS told,
    (SELECT count(*)::int FROM hall.grant_redemption g WHERE g.dispatch_id = d.id) AS redeemed
  FROM hall.dispatch d
  LEFT JOIN ledger.receipt_id_index i ON i.receipt_id = d.outcome_receipt_id
  LEFT JOIN ledger.receipt r ON r.leaf_index = i.leaf_index`;
