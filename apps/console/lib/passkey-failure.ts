/** Why a browser handed over no passkey. It says little on purpose, so that pages cannot find out who has which device. */

export type PasskeyFailureCode = "PASSKEY_NOT_SHOWN" | "PASSKEY_THERE_ALREADY" | "PASSKEYS_NOT_HERE";

export const PASSKEY_FAILURES: { [code in PasskeyFailureCode]: { sentence: string; remedy: string } } = {
  PASSKEY_NOT_SHOWN: {
    sentence: "The browser handed over no passkey: it was called off, took too long, or none was there.",
    remedy: "Press the button again, with the device at hand.",
  },
  PASSKEY_THERE_ALREADY: {
    sentence: "This device holds a passkey of your account already.",
    remedy: "Use that one, or add another device.",
  },
  PASSKEYS_NOT_HERE: {
    sentence: "This browser makes and shows no passkeys at this address.",
    remedy: "They need https, or localhost, and a name instead of a number. Use a code until then.",
  },
};

export class PasskeyFailure extends Error {
  override name = "PasskeyFailure";
  readonly code: PasskeyFailureCode;

  constructor(code: PasskeyFailureCode, cause?: unknown) {
    super(PASSKEY_FAILURES[code].sentence, { cause });
    this.code = code;
  }
}
