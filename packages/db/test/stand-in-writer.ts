import { createHash, randomUUID } from "node:crypto";
import { type Instant, instant, type ReceiptId, type TenantId } from "@guildhall/protocol";
import type pg from "pg";
import type {
  Batch,
  Heads,
  SequencedAct,
  SequencedEntry,
  SequencedHold,
  ShadowDifference,
  StoredSeal,
} from "../src/index.ts";

/**
 * Stands in for the ledger writer of hall-api: numbers and hashes what it is given. The tree is none, because the
 * store takes any bytes for one; but its edge depends on every leaf, so two histories of one length differ in it.
 */

/** What a test wants appended; the rest is made up. */
export interface Draft {
  tenantId: TenantId;
  receiptId?: ReceiptId;
  payload?: string;
  key?: string;
  /** Starts work: until when it may be started. */
  startBy?: Instant;
  /** Waits for a human: until when one may answer. */
  expiresAt?: Instant;
  /** Further members of the receipt's body. */
  body?: object;
}

export const TRANSPORT = `sha256:${"d".repeat(64)}`;

/** What is asked of a human, but until when. */
export const HOLD: Omit<SequencedHold, "expiresAt"> = {
  decidedAt: instant(Date.UTC(2026, 0, 1)),
  level: "gatekeeper",
  quorum: 2,
  stepUp: true,
  capabilityId: "cap.doc.summarize",
  workerId: null,
  env: "prod",
  dataLabel: null,
  blastScore: 61,
  askedBy: ["blast", 'pol.a,"b"\\{}'],
};

/** Numbers the drafts from where the heads stand. */
export function sequence(heads: Heads, drafts: readonly Draft[], seal: StoredSeal | null = null): Batch {
  const chains = new Map(heads.chains);
  let frontier = heads.log.frontier;
  const entries = drafts.map((draft, i): SequencedEntry => {
    const chain = chains.get(draft.tenantId)!;
    const receiptId = draft.receiptId ?? newReceiptId();
    const body = Buffer.from(
      JSON.stringify({
        tenant: draft.tenantId,
        seq: chain.seq,
        previous: chain.hash.toString("hex"),
        receiptId,
        ...draft.body,
      }),
    );
    const hash = sha256(body);
    chains.set(draft.tenantId, { ...chain, seq: chain.seq + 1, hash });
    frontier = edge(frontier, hash);
    return {
      tenantId: draft.tenantId,
      seq: chain.seq,
      leafIndex: heads.log.treeSize + i,
      receiptId,
      kind: "decision",
      hash,
      body,
      payload: draft.payload === undefined ? null : { salt: Buffer.alloc(16), content: draft.payload },
      idempotency:
        draft.key === undefined ? null : { key: draft.key, requestDigest: sha256(Buffer.from(draft.key)) },
      dispatch: draft.startBy
        ? { workerId: "org.acme.summarizer", transportDigest: TRANSPORT, startBy: draft.startBy }
        : null,
      hold: draft.expiresAt ? { ...HOLD, expiresAt: draft.expiresAt } : null,
    };
  });
  const tenants = new Set(drafts.map((draft) => draft.tenantId));
  return {
    expected: {
      log: heads.log,
      chains: [...heads.chains.values()].filter((chain) => tenants.has(chain.tenantId)),
    },
    next: {
      treeSize: heads.log.treeSize + drafts.length,
      root: frontier.length === 0 ? sha256(Buffer.alloc(0)) : frontier,
      frontier,
      loggedAtMs: heads.log.loggedAtMs + 1,
      nodes: [],
    },
    entries,
    seal,
  };
}

/** Where the heads stand once the batch is appended. */
export function headsAfter(heads: Heads, batch: Batch): Heads {
  const chains = new Map(heads.chains);
  for (const { tenantId, seq, hash } of batch.entries)
    chains.set(tenantId, { ...chains.get(tenantId)!, seq: seq + 1, hash: Buffer.from(hash) });
  const { treeSize, frontier, loggedAtMs } = batch.next;
  return { log: { ...heads.log, treeSize, frontier: Buffer.from(frontier), loggedAtMs }, chains };
}

