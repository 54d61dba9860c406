import { type KeyObject, verify, X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  CertificateList,
  CRLNumber,
  CRLReason,
  id_ce_cRLNumber,
  id_ce_cRLReasons,
} from "@peculiar/asn1-x509";
import { CertificateError } from "./certificate-error.ts";
import { derOf, readDer } from "./der.ts";
import { certificateIdOf, type ReadCertificate, readWorkerCertificate } from "./read-certificate.ts";

/** What a certificate is held against. */
export interface Against {
  /** The certificates of authorities that are trusted, DER. */
  authorities: readonly Uint8Array[];
  /** The revocation list of the authority, DER; null where nobody asks whether it was revoked. */
  revocationList: Uint8Array | null;
  at: Date;
}

export type CertificateVerdict =
  | { valid: true; certificate: ReadCertificate; authority: string }
  | { valid: false; reason: CertificateFault };

export type CertificateFault =
  | "not_a_worker_certificate"
  | "unknown_authority"
  | "authority_not_valid"
  | "not_valid_yet"
  | "expired"
  | "list_malformed"
  | "list_not_the_authoritys"
  | "list_not_valid_yet"
  | "list_expired"
  | "revoked";

/** Whether a worker's certificate counts, without a network: who signed it, when it is valid, and that nobody revoked it. */
export function checkWorkerCertificate(
  der: Uint8Array,
  { authorities, revocationList, at }: Against,
): CertificateVerdict {
  const read = readOrNull(der);
  if (read === null) return { valid: false, reason: "not_a_worker_certificate" };
  const certificate = new X509Certificate(der);
  const authority = authorities
    .map((one) => new X509Certificate(one))
    .find((one) => isAuthority(one) && certificate.checkIssued(one) && certificate.verify(one.publicKey));
  if (!authority) return { valid: false, reason: "unknown_authority" };
  if (at < new Date(authority.validFrom) || at >= new Date(authority.validTo))
    return { valid: false, reason: "authority_not_valid" };
  if (at < read.notBefore) return { valid: false, reason: "not_valid_yet" };
  if (at >= read.notAfter) return { valid: false, reason: "expired" };
  if (revocationList !== null) {
    const reason = faultOfList(revocationList, authority.publicKey, read.certificateId, at);
    if (reason) return { valid: false, reason };
  }
  return { valid: true, certificate: read, authority: authority.subject };
}

function isAuthority(certificate: X509Certificate): boolean {
  return certificate.ca && certificate.verify(certificate.publicKey);
}

function faultOfList(
  der: Uint8Array,
  authority: KeyObject,
  certificateId: string,
  at: Date,
): CertificateFault | null {
  let list: RevocationListFacts;
  try {
    list = readRevocationList(der);
  } catch (error) {
    if (error instanceof CertificateError) return "list_malformed";
    throw error;
  }
  if (!list.isSignedBy(authority)) return "list_not_the_authoritys";
  if (at < list.thisUpdate) return "list_not_valid_yet";
  if (at >= list.nextUpdate) return "list_expired";
  return list.revoked.some((one) => one.certificateId === certificateId) ? "revoked" : null;
}

export interface RevocationListFacts {
  number: number;
  thisUpdate: Date;
  nextUpdate: Date;
  revoked: { certificateId: string; at: Date; reason: string }[];
  isSignedBy(authority: KeyObject): boolean;
}

/** @throws CertificateError LIST_MALFORMED where it is no list of a Hall */
export function readRevocationList(der: Uint8Array): RevocationListFacts {
  try {
    const list = readDer(der, CertificateList, "a revocation list");
    // Outside the signature stand its algorithm, once more, and whatever DER would have written otherwise.
    const { signatureAlgorithm, tbsCertList } = list;
    if (!isSame(derOf(list), der) || !isSame(derOf(signatureAlgorithm), derOf(tbsCertList.signature)))
      throw new Error("written otherwise than a Hall writes it");
    const { thisUpdate, nextUpdate, revokedCertificates = [], crlExtensions = [] } = tbsCertList;
    const number = crlExtensions.find(({ extnID }) => extnID === id_ce_cRLNumber);
    if (!nextUpdate || !number || !list.tbsCertListRaw) throw new Error("no list of a Hall");
    const signed = new Uint8Array(list.tbsCertListRaw);
    const signature = new Uint8Array(list.signature);
    return {
      number: AsnConvert.parse(number.extnValue.buffer, CRLNumber).value,
      thisUpdate: thisUpdate.getTime(),
      nextUpdate: nextUpdate.getTime(),
      revoked: revokedCertificates.map(({ userCertificate, revocationDate, crlEntryExtensions = [] }) => {
        const reason = crlEntryExtensions.find(({ extnID }) => extnID === id_ce_cRLReasons);
        return {
          certificateId: certificateIdOf(new Uint8Array(userCertificate)),
          at: revocationDate.getTime(),
          reason: reason ? AsnConvert.parse(reason.extnValue.buffer, CRLReason).toJSON() : "unspecified",
        };
      }),
      isSignedBy(authority) {
        const digest = authority.asymmetricKeyType === "ed25519" ? null : "sha256";
        return verify(digest, signed, authority, signature);
      },
    };
  } catch (cause) {
    throw new CertificateError("LIST_MALFORMED", "Expected a revocation list of a Hall, in DER.", { cause });
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function readOrNull(der: Uint8Array): ReadCertificate | null {
  try {
    return readWorkerCertificate(der);
  } catch (error) {
    if (error instanceof CertificateError) return null;
    throw error;
  }
}
