/** What a verifier can find wrong. Closed and append-only: programs and vectors compare these words. */
export type VerifyCode =
  // The input could not be read.
  | "JSON_NOT_STRICT"
  | "RECEIPT_MALFORMED"
  | "SPEC_VERSION_UNKNOWN"
  | "SEAL_MALFORMED"
  | "NOTE_MALFORMED"
  | "CHECKPOINT_MALFORMED"
  | "KEY_MALFORMED"
  | "ED25519_UNAVAILABLE"
  // It was read, and it is not genuine.
  | "HASH_MISMATCH"
  | "SIGNATURE_INVALID"
  | "INDEX_NOT_IN_TREE"
  | "PROOF_LENGTH_WRONG"
  | "ROOT_MISMATCH"
  | "ORIGIN_MISMATCH"
  | "NOTE_KEY_UNKNOWN"
  | "NOTE_SIGNATURE_INVALID"
  // Each receipt is genuine, and together they are no chain.
  | "CHAIN_OTHER"
  | "CHAIN_START"
  | "CHAIN_GAP"
  | "CHAIN_ORDER"
  | "CHAIN_DUPLICATE"
  | "CHAIN_FORK"
  | "CHAIN_BROKEN"
  // The leaves are not the log's.
  | "LOG_SIZE_MISMATCH"
  // A key is not the one that speaks here.
  | "KEY_HISTORY_BROKEN"
  | "KEY_NOT_YET"
  | "KEY_RETIRED"
  | "KEY_EXPIRED"
  | "TREE_SIZES_REVERSED"
  | "TILE_MALFORMED"
  // A proof against a log proves nothing.
  | "MISBEHAVIOUR_NOT_SHOWN"
  // Too few witnesses that the verifier knows have cosigned.
  | "COSIGNATURES_MISSING";

/**
 * Ends a check. The message says what was expected and what was found. The functions that answer a whole
 * question (`verifySealedReceipt`, `verifyChain`, `verifyLog`) catch it and return a verdict.
 */
export class VerifyError extends Error {
  override readonly name = "VerifyError";
  readonly code: VerifyCode;

  constructor(code: VerifyCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
