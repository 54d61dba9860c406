import "reflect-metadata";
import { createPublicKey, hash, type KeyObject } from "node:crypto";
import { Pkcs10CertificateRequest } from "@peculiar/x509";
import { algorithmOf, spkiOf } from "../signer/public-key.ts";
import { KEY_ALGORITHMS } from "../signer/signer.ts";
import { CertificateError } from "./certificate-error.ts";

/** The key that a worker's certificate is for. */
export interface SubjectKey {
  /** DER SubjectPublicKeyInfo. */
  spki: Uint8Array;
  /** False where nobody holds the key: the certificate is read, and used for no connection. */
  isHeld: boolean;
}

const REQUEST_MAX_CHARS = 8192;
const RSA_BITS = { least: 2048, most: 4096 };

/**
 * The key of a PKCS#10 request, whose signature proves that the asker holds it. Nothing else in the request is read: who is
 * certified for what is the officer's to say.
 * @throws CertificateError REQUEST_*
 */
export async function requestedKey(pem: string): Promise<SubjectKey> {
  if (
    pem.length > REQUEST_MAX_CHARS ||
    !/^-----BEGIN CERTIFICATE REQUEST-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE REQUEST-----\n?$/.test(pem)
  )
    throw malformed();
  let request: Pkcs10CertificateRequest;
  let key: KeyObject;
  try {
    request = new Pkcs10CertificateRequest(pem);
    key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: "der", type: "spki" });
  } catch (cause) {
    throw malformed(cause);
  }
  requireSuitable(key);
  // Whatever the request makes the verification stumble over is no proof either.
  const isProved = await request.verify().catch(() => false);
  if (!isProved)
    throw new CertificateError(
      "REQUEST_NOT_SIGNED",
      "Expected a certificate request signed with its own key.",
    );
  return { spki: spkiOf(key), isHeld: true };
}

function requireSuitable(key: KeyObject): void {
  const algorithm = algorithmOf(key);
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (
    !KEY_ALGORITHMS.some((known) => known === algorithm) ||
    (bits !== undefined && (bits < RSA_BITS.least || bits > RSA_BITS.most))
  )
    throw new CertificateError(
      "REQUEST_KEY_UNSUITABLE",
      "Expected an Ed25519 or P-256 key, or an RSA key of 2048 to 4096 bits.",
    );
}

function malformed(cause?: unknown): CertificateError {
  return new CertificateError(
    "REQUEST_MALFORMED",
    "Expected a PKCS#10 certificate request in PEM, as `openssl req -new` makes it.",
    { cause },
  );
}

/**
 * A public key that nobody holds, for a worker that has none: the first point of P-256 whose x is the SHA-256 of these words,
 * the record's hash and a counter. Whoever has the hash can work it out, and so see that nobody chose it.
 */
export function keyOfRecord(recordHash: string): SubjectKey {
  for (let counter = 0; ; counter++) {
    const x = hash("sha256", `guildhall certified record\n${recordHash}\n${counter}`, "buffer");
    const key = pointAt(x);
    if (key) return { spki: key, isHeld: false };
  }
}

/** SubjectPublicKeyInfo of a P-256 key, up to its point in compressed form with an even y. */
const P256_EVEN = Buffer.from("3039301306072a8648ce3d020106082a8648ce3d03010703220002", "hex");

/** @returns null where the curve has no point with this x, as for every other number */
function pointAt(x: Uint8Array): Uint8Array | null {
  try {
    const jwk = createPublicKey({ key: Buffer.concat([P256_EVEN, x]), format: "der", type: "spki" }).export({
      format: "jwk",
    });
    // From its coordinates, so that it is written uncompressed, as RFC 5480 asks.
    return spkiOf(createPublicKey({ key: jwk, format: "jwk" }));
  } catch {
    return null;
  }
}
