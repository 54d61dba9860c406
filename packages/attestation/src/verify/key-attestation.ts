import { KEY_ATTESTATION_TYPE, KeyAttestation, readStrictJson, StrictJsonError } from "@guildhall/protocol";
import { type EnvelopeCode, openEnvelope } from "./dsse.ts";

/** What stands where, read from the very bytes that the log's key signed. */
export type KeyAttestationVerdict =
  | { ok: true; attestation: KeyAttestation; signedBy: Uint8Array<ArrayBuffer>[] }
  | { ok: false; code: EnvelopeCode | "KEY_ATTESTATION_MALFORMED"; message: string };

/** @param keys of the log, 32 bytes each */
export async function verifyKeyAttestation(
  envelope: string | Uint8Array,
  keys: readonly Uint8Array<ArrayBuffer>[],
): Promise<KeyAttestationVerdict> {
  const opened = await openEnvelope(envelope, { payloadType: KEY_ATTESTATION_TYPE, keys });
  if (!opened.ok) return opened;
  const attestation = read(opened.payload);
  return attestation === null
    ? {
        ok: false,
        code: "KEY_ATTESTATION_MALFORMED",
        message: "Expected an attestation of keys, strict JSON.",
      }
    : { ok: true, attestation, signedBy: opened.signedBy };
}

function read(payload: Uint8Array): KeyAttestation | null {
  try {
    return KeyAttestation.safeParse(readStrictJson(payload)).data ?? null;
  } catch (error) {
    if (error instanceof StrictJsonError) return null;
    throw error;
  }
}
