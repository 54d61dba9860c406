import {
  appendLeaves,
  decodeFrontier,
  encodeFrontier,
  type Frontier,
  type SequencedBody,
  sequenceBody,
  sequencePrepared,
} from "@guildhall/attestation";
import type { Batch, ChainHead, Heads, LogHead, SequencedEntry, StoredSeal } from "@guildhall/db";
import {
  instant,
  type ReceiptBody,
  type Sha256Hex,
  type TenantId,
  type UnsequencedBody,
} from "@guildhall/protocol";
import type { Entry } from "./entry.ts";

/** Step 3 of sequencing (ARCHITECTURE 3a): numbers, previous hashes, canonical bodies, hashes, the tree. */

/** A log head whose right edge is decoded, so that a batch starts without parsing. */
export interface Position {
  log: LogHead;
  frontier: Frontier;
  chains: Map<TenantId, ChainHead>;
}

export function positionOf(heads: Heads): Position {
  return { ...heads, frontier: decodeFrontier(heads.log.treeSize, heads.log.frontier) };
}

/** A batch as it will be stored, and everything that sealing and answering need of it. */
export interface SequencedBatch {
  batch: Batch;
  entries: readonly Entry[];
  sequenced: readonly SequencedBody[];
  /** The inclusion proof of each entry in the tree that ends with the batch. */
  proofs: () => Uint8Array[][];
  after: Position;
}

/** Numbers and hashes `entries` from `at` on. The entries stay as they are: a batch that loses starts anew. */
export function sequenceBatch(
  entries: readonly Entry[],
  at: Position,
  nowMs: number,
  seal: StoredSeal | null,
): SequencedBatch {
  const loggedAtMs = Math.max(nowMs, at.log.loggedAtMs);
  const loggedAt = instant(loggedAtMs);
  const chains = new Map<TenantId, ChainHead>();
  const expected: ChainHead[] = [];
  const stored: SequencedEntry[] = [];
  const sequenced: SequencedBody[] = [];
  let leafIndex = at.log.treeSize;
  for (const entry of entries) {
    let chain = chains.get(entry.tenantId);
    if (!chain) {
      chain = at.chains.get(entry.tenantId);
      if (!chain) throw new Error(`the chain of ${entry.tenantId} has no head`);
      expected.push(chain);
    }
    const one = sequencePrepared(entry.body, {
      seq: chain.seq,
      leafIndex,
      loggedAt,
      prevHash: previousHash(chain),
    });
    chains.set(entry.tenantId, { ...chain, seq: chain.seq + 1, hash: one.hash as Buffer });
    stored.push({
      tenantId: entry.tenantId,
      seq: chain.seq,
      leafIndex,
      receiptId: entry.receiptId,
      kind: entry.body.unsequenced.kind,
      hash: one.hash,
      body: one.bytes,
      payload: entry.payload,
      idempotency: entry.idempotency,
      dispatch: entry.dispatch,
      hold: entry.hold,
    });
    sequenced.push(one);
    leafIndex++;
  }
  const tree = appendLeaves(
    at.frontier,
    sequenced.map((one) => one.hash),
  );
  const frontier = Buffer.from(encodeFrontier(tree.frontier));
  const treeSize = tree.frontier.size;
  return {
    entries,
    sequenced,
    proofs: tree.proofs,
    batch: {
      expected: { log: at.log, chains: expected },
      next: { treeSize, root: tree.root, frontier, loggedAtMs, nodes: tree.nodes },
      entries: stored,
      seal,
    },
    after: {
      log: { ...at.log, treeSize, frontier, loggedAtMs },
      frontier: tree.frontier,
      chains: new Map([...at.chains, ...chains]),
    },
  };
}

/** One act, numbered and hashed under the heads that its own transaction holds. */
export function sequenceAct(
  unsequenced: UnsequencedBody,
  { log, chain }: { log: LogHead; chain: ChainHead },
  nowMs: number,
) {
  const loggedAt = instant(Math.max(nowMs, log.loggedAtMs));
  const place = { seq: chain.seq, leafIndex: log.treeSize, loggedAt, prevHash: previousHash(chain) };
  const { body, bytes, hash } = sequenceBody(unsequenced, place);
  const tree = appendLeaves(decodeFrontier(log.treeSize, log.frontier), [hash]);
  return { body: body as ReceiptBody, bytes, hash, ...place, tree };
}

function previousHash(chain: ChainHead): Sha256Hex | null {
  return chain.seq === 0 ? null : (chain.hash.toString("hex") as Sha256Hex);
}
