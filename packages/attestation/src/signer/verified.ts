import { isSignatureOf, spkiObject } from "./public-key.ts";
import { type Signer, SignerError } from "./signer.ts";

/**
 * Checks every signature with the public key before anyone sees it. A token with a flipped bit, a session
 * that lost its key or a glitched curve operation otherwise yields a signature that no verifier accepts
 * (and a faulty Ed25519 signature can give the private key away).
 */
export function verifiedSigner<Kind extends Signer>(signer: Kind): Kind {
  const publicKey = spkiObject(signer.spki, signer.algorithm);
  return {
    ...signer,
    async sign(data) {
      const signature = await signer.sign(data);
      if (!isSignatureOf(signer.algorithm, publicKey, data, signature))
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
