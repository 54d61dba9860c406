/**
 * `ed25519`: pure, RFC 8032. `ecdsa-p256`: over SHA-256, as r and s of 32 bytes each. `rsa`: PKCS#1 v1.5 over
 * SHA-256 (RFC 8017), 3072 bits.
 */
export const KEY_ALGORITHMS = ["ed25519", "ecdsa-p256", "rsa"] as const;
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

/**
 * What signs for a Hall. A signer holds one key and gives signatures, never the key: in software it is a
 * file, in an HSM an object that cannot leave.
 */
export interface Signer<Algorithm extends KeyAlgorithm = KeyAlgorithm> {
  /**
   * Narrows which key to try; never a reason to trust one. The first 16 hex digits of the SHA-256 of the public
   * key: of its 32 bytes where it is Ed25519, of `spki` elsewhere.
   */
  keyId: string;
  algorithm: Algorithm;
  /** The public key as DER SubjectPublicKeyInfo (RFC 5280). */
  spki: Uint8Array;
  /** Where the key lives, in words for people: `software file`. */
  module: string;
  /** @throws SignerError where no good signature can be given now */
  sign(data: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The only kind that signs logs and receipts, because signed notes ask for it. */
export interface Ed25519Signer extends Signer<"ed25519"> {
  /** 32 bytes, as RFC 8032 encodes them. */
  publicKey: Uint8Array;
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
