import { hash } from "node:crypto";
import {
  canonicalMember,
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

/** A body that is written but for its place: what is left to do under the heads is to fill that in, and to hash. */
export interface PreparedBody {
  readonly unsequenced: UnsequencedBody;
  /** The canonical members before each field of the place, and those after the last; empty where there are none. */
  readonly pieces: readonly string[];
}

/** The fields of a place in the order in which they stand among the others. */
const PLACE_FIELDS = ["leaf_index", "logged_at", "prev_receipt_hash", "seq"] as const;

/** @throws CanonicalJsonError as `canonicalBody`, with the path in the body */
export function prepareBody(unsequenced: UnsequencedBody): PreparedBody {
  const members: { readonly [key: string]: unknown } = { ...unsequenced };
  // As canonical JSON sorts, by UTF-16 code units.
  const keys = Object.keys(members).sort();
  const pieces: string[] = [];
  let at = 0;
  for (const field of [...PLACE_FIELDS, null]) {
    let piece = "";
    for (let key = keys[at]; key !== undefined && (field === null || key <= field); key = keys[++at]) {
      if (key === field) throw new Error(`${key} is given by the log, and the body has it already.`);
      piece += `${piece === "" ? "" : ","}${canonicalMember(key, members[key])}`;
    }
    pieces.push(piece);
  }
  return { unsequenced, pieces };
}

/**
 * Gives an entry its place and so its hash. The entry itself stays as it was: an entry whose batch loses
 * the race for the heads is sequenced again, at another place.
 */
export function sequencePrepared({ unsequenced, pieces }: PreparedBody, place: Place): SequencedBody {
  const { seq, leafIndex: leaf_index, loggedAt: logged_at, prevHash: prev_receipt_hash } = place;
  const fields = { seq, leaf_index, logged_at, prev_receipt_hash };
  let text = "";
  for (const [i, piece] of pieces.entries()) {
    if (piece !== "") text += `${text === "" ? "" : ","}${piece}`;
    const field = PLACE_FIELDS[i];
    if (field) text += `${text === "" ? "" : ","}${canonicalMember(field, fields[field])}`;
  }
  const bytes = Buffer.from(`{${text}}`, "utf8");
  return { body: { ...unsequenced, ...fields }, bytes, hash: hash("sha256", bytes, "buffer") };
}

/** Both at once, for an entry that is written under the heads anyway. */
export function sequenceBody(unsequenced: UnsequencedBody, place: Place): SequencedBody {
  return sequencePrepared(prepareBody(unsequenced), place);
}
