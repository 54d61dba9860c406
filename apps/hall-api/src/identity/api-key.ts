import { hash, randomInt } from "node:crypto";
import { HallError } from "@guildhall/protocol";

/**
 * API keys: `hall_key_<32 base62>_<6 crc>`. The prefix and checksum let a scanner, or a typist, tell a key
 * from noise without asking anyone; the 32 characters carry 190 bits, so a plain SHA-256 is enough at rest.
 */

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FORM = /^hall_(key|session|link|op)_([0-9A-Za-z]{32})_([0-9A-Za-z]{6})$/;

export type SecretKind = "key" | "session" | "link" | "op";

/** A new secret. It is shown once; only `hashSecret` of it is kept. */
export function newSecret(kind: SecretKind): string {
  let random = "";
  for (let i = 0; i < 32; i++) random += BASE62[randomInt(BASE62.length)];
  return `hall_${kind}_${random}_${checksum(random)}`;
}

/** What is stored and looked up. */
export function hashSecret(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}

/** How a receipt names a secret, so that nobody puts another in its row unseen: a hash of what is looked up. */
export function secretDigest(secretHash: Uint8Array): string {
  return `sha256:${hash("sha256", secretHash, "hex")}`;
}

/**
 * Reads the kind of a secret.
 * @throws HallError UNAUTHENTICATED where it has no such form, KEY_MALFORMED where its checksum does not fit
 */
export function readSecret(text: string): SecretKind {
  const [, kind, random, crc] = FORM.exec(text) ?? [];
  if (!kind || !random) throw new HallError(text.startsWith("hall_") ? "KEY_MALFORMED" : "UNAUTHENTICATED");
  if (checksum(random) !== crc) throw new HallError("KEY_MALFORMED");
  return kind as SecretKind;
}

/** Tells whether a text has the form of an API key, checksum and all, without asking anyone. */
export function isKeyText(text: string): boolean {
  const [, kind, random, crc] = FORM.exec(text) ?? [];
  return kind === "key" && random !== undefined && checksum(random) === crc;
}

/** CRC-32 (ISO 3309) in base62, six characters. */
export function checksum(text: string): string {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text, "latin1")) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]!;
  let rest = (crc ^ 0xffffffff) >>> 0;
  let out = "";
  for (let i = 0; i < 6; i++) {
    out = BASE62[rest % 62] + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}

const CRC_TABLE = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
