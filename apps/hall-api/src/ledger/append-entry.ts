import { newReceiptId, newSalt } from "@guildhall/attestation";
import { appendAct, type Fence, type OperatorTx, type TenantTx, takeHeads } from "@guildhall/db";
import {
  type ActBody,
  type Actor,
  instant,
  type OutcomeBody,
  type ReceiptBody,
  type ReceiptId,
  type SequencedField,
  SPEC_VERSION,
  type TenantId,
} from "@guildhall/protocol";
import { askOnceMore } from "./last-check.ts";
import { sequenceAct } from "./sequence.ts";

/** What every body says, whatever its kind, but for its place. */
export interface Envelope {
  hall: string;
  signingKeyId: string;
  signingModule: string;
}

export function envelopeOf(
  { hall, signingKeyId, signingModule }: Envelope,
  chain: TenantId,
  actor: Actor,
  nowMs: number,
  receiptId: ReceiptId = newReceiptId(nowMs),
) {
  return {
    actor,
    chain,
    decided_at: instant(nowMs),
    hall,
    receipt_id: receiptId,
    salt: Buffer.from(newSalt()).toString("hex"),
    signing_key_id: signingKeyId,
    signing_module: signingModule,
    spec_version: SPEC_VERSION,
  } as const;
}

export type ActEntry = Omit<ActBody, SequencedField> | Omit<OutcomeBody, SequencedField>;

/** A committed entry that waits for its seal. */
export interface Appended {
  chain: TenantId;
  receiptId: ReceiptId;
  leafIndex: number;
  /** Of the log, after the entry: which register of keys it was written under. */
  epoch: number;
  hash: Uint8Array;
  body: ReceiptBody;
}

/**
 * Ends the transaction of an administrative act: takes the heads, numbers and hashes the entry, writes it.
 * Nothing follows before COMMIT, because from here on the log's lock is held. The act that takes a right
 * away raises the fence, so that no decision made before it is sequenced after it.
 */
export async function appendEntry(
  tx: TenantTx | OperatorTx,
  entry: ActEntry,
  nowMs: number,
  fence: Fence = "none",
): Promise<Appended> {
  const heads = await takeHeads(tx, entry.chain);
  await askOnceMore(tx);
  const { body, bytes, hash, seq, leafIndex, loggedAt, tree } = sequenceAct(entry, heads, nowMs);
  await appendAct(tx, {
    tenantId: entry.chain,
    seq,
    leafIndex,
    receiptId: entry.receipt_id,
    kind: entry.kind,
    loggedAt,
    hash,
    body: bytes,
    root: tree.root,
    frontier: Buffer.concat([...tree.frontier.peaks]),
    nodes: tree.nodes,
    fence,
  });
  return {
    chain: entry.chain,
    receiptId: entry.receipt_id,
    leafIndex,
    epoch: heads.log.epoch + (fence === "hall" ? 1 : 0),
    hash,
    body,
  };
}
