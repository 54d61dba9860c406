import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { decodeAttestationObject } from "@simplewebauthn/server/helpers";
import type { NewPasskey, ShownPasskey } from "./passkey-input.ts";
import type { RelyingParty } from "./relying-party.ts";

/** What WebAuthn asks of a new passkey and of a signature. The database is asked elsewhere. */

/** By their COSE numbers: EdDSA, ES256, and RS256, which some devices have alone. */
export const ALGORITHMS = [-8, -7, -257];

export type Checked<T> = ({ isGood: true } & T) | { isGood: false; why: string };

/** Whose device it is says nobody: no attestation is asked for, and none that names a maker is read. */
export function checkNewPasskey(
  { domain, origin }: RelyingParty,
  made: NewPasskey,
  challenge: Uint8Array,
): Promise<Checked<{ publicKey: Uint8Array; signCount: number }>> {
  return answered(async () => {
    const attestation = decodeAttestationObject(bytes(made.attestation_object));
    const format = attestation.get("fmt");
    // Certificates of makers would be fetched from where the attestation says.
    if (format !== "none" && (format !== "packed" || attestation.get("attStmt").get("x5c")))
      return refused("its attestation names a maker");
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...{ id: made.credential_id, rawId: made.credential_id, type: "public-key" },
        response: { clientDataJSON: made.client_data, attestationObject: made.attestation_object },
        clientExtensionResults: {},
      },
      ...expected(challenge, origin, domain),
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!verified) return refused("its own signature is not good");
    const { id, publicKey, counter } = registrationInfo.credential;
    if (id !== made.credential_id) return refused("it is not the one that it is called");
    return { isGood: true, publicKey, signCount: counter };
  });
}

/** @returns how often the device has signed; whether that goes up is asked where it is kept */
export function checkSignature(
  { domain, origin }: RelyingParty,
  shown: ShownPasskey,
  { challenge, publicKey }: { challenge: Uint8Array; publicKey: Uint8Array },
): Promise<Checked<{ signCount: number }>> {
  return answered(async () => {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...{ id: shown.credential_id, rawId: shown.credential_id, type: "public-key" },
        response: {
          clientDataJSON: shown.client_data,
          authenticatorData: shown.authenticator_data,
          signature: shown.signature,
        },
        clientExtensionResults: {},
      },
      ...expected(challenge, origin, domain),
      // A count of 0 asks the library nothing: what it says of counts it says before the signature is known to be good.
      credential: { id: shown.credential_id, publicKey: new Uint8Array(publicKey), counter: 0 },
    });
    if (!verified) return refused("the signature is not good");
    return { isGood: true, signCount: authenticationInfo.newCounter };
  });
}

function expected(challenge: Uint8Array, origin: string, domain: string) {
  return {
    expectedChallenge: Buffer.from(challenge).toString("base64url"),
    expectedOrigin: origin,
    expectedRPID: domain,
    requireUserVerification: true,
  };
}

/** The library throws what it does not accept and what it cannot read. Both are answers. */
async function answered<T>(check: () => Promise<Checked<T>>): Promise<Checked<T>> {
  try {
    return await check();
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
}

function refused(why: string): { isGood: false; why: string } {
  return { isGood: false, why };
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, "base64url"));
}
