import { signReceipt } from "@guildhall/attestation";
import {
  type Db,
  findReceipt,
  type OperatorTx,
  type StoredReceipt,
  type StoredSeal,
  sealGap,
  type TenantTx,
  withOperator,
  withTenant,
} from "@guildhall/db";
import {
  type Actor,
  HallError,
  isHallChain,
  type ReceiptBody,
  type ReceiptId,
  readStrictJson,
  type SealedReceipt,
  type Sha256Hex,
  type TenantId,
} from "@guildhall/protocol";
import type { LogKeys } from "../keys/log-keys.ts";
import { type Appended, appendEntry, type Envelope, envelopeOf } from "./append-entry.ts";
import type { Entry, Probe, Submitted } from "./entry.ts";
import { createSealer, type Sealer } from "./sealer.ts";
import { createLedgerWriter, type LedgerWriter, SEAL_DEADLINE_MS } from "./writer.ts";

/** The ledger as operations see it: submit a decision, record an act, read a receipt with its seal. */
export interface Ledger {
  readonly envelope: Envelope;
  readonly sealer: Sealer;
  submit(entry: Entry): Promise<Submitted>;
  /** The fields that every body of this Hall carries. */
  envelopeFor(
    chain: TenantId,
    actor: Actor,
    nowMs: number,
    receiptId?: ReceiptId,
  ): ReturnType<typeof envelopeOf>;
  /** Last statement of an act's own transaction. */
  append: typeof appendEntry;
  /** Waits until a committed act is sealed; its signature is stored beside it. */
  sealed(act: Appended): Promise<SealedReceipt>;
  /** A stored receipt with the proof against the newest checkpoint, or against an earlier one that covers it. */
  present(stored: StoredReceipt, under?: Pick<StoredSeal, "treeSize" | "note">): Promise<SealedReceipt>;
  /** How far the log is committed and sealed. */
  state(): Promise<LedgerState>;
  close(): Promise<void>;
}

export interface LedgerState {
  state: "sealed" | "unsealed" | "signer_lost";
  tree_size: number;
  sealed_size: number;
  sealed_at: string | null;
}

export interface LedgerOptions {
  db: Db;
  keys: LogKeys;
  origin: string;
  receiptSignatures: boolean;
  now: () => number;
  probe: Probe;
  onSeal?: (treeSize: number, note: string) => void;
  log: { warn(details: object, message: string): void; error(details: object, message: string): void };
}

export function createLedger(options: LedgerOptions): Ledger {
  const { db, keys } = options;
  const sealer = createSealer(options);
  const envelope = {
    hall: options.origin,
    get signingKeyId() {
      return keys.current().keyId;
    },
    get signingModule() {
      return keys.current().module;
    },
  };
  const writer: LedgerWriter = createLedgerWriter({
    ...options,
    sealer,
    isCommitted: (tenant, receiptId) =>
      withTenant(db, tenant, async (tx) => (await findReceipt(tx, receiptId)) !== null),
  });

  /** WCP's signature of a committed receipt, stored beside it. Ed25519 is deterministic: made twice, it is the same. */
  async function signStored(
    chain: TenantId,
    leafIndex: number,
    hash: Uint8Array,
    epoch: number,
  ): Promise<string | null> {
    if (!options.receiptSignatures) return null;
    const signature = await signReceipt(await keys.forLeaf(leafIndex, epoch), hash);
    const store = (tx: TenantTx | OperatorTx) =>
      tx.$executeRaw`INSERT INTO ledger.receipt_signature (leaf_index, tenant_id, signature)
        VALUES (${leafIndex}::bigint, ${chain}::uuid, ${new Uint8Array(Buffer.from(signature, "base64"))})
        ON CONFLICT DO NOTHING`;
    await (isHallChain(chain) ? withOperator(db, store) : withTenant(db, chain, store));
    return signature;
  }

  /** A crash between commit and signature leaves none: it is made when the receipt is next read, by the same key. */
  async function signatureOf(receipt: SealedReceipt["receipt"]): Promise<string | null> {
    if (receipt.signature !== null || receipt.signing_key_id !== keys.current().keyId)
      return receipt.signature;
    return signStored(receipt.chain, receipt.leaf_index, Buffer.from(receipt.receipt_hash, "hex"), 0);
  }

  return {
    envelope,
    sealer,
    submit: (entry) => writer.submit(entry),
    envelopeFor: (chain, actor, nowMs, receiptId) => envelopeOf(envelope, chain, actor, nowMs, receiptId),
    append: appendEntry,
    async sealed(act) {
      // Signed only now: the body is committed. Meanwhile the sealer covers it, woken by its NOTIFY or by us.
      const [signature] = await Promise.all([
        signStored(act.chain, act.leafIndex, act.hash, act.epoch),
        sealer.sealCommitted().then(() => sealer.waitForSeal(act.leafIndex, SEAL_DEADLINE_MS)),
      ]).catch((cause: unknown) => {
        // The act itself stands: whoever reads this must not repeat it, only wait for its seal.
        throw new HallError("SIGNER_UNAVAILABLE", {
          cause,
          detail: { recorded: true, receipt_id: act.receiptId },
        });
      });
      const receipt_hash = Buffer.from(act.hash).toString("hex") as Sha256Hex;
      return { receipt: { ...act.body, receipt_hash, signature }, seal: await sealer.sealOf(act.leafIndex) };
    },
    async present(stored, under) {
      if (stored.leafIndex >= sealer.sealedSize())
        await sealer.waitForSeal(stored.leafIndex, SEAL_DEADLINE_MS);
      const receipt = receiptOf(stored);
      const [signature, seal] = await Promise.all([
        signatureOf(receipt),
        sealer.sealOf(stored.leafIndex, under),
      ]);
      return { receipt: { ...receipt, signature }, seal };
    },
    async state() {
      const { treeSize, sealedSize, sealedAt } = await sealGap(db.ledger);
      const sealed = Math.max(sealedSize, sealer.sealedSize());
      const state = !sealer.healthy() ? "signer_lost" : sealed >= treeSize ? "sealed" : "unsealed";
      return { state, tree_size: treeSize, sealed_size: sealed, sealed_at: sealedAt?.toISOString() ?? null };
    },
    async close() {
      await writer.close();
      sealer.close();
    },
  };
}

/** The wire form of a stored receipt: its own bytes, read back. */
export function receiptOf(stored: StoredReceipt): SealedReceipt["receipt"] {
  return {
    ...(readStrictJson(stored.body) as unknown as ReceiptBody),
    receipt_hash: stored.receiptHash.toString("hex") as Sha256Hex,
    signature: stored.signature?.toString("base64") ?? null,
  };
}
