import { createPublicKey, hash, type KeyObject } from "node:crypto";
import { type Attribute, CKA, CKK, CKM, CKO } from "./cryptoki.ts";
import type { KeyAlgorithm } from "./signer.ts";

/** What a key of ours is on a token: how it is made, what it must be, how it is read and used. */

const DER = {
  ed25519: Buffer.from("06032b6570", "hex"),
  "ecdsa-p256": Buffer.from("06082a8648ce3d030107", "hex"),
} as const;
/** Some modules name the curve of Edwards keys as a PrintableString (PKCS#11 2.40) instead of by its identifier. */
const EDWARDS25519_NAME = Buffer.from("130c656477617264733235353139", "hex");

/** The templates of a new pair: nothing but signing, nothing to be changed, nothing to leave. */
export function newKeyTemplates(algorithm: KeyAlgorithm, id: Uint8Array, label: string) {
  const named = (kind: number): Attribute[] => [
    { type: CKA.CLASS, value: kind },
    { type: CKA.ID, value: Buffer.from(id) },
    { type: CKA.LABEL, value: label },
    { type: CKA.TOKEN, value: true },
    { type: CKA.MODIFIABLE, value: false },
  ];
  const publicKey: Attribute[] = [
    ...named(CKO.PUBLIC_KEY),
    { type: CKA.VERIFY, value: true },
    { type: CKA.ENCRYPT, value: false },
    { type: CKA.WRAP, value: false },
    ...parameters(algorithm),
  ];
  const privateKey: Attribute[] = [
    ...named(CKO.PRIVATE_KEY),
    { type: CKA.PRIVATE, value: true },
    { type: CKA.SENSITIVE, value: true },
    { type: CKA.EXTRACTABLE, value: false },
    { type: CKA.COPYABLE, value: false },
    { type: CKA.SIGN, value: true },
    { type: CKA.DECRYPT, value: false },
    { type: CKA.UNWRAP, value: false },
    { type: CKA.DERIVE, value: false },
    { type: CKA.SIGN_RECOVER, value: false },
    { type: CKA.KEY_TYPE, value: KEY_TYPE[algorithm] },
  ];
  return { mechanism: { mechanism: GENERATION[algorithm] }, publicKey, privateKey };
}

const KEY_TYPE = { ed25519: CKK.EC_EDWARDS, "ecdsa-p256": CKK.EC, rsa: CKK.RSA } as const;
const GENERATION = {
  ed25519: CKM.EC_EDWARDS_KEY_PAIR_GEN,
  "ecdsa-p256": CKM.EC_KEY_PAIR_GEN,
  rsa: CKM.RSA_PKCS_KEY_PAIR_GEN,
} as const;

function parameters(algorithm: KeyAlgorithm): Attribute[] {
  const keyType = { type: CKA.KEY_TYPE, value: KEY_TYPE[algorithm] };
  if (algorithm !== "rsa") return [keyType, { type: CKA.EC_PARAMS, value: DER[algorithm] }];
  return [
    keyType,
    { type: CKA.MODULUS_BITS, value: 3072 },
    { type: CKA.PUBLIC_EXPONENT, value: Buffer.from([1, 0, 1]) },
  ];
}

/** Reads one attribute; null where the token does not know it. */
export type ReadAttribute = (type: number) => Buffer | null;

/** What a private key must say of itself, each with what is wrong where it does not. */
const REQUIRED = [
  ["TOKEN", true, "it is gone with its session"],
  ["PRIVATE", true, "it can be used without a PIN"],
  ["SENSITIVE", true, "its value can be read"],
  ["ALWAYS_SENSITIVE", true, "its value could be read once"],
  ["EXTRACTABLE", false, "it can leave the token"],
  ["NEVER_EXTRACTABLE", true, "it could leave the token once"],
  ["LOCAL", true, "it was not made on this token"],
  ["SIGN", true, "it cannot sign"],
  ["MODIFIABLE", false, "its attributes can be changed"],
  ["COPYABLE", false, "it can be copied"],
] as const;

/** Uses that a signing key must not have. A token that does not know one for this kind of key does not offer it. */
const FORBIDDEN = [
  ["DECRYPT", "it can decrypt"],
  ["UNWRAP", "it can unwrap other keys"],
  ["DERIVE", "it can derive other keys"],
  ["SIGN_RECOVER", "it can sign with recovery"],
  ["ALWAYS_AUTHENTICATE", "it asks for the PIN at each signature"],
] as const;

