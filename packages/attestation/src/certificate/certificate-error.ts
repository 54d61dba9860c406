export type CertificateErrorCode =
  /** What is to be certified would outlive the authority. */
  | "OUTLIVES_AUTHORITY"
  /** The signer's key is not the authority's. */
  | "KEY_NOT_THE_AUTHORITYS"
  | "REQUEST_MALFORMED"
  | "REQUEST_NOT_SIGNED"
  | "REQUEST_KEY_UNSUITABLE"
  | "CERTIFICATE_MALFORMED"
  | "LIST_MALFORMED";

/** Why there is no certificate. The message says what was expected. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
  readonly code: CertificateErrorCode;

  constructor(code: CertificateErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
