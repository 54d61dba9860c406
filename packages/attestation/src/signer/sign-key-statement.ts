import {
  canonicalJson,
  FEED_ROOT_TYPE,
  type FeedRoot,
  KEY_ATTESTATION_TYPE,
  type KeyAttestation,
} from "@guildhall/protocol";
import { signEnvelope } from "../package/sign-envelope.ts";
import { preAuthEncoding } from "../verify/dsse.ts";
import type { Ed25519Signer } from "./signer.ts";

/** What the log's key says of the place where the Hall's keys stand. */
export function signKeyAttestation(signer: Ed25519Signer, attestation: KeyAttestation): Promise<string> {
  return signEnvelope(signer, KEY_ATTESTATION_TYPE, attestation);
}

/** The root of a feed, signed by each of its keys, and by those of the root that it replaces. */
export async function signFeedRoot(signers: readonly Ed25519Signer[], root: FeedRoot): Promise<string> {
  const bytes = Buffer.from(canonicalJson(root), "utf8");
  const signed = preAuthEncoding(FEED_ROOT_TYPE, bytes);
  const signatures = await Promise.all(
    signers.map(async (signer) => ({
      keyid: signer.keyId,
      sig: Buffer.from(await signer.sign(signed)).toString("base64"),
    })),
  );
  return `${JSON.stringify({ payload: bytes.toString("base64"), payloadType: FEED_ROOT_TYPE, signatures })}\n`;
}
