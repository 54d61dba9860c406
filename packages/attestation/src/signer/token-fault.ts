import { SignerError, type SignerErrorCode } from "./signer.ts";

/** Why a token did not do it. `fatal`: it is not to be asked again before a person has looked. */
export class TokenFault extends SignerError {
  readonly fatal: boolean;

  constructor(code: SignerErrorCode, message: string, fatal: boolean, cause?: unknown) {
    super(code, message, { cause });
    this.fatal = fatal;
  }
}
