import {
  canonicalJson,
  MEASUREMENT_TYPE,
  type Measurement,
  PACKAGE_DIGEST,
  PACKAGE_PREDICATE_TYPE,
  type SignedManifest,
  STATEMENT_PAYLOAD_TYPE,
  STATEMENT_TYPE,
} from "@guildhall/protocol";
import type { Signer } from "../signer/signer.ts";
import { preAuthEncoding } from "../verify/dsse.ts";

/** A DSSE envelope around one payload, signed once. */
export async function signEnvelope(signer: Signer, payloadType: string, payload: unknown): Promise<string> {
  const bytes = Buffer.from(canonicalJson(payload), "utf8");
  const signature = await signer.sign(preAuthEncoding(payloadType, bytes));
  const signatures = [{ keyid: signer.keyId, sig: Buffer.from(signature).toString("base64") }];
  return `${JSON.stringify({ payload: bytes.toString("base64"), payloadType, signatures })}\n`;
}

/** What the key of a namespace says of a package: the whole manifest, in an in-toto statement. */
export function signPackageStatement(signer: Signer, manifest: SignedManifest): Promise<string> {
  return signEnvelope(signer, STATEMENT_PAYLOAD_TYPE, {
    _type: STATEMENT_TYPE,
    subject: [{ name: manifest.worker_id, digest: { [PACKAGE_DIGEST]: manifest.package_hash } }],
    predicateType: PACKAGE_PREDICATE_TYPE,
    predicate: manifest,
  });
}

/** What a runner or a worker answers to a Hall's nonce. */
export function signMeasurement(signer: Signer, measurement: Measurement): Promise<string> {
  return signEnvelope(signer, MEASUREMENT_TYPE, measurement);
}
