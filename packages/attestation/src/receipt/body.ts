import { hash } from "node:crypto";
import {
  canonicalBody,
  type Instant,
  type ReceiptBody,
  type Sha256Hex,
  type UnsequencedBody,
} from "@guildhall/protocol";

/** A body with its place, the bytes that are stored and hashed, and their SHA-256: the leaf of the log. */
export interface SequencedBody {
  body: ReceiptBody;
  /** The canonical body in UTF-8; what the ledger stores, so that what was hashed is what is kept. */
  bytes: Uint8Array;
  hash: Uint8Array;
}

/** Where an entry stands: known only under the lock of the heads. */
export interface Place {
  seq: number;
  leafIndex: number;
  loggedAt: Instant;
  /** The hash of the receipt before it in its chain; null for the first. */
  prevHash: Sha256Hex | null;
}

/**
 * Gives an entry its place and so its hash. The entry itself stays as it was: an entry whose batch loses
 * the race for the heads is sequenced again, at another place.
 */
export function sequenceBody(unsequenced: UnsequencedBody, place: Place): SequencedBody {
  const body = {
    ...unsequenced,
    seq: place.seq,
    leaf_index: place.leafIndex,
    logged_at: place.loggedAt,
    prev_receipt_hash: place.prevHash,
  };
  const bytes = Buffer.from(canonicalBody(body), "utf8");
  return { body, bytes, hash: hash("sha256", bytes, "buffer") };
}
