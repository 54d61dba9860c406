import { verify } from "node:crypto";
import { publicKeyObject } from "./ed25519.ts";
import { type Signer, SignerError } from "./signer.ts";

/**
 * Checks every signature with the public key before anyone sees it. A token with a flipped bit, a session
 * that lost its key or a glitched curve operation otherwise yields a signature that no verifier accepts
 * (and a faulty Ed25519 signature can give the private key away).
 */
export function verifiedSigner(signer: Signer): Signer {
  const publicKey = publicKeyObject(signer.publicKey);
  return {
    keyId: signer.keyId,
    algorithm: signer.algorithm,
    publicKey: signer.publicKey,
    module: signer.module,
    async sign(data) {
      const signature = await signer.sign(data);
      if (!verify(null, data, publicKey, signature))
        throw new SignerError(
          "SIGNATURE_INVALID",
          `The signer (${signer.module}) gave a signature that key ${signer.keyId} does not verify; ` +
            "nothing was released. Restart the signer, and replace its key or device if it happens again.",
        );
      return signature;
    },
    close: () => signer.close(),
  };
}
