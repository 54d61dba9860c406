import { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import type { KeyAlgorithm, Signer } from "../signer/signer.ts";
import { arrayBuffer, derOf, ecdsaSignature } from "./der.ts";
import { ECDSA_WITH_SHA256, ED25519, SHA256_WITH_RSA } from "./object-ids.ts";

/**
 * An authority's signature. The library's own generator cannot write an arc of a UUID, so its structures are filled in
 * here, and what signs is any `Signer`: the key never has to be one that WebCrypto holds.
 */
export async function issuerSignature(signer: Signer, structure: object): Promise<ArrayBuffer> {
  const signature = await signer.sign(derOf(structure));
  return signer.algorithm === "ecdsa-p256" ? ecdsaSignature(signature) : arrayBuffer(signature);
}

/** RFC 5758, RFC 8410 and RFC 4055: only RSA has parameters, and they are NULL. */
export function signatureAlgorithm(algorithm: KeyAlgorithm): AlgorithmIdentifier {
  switch (algorithm) {
    case "ecdsa-p256":
      return new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
    case "ed25519":
      return new AlgorithmIdentifier({ algorithm: ED25519 });
    case "rsa":
      return new AlgorithmIdentifier({
        algorithm: SHA256_WITH_RSA,
        parameters: arrayBuffer(Uint8Array.of(5, 0)),
      });
  }
}
