import {
  ActBody,
  CanonicalJsonError,
  canonicalBody,
  RECEIPT_KINDS,
  type ReceiptKind,
  readStrictJson,
  Seal,
  Sha256Hex,
  SPEC_VERSION,
  type StrictJson,
  StrictJsonError,
} from "@guildhall/protocol";
import { type CheckpointClaim, readCheckpoint } from "./checkpoint.ts";
import { decodeBase64, encodeUtf8 } from "./encoding.ts";
import { type ParsedNote, parseNote } from "./note.ts";
import { VerifyError } from "./verify-error.ts";

/**
 * Every body's common fields. The fields of a kind are not looked at: they are hashed, and lists such as the
 * deny codes grow, so a verifier that held a body against today's schema would refuse tomorrow's receipts.
 */
const Envelope = ActBody.omit({ kind: true, action: true, subject: true, details: true })
  .extend({ receipt_hash: Sha256Hex })
  .loose();

type EnvelopeField = Exclude<keyof ActBody, "kind" | "action" | "subject" | "details">;

/** A receipt as it was read from the very text that was verified. */
export type ReadReceipt = Pick<ActBody, EnvelopeField> & {
  /** One of `RECEIPT_KINDS`, or a kind of a later Hall. */
  kind: string;
  receipt_hash: Sha256Hex;
  signature: string | null;
  [field: string]: StrictJson | undefined;
};

/** A receipt and the text of its body, which is all that is hashed. */
export interface ReceiptParts {
  receipt: ReadReceipt;
  /** The canonical body in UTF-8. */
  bodyBytes: Uint8Array<ArrayBuffer>;
  /** The 64 bytes of WCP's signature, or null where the receipt has none. */
  signature: Uint8Array<ArrayBuffer> | null;
}

/** What a checkpoint says, and who claims to have signed it. Nothing of it has been verified. */
export interface SignedHead {
  note: ParsedNote;
  checkpoint: CheckpointClaim;
}

export interface SealParts extends SignedHead {
  /** As it was read. */
  seal: Seal;
  proof: Uint8Array<ArrayBuffer>[];
}

/**
 * Takes a sealed receipt apart. An object is first written as JSON, so that getters, prototypes and
 * `toJSON` have had their say before anything is checked; what is returned is what was read back.
 * @param readHead for whoever reads many receipts under one checkpoint and takes it apart once
 */
export async function readSealedReceipt(
  input: unknown,
  readHead = readSignedHead,
): Promise<ReceiptParts & SealParts> {
  const sealed = readObject(input, "a sealed receipt");
  const unexpected = Object.keys(sealed).find((key) => key !== "receipt" && key !== "seal");
  if (unexpected !== undefined || !Object.hasOwn(sealed, "receipt") || !Object.hasOwn(sealed, "seal"))
    throw new VerifyError("SEAL_MALFORMED", "Expected an object of receipt and seal, and nothing else.");
  const receipt = takeReceipt(sealed.receipt);
  return { ...receipt, ...(await takeSeal(sealed.seal, readHead)) };
}

/** Takes a receipt apart; of a sealed receipt only the receipt, because its seal is not the question here. */
export function readReceipt(input: unknown): ReceiptParts {
  const object = readObject(input, "a receipt");
  return takeReceipt(Object.hasOwn(object, "seal") ? object.receipt : object);
}

export function isKnownKind(kind: string): kind is ReceiptKind {
  return (RECEIPT_KINDS as readonly string[]).includes(kind);
}

/** As deep as canonical JSON allows, plus the sealed receipt around the body. */
const JSON_LIMITS = { maxDepth: 66, maxKeys: 100_000 };

function readObject(input: unknown, what: string): { [key: string]: StrictJson } {
  const value = readStrict(
    typeof input === "string" || input instanceof Uint8Array ? input : writeJson(input),
  );
  if (!isObject(value)) throw new VerifyError("RECEIPT_MALFORMED", `Expected ${what}, a JSON object.`);
  return value;
}

function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch (cause) {
    throw new VerifyError("JSON_NOT_STRICT", "Expected a value that JSON can hold.", { cause });
  }
}

function readStrict(text: string | Uint8Array): StrictJson {
  try {
    return readStrictJson(text, JSON_LIMITS);
  } catch (cause) {
    if (!(cause instanceof StrictJsonError)) throw cause;
    const where = cause.path === "" ? "" : ` At ${cause.path}.`;
    throw new VerifyError("JSON_NOT_STRICT", `${cause.code}: ${cause.message}${where}`, { cause });
  }
}

function takeReceipt(value: StrictJson | undefined): ReceiptParts {
  if (!isObject(value)) throw malformed("an object");
  if (value.spec_version !== SPEC_VERSION)
    throw new VerifyError(
      "SPEC_VERSION_UNKNOWN",
      `Expected spec_version ${SPEC_VERSION}, found ${JSON.stringify(value.spec_version)}; use a newer verifier.`,
    );
  const envelope = Envelope.safeParse(value);
  if (!envelope.success) {
    const problem = envelope.error.issues[0];
    throw malformed(`a valid ${problem?.path.join(".")} (${problem?.message})`);
  }
  if (typeof value.kind !== "string" || !/^[a-z][a-z0-9_-]{0,63}$/.test(value.kind))
    throw malformed("a kind in lower case");

  const signature = takeSignature(value.signature);
  // What was read is kept, not what the schema made of it: the two could differ.
  const receipt = value as ReadReceipt;
  return { receipt, bodyBytes: canonicalBytes(receipt), signature };
}

function takeSignature(value: StrictJson | undefined): Uint8Array<ArrayBuffer> | null {
  if (value === null) return null;
  const signature = typeof value === "string" ? decodeBase64(value) : null;
  if (signature?.length !== 64) throw malformed("a signature of 64 bytes in base64, or null");
  return signature;
}

function canonicalBytes({ receipt_hash, signature, ...body }: ReadReceipt): Uint8Array<ArrayBuffer> {
  try {
    return encodeUtf8(canonicalBody(body));
  } catch (cause) {
    if (!(cause instanceof CanonicalJsonError)) throw cause;
    throw new VerifyError("RECEIPT_MALFORMED", `${cause.message} At ${cause.path}.`, { cause });
  }
}

export async function readSignedHead(text: string): Promise<SignedHead> {
  const note = parseNote(text);
  return { note, checkpoint: await readCheckpoint(note.text) };
}

async function takeSeal(value: StrictJson | undefined, readHead: typeof readSignedHead): Promise<SealParts> {
  const seal = Seal.safeParse(value);
  if (!seal.success) {
    const problem = seal.error.issues[0];
    throw new VerifyError(
      "SEAL_MALFORMED",
      `Expected a seal with a checkpoint and an inclusion_proof (${problem?.path.join(".")}: ${problem?.message}).`,
    );
  }
  return {
    ...(await readHead(seal.data.checkpoint)),
    seal: seal.data,
    proof: seal.data.inclusion_proof.map(takeProofHash),
  };
}

function takeProofHash(text: string): Uint8Array<ArrayBuffer> {
  const hash = decodeBase64(text);
  if (hash?.length !== 32)
    throw new VerifyError("SEAL_MALFORMED", "Expected hashes of 32 bytes in base64 in the inclusion_proof.");
  return hash;
}

function isObject(value: StrictJson | undefined): value is { [key: string]: StrictJson } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(expected: string): VerifyError {
  return new VerifyError("RECEIPT_MALFORMED", `Expected a receipt with ${expected}.`);
}
