import { createHash } from "node:crypto";
import { documentDigest, textDigest } from "@guildhall/attestation";
import type { SnapshotCertificate } from "@guildhall/engine";
import {
  type Agreement,
  AgreementDocument,
  agreementOf,
  type Profile,
  type RuleBundle,
  type StrictJson,
  type WorkerRecord,
} from "@guildhall/protocol";
import type { HallAddress } from "./hall-address.ts";
import { objectsIn, refused, textIn } from "./hall-answer.ts";
import type { JsonObject } from "./read-json.ts";
import { bundleIn, type Named, profileIn, recordIn } from "./replay-documents.ts";

/**
 * What a Hall stores by digest. Its word is not taken: each document is hashed here, and one that has another digest
 * than it was asked by is remarked upon and left out. Null where the Hall has no such document.
 */

export async function bundleFrom(
  hall: HallAddress,
  digest: string,
  remarks: string[],
): Promise<Named<RuleBundle> | null> {
  const name = `The Hall's bundle ${digest}`;
  const body = await fetchDocument(hall, "wcp/rules/bundles", digest);
  if (body === null) return null;
  const text = textIn(body, "bundle");
  return isTrue(name, digest, textDigest(text), remarks) ? bundleIn(text, name) : null;
}

export async function recordFrom(
  hall: HallAddress,
  hash: string,
  remarks: string[],
): Promise<Named<WorkerRecord> | null> {
  const name = `The Hall's record ${hash}`;
  const body = await fetchDocument(hall, "wcp/records", hash);
  if (body === null) return null;
  const text = textIn(body, "record");
  const record = recordIn(text, name);
  return isTrue(name, hash, record.digests[0], remarks) ? record : null;
}

export async function profileFrom(
  hall: HallAddress,
  digest: string,
  remarks: string[],
): Promise<Named<Profile> | null> {
  const name = `The Hall's profile ${digest}`;
  const body = await fetchDocument(hall, "wcp/profiles/versions", digest);
  if (body === null) return null;
  const profile = body.profile as StrictJson;
  return isTrue(name, digest, documentDigest(profile ?? null), remarks)
    ? profileIn(JSON.stringify(profile), name)
    : null;
}

/** As it was signed; in which state it was at the time stands in the receipt. */
export async function agreementFrom(
  hall: HallAddress,
  digest: string,
  remarks: string[],
): Promise<Agreement | null> {
  const name = `The Hall's agreement ${digest}`;
  const body = await fetchDocument(hall, "wcp/agreements/versions", digest);
  if (body === null) return null;
  if (!isTrue(name, digest, documentDigest(body.document ?? null), remarks)) return null;
  const read = AgreementDocument.safeParse(body.document);
  if (read.success) return agreementOf(read.data, "active");
  remarks.push(`${name} cannot be read; it was not used.`);
  return null;
}

/** As it was signed; whether it was revoked at the time stands in the receipt. */
export async function certificateFrom(
  hall: HallAddress,
  digest: string,
  remarks: string[],
): Promise<SnapshotCertificate | null> {
  const { CertificateError, pemBlocks, readWorkerCertificate } = await import(
    "@guildhall/attestation/certificate"
  );
  const name = `The Hall's certificate ${digest}`;
  if (!DIGEST.test(digest)) return null;
  const { askHall } = await import("./ask-hall.ts");
  const answer = await askHall(hall, "GET", `wcp/certificates?digest=${encodeURIComponent(digest)}`);
  if (!answer.ok) throw refused(answer.refusal);
  const [found] = objectsIn(answer.body, "certificates");
  const [der] = found ? pemBlocks("CERTIFICATE", textIn(found, "pem")) : [];
  if (!der) return null;
  if (!isTrue(name, digest, `sha256:${createHash("sha256").update(der).digest("hex")}`, remarks)) return null;
  try {
    const { certificateId, statement, notBefore, notAfter } = readWorkerCertificate(der);
    return {
      certificateId,
      digest,
      recordHash: statement.record_hash,
      capabilities: new Set(statement.capabilities),
      environments: new Set(statement.environments),
      dataLabels: new Set(statement.data_labels),
      revoked: false,
      validFromMs: notBefore.getTime(),
      validUntilMs: notAfter.getTime(),
    };
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    remarks.push(`${name} cannot be read; it was not used.`);
    return null;
  }
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** @param folder where documents of this kind stand */
async function fetchDocument(hall: HallAddress, folder: string, digest: string): Promise<JsonObject | null> {
  // A receipt may name anything; there is no document of another name, and no other path is asked.
  if (!DIGEST.test(digest)) return null;
  const { askHall } = await import("./ask-hall.ts");
  const answer = await askHall(hall, "GET", `${folder}/${digest}`);
  if (answer.ok) return answer.body;
  if (answer.refusal.status === 404) return null;
  throw refused(answer.refusal);
}

function isTrue(name: string, wanted: string, found: string | undefined, remarks: string[]): boolean {
  if (found === wanted) return true;
  remarks.push(`${name} is another one, ${found}; it was not used.`);
  return false;
}
