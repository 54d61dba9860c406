import type { CertificationStatement, WorkerId } from "@guildhall/protocol";
import { KeyUsageFlags } from "@peculiar/asn1-x509";
import { type Authority, asIssuer } from "./authority.ts";
import {
  alternativeUri,
  authorityKey,
  extendedKeyUsage,
  keyUsage,
  leafConstraints,
  revocationListAt,
  subjectKey,
  workerCertification,
} from "./extensions.ts";
import { CLIENT_AUTH, COMMON_NAME, RECORD_ONLY, SERVER_AUTH } from "./object-ids.ts";
import { distinguishedName, signCertificate } from "./sign-certificate.ts";
import type { SubjectKey } from "./subject-key.ts";

export interface WorkerCertification {
  /** A UUID; its 128 bits are the serial number. */
  certificateId: string;
  workerId: WorkerId;
  statement: CertificationStatement;
  key: SubjectKey;
  notBefore: Date;
  notAfter: Date;
  /** Where the authority's revocation list is fetched. */
  listUrl: string;
}

/** How a worker is named in a certificate: `wcp:worker:` and its id. */
export function workerUri(workerId: WorkerId): string {
  return `wcp:worker:${workerId}`;
}

/** Certifies a worker. @returns DER */
export async function signWorkerCertificate(
  authority: Authority,
  { certificateId, workerId, statement, key, notBefore, notAfter, listUrl }: WorkerCertification,
): Promise<Uint8Array> {
  // An id too long for a common name is in the alternative name alone, which is then critical.
  const subject = distinguishedName([[COMMON_NAME, workerId]]);
  return signCertificate(authority.signer, {
    ...asIssuer(authority, notAfter),
    serial: Buffer.from(certificateId.replaceAll("-", ""), "hex"),
    subject,
    spki: key.spki,
    notBefore,
    notAfter,
    extensions: [
      leafConstraints(),
      keyUsage(KeyUsageFlags.digitalSignature),
      extendedKeyUsage(key.isHeld ? [CLIENT_AUTH, SERVER_AUTH] : [RECORD_ONLY]),
      subjectKey(key.spki),
      authorityKey(authority.signer.spki),
      alternativeUri(workerUri(workerId), subject.length === 0),
      revocationListAt(listUrl),
      workerCertification(statement),
    ],
  });
}
