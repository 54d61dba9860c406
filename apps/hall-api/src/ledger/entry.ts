import type { PreparedBody } from "@guildhall/attestation";
import type { SequencedHold } from "@guildhall/db";
import type { Instant, ReceiptBody, ReceiptId, Seal, Sha256Hex, TenantId } from "@guildhall/protocol";

/** A decision on its way into the ledger, with the epochs of the snapshot it was made against. */
export interface Entry {
  tenantId: TenantId;
  receiptId: ReceiptId;
  epoch: number;
  hallEpoch: number;
  body: PreparedBody;
  payload: { salt: Uint8Array; content: string } | null;
  idempotency: { key: string; requestDigest: Uint8Array } | null;
  dispatch: { workerId: string; transportDigest: string; startBy: Instant } | null;
  hold: SequencedHold | null;
}

/** A receipt that is committed and sealed: the only thing that is ever answered with. */
export interface Sealed {
  body: ReceiptBody;
  /** The canonical body in UTF-8, as it is stored. */
  bytes: Uint8Array;
  receiptHash: Sha256Hex;
  signature: string | null;
  seal: Seal;
}

export type Submitted =
  | { outcome: "sealed"; sealed: Sealed }
  /** Decided under an older epoch: to be decided again, from authentication on. */
  | { outcome: "fenced" }
  /** The idempotency key was taken by another request. */
  | { outcome: "duplicate" }
  /** Committed, but the commit's answer was lost: the receipt is to be read from the database. */
  | { outcome: "committed" };

/** Where the ledger's road can be cut by a crash. Tests kill the process there; nothing else listens. */
export type CrashPoint =
  | "decided"
  | "before-commit"
  | "between-commit-and-seal"
  | "between-seal-and-answer"
  | "seal-stored"
  | "before-dispatch"
  | "after-dispatch";
export type Probe = (point: CrashPoint) => void;
