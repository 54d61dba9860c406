import { readStrictJson, SignedEnvelope, StrictJsonError } from "@guildhall/protocol";
import { decodeBase64, encodeHex, encodeUtf8 } from "./encoding.ts";
import { sha256, verifyEd25519 } from "./web-crypto.ts";

/**
 * DSSE envelopes (v1): a payload, its type and signatures over both. What is signed is never JSON again, so nothing is
 * canonicalised; and because the type is signed, a statement of one kind is never one of another.
 */
export type EnvelopeVerdict =
  | { ok: true; payload: Uint8Array<ArrayBuffer>; signedBy: Uint8Array<ArrayBuffer>[] }
  | { ok: false; code: EnvelopeCode; message: string };

export type EnvelopeCode =
  | "ENVELOPE_MALFORMED"
  | "ENVELOPE_TYPE_OTHER"
  | "ENVELOPE_TOO_MANY_SIGNATURES"
  | "ENVELOPE_SIGNATURE_INVALID";

export interface EnvelopeTrust {
  /** The only type that is taken; the envelope's own word for it chooses nothing. */
  payloadType: string;
  /** Ed25519, 32 bytes each. */
  keys: readonly Uint8Array<ArrayBuffer>[];
  /** How many different keys have to have signed. */
  threshold?: number;
}

/** More are refused before one of them is checked. */
const SIGNATURES_MAX = 16;
const ENVELOPE_MAX_BYTES = 65_536;

/**
 * Opens an envelope. Its payload is returned as the bytes that were verified: whoever reads it reads those.
 * A `keyid` only narrows which key is tried; a key counts once, whoever names it and however often.
 */
export async function openEnvelope(
  input: string | Uint8Array,
  { payloadType, keys, threshold = 1 }: EnvelopeTrust,
): Promise<EnvelopeVerdict> {
  const envelope = readEnvelope(input);
  if (envelope === null)
    return no("ENVELOPE_MALFORMED", "Expected a DSSE envelope: payload, payloadType and signatures.");
  if (envelope.signatures.length > SIGNATURES_MAX)
    return no("ENVELOPE_TOO_MANY_SIGNATURES", `Expected at most ${SIGNATURES_MAX} signatures.`);
  if (envelope.payloadType !== payloadType)
    return no("ENVELOPE_TYPE_OTHER", `Expected a payload of type ${payloadType}.`);
  const payload = decodeBase64(envelope.payload);
  const signatures = envelope.signatures.map(({ keyid, sig }) => ({ keyid, sig: decodeBase64(sig) }));
  // Other texts of the same bytes would be other envelopes of the same statement.
  if (payload === null || signatures.some(({ sig }) => sig === null))
    return no("ENVELOPE_MALFORMED", "Expected standard base64 with its padding and nothing else.");

  const known = await byId(keys);
  const signed = preAuthEncoding(payloadType, payload);
  const signedBy = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { keyid, sig } of signatures) {
    const narrowed =
      keyid === undefined || keyid === "" ? [...known] : [...known].filter(([id]) => id === keyid);
    for (const [id, key] of narrowed)
      if (!signedBy.has(id) && sig!.length === 64 && (await verifyEd25519(key, sig!, signed)))
        signedBy.set(id, key);
  }
  if (signedBy.size < Math.max(1, threshold))
    return no(
      "ENVELOPE_SIGNATURE_INVALID",
      `Expected signatures by ${threshold} of the ${known.size} keys that are trusted here, found ${signedBy.size}.`,
    );
  return { ok: true, payload, signedBy: [...signedBy.values()] };
}

/** What is signed: the type and the payload, each with its length, so that no byte of one can be taken for the other. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const type = encodeUtf8(payloadType);
  const head = encodeUtf8(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  const encoded = new Uint8Array(head.length + payload.length);
  encoded.set(head);
  encoded.set(payload, head.length);
  return encoded;
}

/** The hint that an envelope carries of a key: the first 16 hex digits of its SHA-256. */
export async function envelopeKeyId(publicKey: Uint8Array<ArrayBuffer>): Promise<string> {
  return encodeHex((await sha256(publicKey)).subarray(0, 8));
}

async function byId(keys: EnvelopeTrust["keys"]): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  return new Map(await Promise.all(keys.map(async (key) => [await envelopeKeyId(key), key] as const)));
}

function readEnvelope(input: string | Uint8Array): SignedEnvelope | null {
  if (input.length > ENVELOPE_MAX_BYTES) return null;
  try {
    return SignedEnvelope.safeParse(readStrictJson(input)).data ?? null;
  } catch (error) {
    if (error instanceof StrictJsonError) return null;
    throw error;
  }
}

function no(code: EnvelopeCode, message: string): EnvelopeVerdict {
  return { ok: false, code, message };
}
