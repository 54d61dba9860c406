import { decodeBase64, encodeHex, encodeUtf8, joinBytes } from "./encoding.ts";
import { isKeyName, type VerifierKey } from "./key.ts";
import type { ParsedNote } from "./note.ts";
import { VerifyError } from "./verify-error.ts";
import { sha256, verifyEd25519 } from "./web-crypto.ts";

/** A witness said so: as of `time` it had seen no larger tree of this log, and none that contradicts it. */
export interface Cosignature {
  witness: string;
  /** POSIX seconds, by the witness's clock. */
  timeS: number;
}

/** Reads a witness's public key: a C2SP vkey of type 4 (tlog-cosignature, Ed25519). */
export async function parseWitnessKey(text: string): Promise<VerifierKey> {
  const [, name = "", keyHash = "", encoded = ""] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text.trim()) ?? [];
  const typed = decodeBase64(encoded);
  if (!isKeyName(name) || typed?.length !== 33 || typed[0] !== 0x04)
    throw malformed("a witness's vkey: name+hash+key, of type 4");
  const key = { name, publicKey: typed.slice(1) };
  if ((await witnessKeyHash(key)) !== keyHash)
    throw malformed("a vkey whose hash fits its name and key; copy it again, a character is wrong");
  return key;
}

export async function witnessKeyHash({ name, publicKey }: VerifierKey): Promise<string> {
  const input = joinBytes(encodeUtf8(`${name}\n\u0004`), publicKey);
  return encodeHex((await sha256(input)).subarray(0, 4));
}

/**
 * Who of the known witnesses cosigned the note. Lines of others are not ours to judge; a bad line under a known
 * witness's key refuses the whole note.
 * @throws VerifyError NOTE_SIGNATURE_INVALID
 */
export async function checkCosignatures(
  note: ParsedNote,
  witnesses: readonly VerifierKey[],
): Promise<Cosignature[]> {
  const known = await Promise.all(
    witnesses.map(async (key) => ({ key, keyHash: await witnessKeyHash(key) })),
  );
  const found = new Map<string, Cosignature>();
  for (const { name, keyHash, signature } of note.signatures) {
    const key = known.find((known) => known.key.name === name && known.keyHash === keyHash)?.key;
    if (!key) continue;
    const timeS = await cosignedAt(key, signature, note.text);
    if (timeS === null)
      throw new VerifyError(
        "NOTE_SIGNATURE_INVALID",
        `Expected a cosignature by witness ${name} (${keyHash}) over this text, found one that its key does not verify.`,
      );
    found.set(`${name} ${keyHash}`, { witness: name, timeS });
  }
  return [...found.values()];
}

/** What a witness signs: its own header and time, so that no cosignature can pass for a log's signature. */
export function cosignedMessage(timeS: number, text: string): Uint8Array<ArrayBuffer> {
  return encodeUtf8(`cosignature/v1\ntime ${timeS}\n${text}`);
}

const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;

async function cosignedAt(
  key: VerifierKey,
  signature: Uint8Array<ArrayBuffer>,
  text: string,
): Promise<number | null> {
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return null;
  const timeS = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0));
  if (!Number.isSafeInteger(timeS)) return null;
  const isGood = await verifyEd25519(
    key.publicKey,
    signature.slice(TIME_BYTES),
    cosignedMessage(timeS, text),
  );
  return isGood ? timeS : null;
}

function malformed(expected: string): VerifyError {
  return new VerifyError("KEY_MALFORMED", `Expected ${expected}.`);
}
