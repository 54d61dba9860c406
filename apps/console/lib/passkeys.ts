import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
  WebAuthnError,
} from "@simplewebauthn/browser";
import { PasskeyFailure } from "./passkey-failure.ts";
import type { NewPasskey, ShownPasskey } from "./people-types.ts";

/** What the browser is asked with passkeys, in the Hall's words. */

/** The Hall's options, which are WebAuthn's own; the door types them loosely. */
interface HallOptions {
  challenge: string;
}

/** @throws PasskeyFailure */
export async function makePasskey(options: HallOptions): Promise<NewPasskey> {
  const optionsJSON = options as PublicKeyCredentialCreationOptionsJSON;
  const { id, response } = await asked(() => startRegistration({ optionsJSON }));
  return {
    credential_id: id,
    client_data: response.clientDataJSON,
    attestation_object: response.attestationObject,
    transports: TRANSPORTS.filter((name) => response.transports?.includes(name)),
  };
}

/** @throws PasskeyFailure */
export async function showPasskey(options: HallOptions): Promise<ShownPasskey> {
  const optionsJSON = options as PublicKeyCredentialRequestOptionsJSON;
  const { id, response } = await asked(() => startAuthentication({ optionsJSON }));
  return {
    credential_id: id,
    client_data: response.clientDataJSON,
    authenticator_data: response.authenticatorData,
    signature: response.signature,
  };
}

/** Whoever turns to something else is asked no longer, and nothing is made or shown behind their back. */
export function callOff(): void {
  WebAuthnAbortService.cancelCeremony();
}

/** Those that the Hall knows; a browser of tomorrow may name others. */
const TRANSPORTS = ["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"] as const;

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  if (!browserSupportsWebAuthn()) throw new PasskeyFailure("PASSKEYS_NOT_HERE");
  try {
    return await ask();
  } catch (error) {
    throw new PasskeyFailure(failureOf(error), error);
  }
}

function failureOf(error: unknown) {
  if (!(error instanceof WebAuthnError)) return "PASSKEY_NOT_SHOWN";
  switch (error.code) {
    case "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED":
      return "PASSKEY_THERE_ALREADY";
    case "ERROR_INVALID_DOMAIN":
    case "ERROR_INVALID_RP_ID":
      return "PASSKEYS_NOT_HERE";
    default:
      return "PASSKEY_NOT_SHOWN";
  }
}
