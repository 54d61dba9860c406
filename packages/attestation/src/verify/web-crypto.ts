import { isOfSmallOrder } from "./small-order.ts";
import { VerifyError } from "./verify-error.ts";

/** The operations that verification needs, from the platform: Node, browsers, Deno, Bun. */

export async function sha256(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", data));
}

/** The algorithm is Ed25519 because the key is; nothing in the message can choose another. */
export async function verifyEd25519(
  publicKey: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  if (isOfSmallOrder(publicKey)) return false;
  const { subtle } = globalThis.crypto;
  try {
    const key = await subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await subtle.verify("Ed25519", key, signature, data);
  } catch (cause) {
    if (cause instanceof Error && cause.name === "NotSupportedError")
      throw new VerifyError(
        "ED25519_UNAVAILABLE",
        "This platform cannot check Ed25519 signatures; use a newer browser or `hall verify`.",
        { cause },
      );
    // Some platforms refuse a key that is no point of the curve when it is imported, others when it is used.
    if (cause instanceof Error && cause.name === "DataError") return false;
    throw cause;
  }
}

export async function hmacSha256(
  secret: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", key, data));
}

/** Compares in constant time, as the platform's own verification does. */
export async function verifyHmacSha256(
  secret: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  return subtle.verify("HMAC", key, signature, data);
}
