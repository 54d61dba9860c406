import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { type KeyAlgorithm, SignerError } from "./signer.ts";

/** Public keys between their bytes and the objects that node:crypto works with. */

/** The hint that narrows which key made a signature: 16 hex digits. */
export function keyIdOf(publicKey: Uint8Array): string {
  return hash("sha256", publicKey, "hex").slice(0, 16);
}

/** The same as a signer tells it: of the 32 bytes where the key is Ed25519, of its DER elsewhere. */
export function keyIdOfSpki(spki: Uint8Array, algorithm: KeyAlgorithm): string {
  return keyIdOf(algorithm === "ed25519" ? rawPublicKey(spkiObject(spki, algorithm)) : spki);
}

/** The DER SubjectPublicKeyInfo of a key's public half; give it the private or the public key. */
export function spkiOf(key: KeyObject): Uint8Array {
  const half = key.type === "private" ? createPublicKey(key) : key;
  return new Uint8Array(half.export({ format: "der", type: "spki" }));
}

/** The 32 bytes of an Ed25519 key's public half; give it the private or the public key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  return new Uint8Array(Buffer.from(key.export({ format: "jwk" }).x as string, "base64url"));
}

/** @param publicKey the 32 bytes of an Ed25519 key */
export function publicKeyObject(publicKey: Uint8Array): KeyObject {
  if (publicKey.length !== 32)
    throw new SignerError(
      "PUBLIC_KEY_MALFORMED",
      `Expected an Ed25519 public key of 32 bytes, got ${publicKey.length}; give the raw key, not its DER form.`,
    );
  const x = Buffer.from(publicKey).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

/** The key behind a DER SubjectPublicKeyInfo, which must be of this algorithm. */
export function spkiObject(spki: Uint8Array, algorithm: KeyAlgorithm): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  } catch (cause) {
    throw new SignerError("PUBLIC_KEY_MALFORMED", "Expected a public key as DER SubjectPublicKeyInfo.", {
      cause,
    });
  }
  const found = algorithmOf(key);
  if (found !== algorithm)
    throw new SignerError(
      "PUBLIC_KEY_MALFORMED",
      `Expected a public key of type ${algorithm}, got ${found}.`,
    );
  return key;
}

/** Our name for a key's algorithm, or node:crypto's own where we use no such keys. */
export function algorithmOf(key: KeyObject): KeyAlgorithm | (string & {}) {
  if (key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1")
    return "ecdsa-p256";
  return key.asymmetricKeyType ?? "secret";
}

/** What node:crypto's `sign` and `verify` take beside the data, so that both mean `KEY_ALGORITHMS`. */
export function signingInput(algorithm: KeyAlgorithm, key: KeyObject) {
  switch (algorithm) {
    case "ed25519":
      return { digest: null, key };
    case "ecdsa-p256":
      return { digest: "sha256", key: { key, dsaEncoding: "ieee-p1363" as const } };
    case "rsa":
      return { digest: "sha256", key };
  }
}

/** The algorithm is the key's; nothing in a message can choose another. */
export function isSignatureOf(
  algorithm: KeyAlgorithm,
  publicKey: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { digest, key } = signingInput(algorithm, publicKey);
  return verify(digest, data, key, signature);
}
