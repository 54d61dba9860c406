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
  /** False from when its token is lost, within a second, until it signs again. Nothing that needs it is begun then. */
  available(): boolean;
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
  | "PIN_FILE_UNREADABLE"
  | "PIN_FILE_TOO_OPEN"
  | "PIN_FILE_NOT_OURS"
  | "PIN_FILE_MALFORMED"
  | "PUBLIC_KEY_MALFORMED"
  | "SIGNATURE_INVALID"
  /** The `pkcs11:` URI names no token of this machine's, or too many. */
  | "TOKEN_URI_MALFORMED"
  | "TOKEN_NOT_FOUND"
  | "TOKEN_AMBIGUOUS"
  | "MODULE_UNAVAILABLE"
  | "MODULE_OWNED"
  | "PIN_MISSING"
  | "PIN_REFUSED"
  | "KEY_NOT_FOUND"
  | "KEY_AMBIGUOUS"
  | "KEY_EXISTS"
  | "KEY_NOT_MADE"
  /** Its attributes let it do more than sign, or leave the token. */
  | "KEY_WEAK"
  /** It is not the key with this public half that was pinned. */
  | "KEY_NOT_PINNED"
  /** For now: it is tried again until the token is back. */
  | "TOKEN_LOST"
  | "TOKEN_SILENT"
  /** For good: a person must look first. */
  | "TOKEN_STOPPED"
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
