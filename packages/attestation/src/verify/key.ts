import { decodeBase64, decodeHex, encodeBase64, encodeHex, encodeUtf8, joinBytes } from "./encoding.ts";
import { VerifyError } from "./verify-error.ts";
import { sha256 } from "./web-crypto.ts";

/** A Hall's public key, as whoever checks a receipt keeps it. */
export interface VerifierKey {
  /** The origin of the log whose checkpoints it signs. */
  name: string;
  /** Ed25519, 32 bytes. */
  publicKey: Uint8Array<ArrayBuffer>;
}

/**
 * Reads a public key in any form people have it: a C2SP vkey (`origin+hash+key`), PEM (`BEGIN PUBLIC KEY`)
 * or the base64 of its 32 bytes. The last two carry no name: `origin` gives it, from the checkpoint that
 * the key is about to check, and then only the key itself is what the caller trusts.
 */
export async function parseVerifierKey(text: string, origin?: string): Promise<VerifierKey> {
  const trimmed = text.trim();
  const vkey = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(trimmed);
  if (vkey) return parseVkey(vkey[1]!, vkey[2]!, vkey[3]!);

  const publicKey = parsePem(trimmed) ?? decodeBase64(trimmed);
  if (publicKey?.length !== 32)
    throw malformed("a vkey (origin+hash+key), a PEM public key or 32 bytes in base64");
  if (origin === undefined || !isKeyName(origin))
    throw malformed("a vkey (origin+hash+key), because nothing else here names the log");
  return { name: origin, publicKey };
}

/** A key as other people keep it: a C2SP vkey, `origin+hash+key`. */
export async function printVerifierKey(key: VerifierKey): Promise<string> {
  const typed = joinBytes(new Uint8Array([0x01]), key.publicKey);
  return `${key.name}+${await noteKeyHash(key)}+${encodeBase64(typed)}`;
}

/** The 8 hex digits that a note's signature lines carry: which key, with its name, so which to try. */
export async function noteKeyHash({ name, publicKey }: VerifierKey): Promise<string> {
  const input = joinBytes(encodeUtf8(`${name}\n\u0001`), publicKey);
  return encodeHex((await sha256(input)).subarray(0, 4));
}

/** A name in a note: not empty, without spaces, plus signs or control characters. */
export function isKeyName(name: string): boolean {
  return /^[^\s+\u0000-\u001f\u007f-\u009f]+$/.test(name);
}

async function parseVkey(name: string, keyHash: string, encoded: string): Promise<VerifierKey> {
  const typed = decodeBase64(encoded);
  if (!isKeyName(name) || typed?.length !== 33) throw malformed("a vkey that ends in 33 bytes of base64");
  if (typed[0] !== 0x01) throw malformed("a vkey of type 1, Ed25519");
  const key = { name, publicKey: typed.slice(1) };
  if ((await noteKeyHash(key)) !== keyHash)
    throw malformed("a vkey whose hash fits its name and key; copy it again, a character is wrong");
  return key;
}

/** The DER that precedes the 32 bytes of every Ed25519 public key (RFC 8410). */
const SPKI_PREFIX = "302a300506032b6570032100";

/** The key as other tools read it: DER, a SubjectPublicKeyInfo of 44 bytes. */
export function publicKeyDer(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return joinBytes(decodeHex(SPKI_PREFIX), publicKey);
}

/** The 32 bytes of an Ed25519 key in base64 DER, or null where it is another key. */
export function rawEd25519Key(spki: string): Uint8Array<ArrayBuffer> | null {
  const der = decodeBase64(spki);
  return der?.length === 44 && encodeHex(der.subarray(0, 12)) === SPKI_PREFIX ? der.slice(12) : null;
}

function parsePem(text: string): Uint8Array<ArrayBuffer> | null {
  const pem = /^-----BEGIN PUBLIC KEY-----\r?\n([A-Za-z0-9+/=\r\n]+)\r?\n-----END PUBLIC KEY-----$/.exec(
    text,
  );
  if (!pem) return null;
  const der = decodeBase64(pem[1]!.replaceAll(/[\r\n]/g, ""));
  if (der?.length !== 44 || encodeHex(der.subarray(0, 12)) !== SPKI_PREFIX)
    throw malformed("a PEM public key of type Ed25519");
  return der.slice(12);
}

function malformed(expected: string): VerifyError {
  return new VerifyError("KEY_MALFORMED", `Expected ${expected}.`);
}