/** One administrative act from the heads that `takeHeads` gave. */
export function sequenceAct(
  heads: Heads,
  tenantId: TenantId,
  fence: SequencedAct["fence"] = "none",
): SequencedAct {
  const { entries, next } = sequence(heads, [{ tenantId }]);
  const { seq, leafIndex, receiptId, hash, body } = entries[0]!;
  const { root, frontier, nodes, loggedAtMs } = next;
  const loggedAt = instant(loggedAtMs);
  return {
    tenantId,
    seq,
    leafIndex,
    receiptId,
    kind: "key",
    loggedAt,
    hash,
    body,
    root,
    frontier,
    nodes,
    fence,
  };
}

/** What a shadow run keeps of one decision. */
export function difference(of: Partial<ShadowDifference> = {}): ShadowDifference {
  return {
    decisionId: newReceiptId(),
    decidedAt: new Date(Date.UTC(2026, 0, 1)),
    ruleBefore: "summarize",
    ruleAfter: null,
    outcomeBefore: "ALLOW",
    outcomeAfter: "DENY",
    codeBefore: null,
    codeAfter: "DENY_NO_MATCHING_RULE",
    workerBefore: "org.acme.summarizer",
    workerAfter: null,
    firstDifference: "rule",
    ...of,
  };
}

export function newReceiptId(): ReceiptId {
  return randomUUID() as ReceiptId;
}

export function sealAt(treeSize: number, signatures: StoredSeal["signatures"] = []): StoredSeal {
  return { treeSize, note: `checkpoint of ${treeSize}`, signatures };
}

/**
 * Everything that is wrong with the log as it is stored: a gap, a fork, a head that is not the last entry's.
 * @param admin sees every tenant's rows
 */
export async function historyFaults(admin: pg.Pool | pg.ClientBase): Promise<string[]> {
  const faults: string[] = [];
  const { rows } = await admin.query<StoredRow>(
    `SELECT r.leaf_index::int AS leaf, r.tenant_id AS tenant, r.seq::int, r.receipt_hash AS hash, r.body,
       p.leaf_index::int AS position, i.leaf_index::int AS indexed, l.receipt_hash AS logged
     FROM ledger.receipt r
     LEFT JOIN ledger.chain_position p ON p.tenant_id = r.tenant_id AND p.seq = r.seq
     LEFT JOIN ledger.receipt_id_index i ON i.receipt_id = r.receipt_id
     LEFT JOIN ledger.log_leaf l ON l.leaf_index = r.leaf_index ORDER BY r.leaf_index`,
  );
  const heads = new Map<string, { seq: number; hash: string }>();
  let frontier: Buffer = Buffer.alloc(0);
  rows.forEach((row, at) => {
    const { seq, hash } = heads.get(row.tenant) ?? { seq: 0, hash: "" };
    const { previous } = JSON.parse(row.body.toString()) as { previous: string };
    if (row.leaf !== at) faults.push(`leaf ${at} is missing`);
    if (row.seq !== seq) faults.push(`leaf ${row.leaf} is number ${row.seq} of its chain, expected ${seq}`);
    if (previous !== hash) faults.push(`leaf ${row.leaf} does not follow the receipt before it`);
    if (row.position !== row.leaf || row.indexed !== row.leaf || !row.logged?.equals(row.hash))
      faults.push(`leaf ${row.leaf} is not indexed as it is stored`);
    heads.set(row.tenant, { seq: seq + 1, hash: row.hash.toString("hex") });
    frontier = edge(frontier, row.hash);
  });
  const log = await admin.query<{ size: number; frontier: Buffer; positions: number }>(
    "SELECT tree_size::int AS size, frontier, (SELECT count(*)::int FROM ledger.chain_position) AS positions FROM ledger.log_head",
  );
  const { size, frontier: stored, positions } = log.rows[0]!;
  if (size !== rows.length || positions !== rows.length || !stored.equals(frontier))
    faults.push("the log's head is not its last entry's");
  const chains = await admin.query<{ tenant: string; seq: number; hash: string }>(
    "SELECT tenant_id AS tenant, seq::int, encode(head_hash, 'hex') AS hash FROM ledger.chain_head WHERE seq > 0",
  );
  for (const { tenant, seq, hash } of chains.rows)
    if (heads.get(tenant)?.seq !== seq || heads.get(tenant)?.hash !== hash)
      faults.push(`the head of chain ${tenant} is not its last entry's`);
  return faults;
}

interface StoredRow {
  leaf: number;
  tenant: string;
  seq: number;
  hash: Buffer;
  body: Buffer;
  position: number | null;
  indexed: number | null;
  logged: Buffer | null;
}

function edge(before: Buffer, leaf: Uint8Array): Buffer {
  return sha256(Buffer.concat([before, leaf]));
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