/** Everything that makes a private key too weak to sign for a Hall; empty where nothing does. */
export function weaknessesOf(read: ReadAttribute): string[] {
  const weak: string[] = [];
  for (const [name, wanted, otherwise] of REQUIRED) {
    const value = read(CKA[name]);
    if (value === null) weak.push(`CKA_${name} is unknown to the token`);
    else if (isTrue(value) !== wanted) weak.push(`CKA_${name} is ${!wanted}: ${otherwise}`);
  }
  for (const [name, otherwise] of FORBIDDEN) {
    const value = read(CKA[name]);
    if (value !== null && isTrue(value)) weak.push(`CKA_${name} is true: ${otherwise}`);
  }
  return weak;
}

function isTrue(value: Buffer): boolean {
  return value.some((byte) => byte !== 0);
}

/** Our name for what CKA_KEY_TYPE and CKA_EC_PARAMS say, or null where we use no such keys. */
export function tokenKeyAlgorithm(read: ReadAttribute): KeyAlgorithm | null {
  const type = read(CKA.KEY_TYPE);
  const number = type ? Number(numberOf(type)) : -1;
  if (number === CKK.RSA) return "rsa";
  const curve = read(CKA.EC_PARAMS);
  if (!curve) return null;
  if (number === CKK.EC && curve.equals(DER["ecdsa-p256"])) return "ecdsa-p256";
  const isEdwards = curve.equals(DER.ed25519) || curve.equals(EDWARDS25519_NAME);
  return number === CKK.EC_EDWARDS && isEdwards ? "ed25519" : null;
}

/** A CK_ULONG lies in memory as this machine writes it; every machine we run on is little-endian. */
function numberOf(value: Buffer): bigint {
  return value.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** The public half, from the public key object. */
export function tokenPublicKey(algorithm: KeyAlgorithm, read: ReadAttribute): KeyObject {
  const base64 = (bytes: Buffer) => bytes.toString("base64url");
  const get = (type: number) => read(type) ?? Buffer.alloc(0);
  if (algorithm === "rsa") {
    const key = { kty: "RSA", n: base64(get(CKA.MODULUS)), e: base64(get(CKA.PUBLIC_EXPONENT)) };
    return createPublicKey({ format: "jwk", key });
  }
  const point = withoutOctetString(get(CKA.EC_POINT));
  if (algorithm === "ed25519")
    return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: base64(point) } });
  const [x, y] = [point.subarray(1, 33), point.subarray(33, 65)];
  return createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x: base64(x), y: base64(y) } });
}

/** The standard wraps the point in a DER OCTET STRING; some modules give it bare. */
function withoutOctetString(point: Buffer): Buffer {
  return point[0] === 0x04 && point[1] === point.length - 2 ? point.subarray(2) : point;
}

const SIGNATURE_BYTES_MAX = 1024;

/**
 * The mechanism of an algorithm, what it signs of `data`, and how long a signature may be. We hash ourselves: the
 * mechanisms that hash as well are missing in more modules, and this way the device sees 32 bytes and not the data.
 */
export function signingCall(algorithm: KeyAlgorithm, data: Uint8Array) {
  switch (algorithm) {
    case "ed25519":
      return { mechanism: CKM.EDDSA, input: Buffer.from(data), signature: Buffer.alloc(64) };
    case "ecdsa-p256":
      return { mechanism: CKM.ECDSA, input: sha256(data), signature: Buffer.alloc(64) };
    case "rsa":
      return {
        mechanism: CKM.RSA_PKCS,
        input: Buffer.concat([SHA256_DIGEST_INFO, sha256(data)]),
        signature: Buffer.alloc(SIGNATURE_BYTES_MAX),
      };
  }
}

/** What PKCS#1 v1.5 signs before the 32 bytes of a SHA-256 (RFC 8017, 9.2). */
const SHA256_DIGEST_INFO = Buffer.from("3031300d060960864801650304020105000420", "hex");

function sha256(data: Uint8Array): Buffer {
  return hash("sha256", data, "buffer");
}
