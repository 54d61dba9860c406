import { z } from "zod";

/** How statements travel: a DSSE envelope (v1), and in it an in-toto Statement (v1) or a measurement. */

/** Unknown fields are ignored, as DSSE asks; nothing here is believed before its signature is. */
export const SignedEnvelope = z.object({
  payload: z.string(),
  payloadType: z.string(),
  signatures: z.array(z.object({ keyid: z.string().optional(), sig: z.string() })).min(1),
});
export type SignedEnvelope = z.infer<typeof SignedEnvelope>;

export const STATEMENT_PAYLOAD_TYPE = "application/vnd.in-toto+json";
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
export const PACKAGE_PREDICATE_TYPE = "urn:guildhall:worker-package:v1";
/** The algorithm of the subject's digest, named for what it is: the hash of a listing (contract 6.1), not of a file. */
export const PACKAGE_DIGEST = "wcpPackageV1";

/** What a namespace says of a package; the predicate is its manifest. */
export const PackageStatement = z.strictObject({
  _type: z.string(),
  subject: z
    .array(z.strictObject({ name: z.string(), digest: z.strictObject({ [PACKAGE_DIGEST]: z.string() }) }))
    .length(1),
  predicateType: z.string(),
  predicate: z.unknown(),
});
