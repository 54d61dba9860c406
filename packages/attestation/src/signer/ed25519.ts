import { createPublicKey, hash, type KeyObject } from "node:crypto";
import { SignerError } from "./signer.ts";

/** Ed25519 keys between their 32 bytes and the objects that node:crypto works with. */

/** The hint that narrows which key made a signature: 16 hex digits. */
export function keyIdOf(publicKey: Uint8Array): string {
  return hash("sha256", publicKey, "hex").slice(0, 16);
}

/** The 32 bytes of a key's public half; give it the private or the public key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  return new Uint8Array(Buffer.from(key.export({ format: "jwk" }).x as string, "base64url"));
}

export function publicKeyObject(publicKey: Uint8Array): KeyObject {
  if (publicKey.length !== 32)
    throw new SignerError(
      "PUBLIC_KEY_MALFORMED",
      `Expected an Ed25519 public key of 32 bytes, got ${publicKey.length}; give the raw key, not its DER form.`,
    );
  const x = Buffer.from(publicKey).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}
