import type { VerifyCode } from "@guildhall/attestation/verify";

/** What it means for whoever holds the receipt, in a sentence or two, for each thing a verifier can find. */
export const MEANINGS = {
  JSON_NOT_STRICT:
    "The bytes are not one unambiguous JSON text. They were cut, changed, or never a receipt; two readers could read two things in them.",
  RECEIPT_MALFORMED:
    "The bytes are JSON, but not a receipt: a field is missing, or has a value that none can have.",
  SPEC_VERSION_UNKNOWN: "The receipt may be good: it has a format that this version of `hall` does not know.",
  SEAL_MALFORMED:
    "Without its seal (checkpoint and inclusion proof) a receipt is a claim that nothing backs.",
  NOTE_MALFORMED: "The checkpoint is not a signed note, so nothing says what the log was.",
  CHECKPOINT_MALFORMED:
    "The checkpoint's text names no log, size and root, so there is nothing to compare with.",
  KEY_MALFORMED: "The key cannot be read, so nothing could be checked.",
  ED25519_UNAVAILABLE: "This platform cannot check the signatures.",
  HASH_MISMATCH:
    "The bytes of the body are not those that were sealed. Something in the receipt, or its hash, was changed afterwards. Believe none of it.",
  SIGNATURE_INVALID:
    "The body and its hash agree with each other, but this key did not sign that hash. The receipt was made or changed by somebody without the key, or it is of another Hall.",
  INDEX_NOT_IN_TREE: "The receipt claims a place that the log did not have when its checkpoint was signed.",
  PROOF_LENGTH_WRONG: "The proof cannot be one for this place in a log of this size.",
  ROOT_MISMATCH:
    "The signed log does not hold this receipt: its bytes lead to another root. It was never logged in this form.",
  ORIGIN_MISMATCH: "Receipt, checkpoint and key do not belong to one and the same Hall.",
  NOTE_KEY_UNKNOWN:
    "The checkpoint was not signed by this key. Either the key is not this Hall's, or the checkpoint is not.",
  NOTE_SIGNATURE_INVALID:
    "The checkpoint's text is not what the key signed. The size or the root of the log was changed afterwards.",
  CHAIN_OTHER: "The receipt before it belongs to another chain, so it says nothing about this one.",
  CHAIN_START: "A chain has one beginning, and this receipt does not fit it: it was cut from its chain.",
  CHAIN_GAP: "Receipts are missing between the two: give the one directly before it.",
  CHAIN_ORDER: "The receipt given as the one before it comes after it.",
  CHAIN_DUPLICATE: "The same receipt was given twice.",
  CHAIN_FORK:
    "Two different receipts claim one place in one chain. If both verify, their Hall has told two stories: keep both.",
  CHAIN_BROKEN: "This receipt does not name the one before it: one of the two is not of this chain.",
  LOG_SIZE_MISMATCH: "The leaves are not those of the log.",
  KEY_HISTORY_BROKEN: "The history does not lead from the pinned key to another.",
  KEY_NOT_YET: "The key that signed did not speak for the log yet.",
  KEY_RETIRED: "The key that signed had been retired before.",
  KEY_EXPIRED: "The key that signed had ended before.",
  TREE_SIZES_REVERSED: "A log only grows: what was given as the newer tree is smaller than the older one.",
  TILE_MALFORMED: "What the log serves as a tile has another length, so it is none.",
  COSIGNATURES_MISSING:
    "The Hall signed the checkpoint, and too few of your witnesses vouch that others were shown the same log. It may be too new to be cosigned: ask the Hall for one that is.",
  MISBEHAVIOUR_NOT_SHOWN: "The file does not show what it says: it convicts nobody.",
} as const satisfies Record<VerifyCode, string>;
