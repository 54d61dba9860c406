/**
 * What signs for a Hall. A signer holds one key and gives signatures, never the key: in software it is a
 * file, in an HSM an object that cannot leave.
 */
export interface Signer {
  /** Narrows which key to try; never a reason to trust one. The first 16 hex digits of the key's SHA-256. */
  keyId: string;
  algorithm: "ed25519";
  /** 32 bytes, as RFC 8032 encodes them. */
  publicKey: Uint8Array;
  /** Where the key lives, in words for people: `software file`. */
  module: string;
  sign(data: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

export type SignerErrorCode =
  | "KEY_FILE_UNWRITABLE"
  | "KEY_FILE_UNREADABLE"
  | "KEY_FILE_TOO_OPEN"
  | "KEY_FILE_NOT_OURS"
  | "KEY_FILE_MALFORMED"
  | "PUBLIC_KEY_MALFORMED"
  | "SIGNATURE_INVALID"
  | "SIGNER_CLOSED";

/** Why there is no signature. The message says what to do; it never holds key material. */
export class SignerError extends Error {
  override readonly name = "SignerError";
  readonly code: SignerErrorCode;

  constructor(code: SignerErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
