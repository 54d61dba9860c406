import { hash, verify, X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate, id_ce_extKeyUsage, id_ce_keyUsage, KeyUsage } from "@peculiar/asn1-x509";
import { arrayBuffer } from "../certificate/der.ts";
import { buildSignedData, readSignedData, signedBytes } from "./cms.ts";

export type EvidenceVerdict =
  | { valid: true; signedAt: Date; signer: string }
  | { valid: false; reason: EvidenceFault };

export type EvidenceFault =
  /** Not the structure that a Hall writes, or over other bytes than these. */
  | "malformed_or_changed"
  | "unknown_authority"
  | "not_for_evidence"
  | "certificate_not_valid_then"
  | "signature_wrong";

/**
 * Whether a detached CMS signature is a Hall's over exactly these bytes. What a signature may say is built again from what was
 * read and compared whole, so nothing stands in it that nobody looked at.
 * @param authorities the certificates of authorities that are trusted, DER
 */
export function checkEvidence(
  signature: Uint8Array,
  manifest: Uint8Array,
  authorities: readonly Uint8Array[],
): EvidenceVerdict {
  const read = readAgain(signature, manifest);
  if (!read) return { valid: false, reason: "malformed_or_changed" };
  const { certificate, signedAt } = read;
  const authority = authorities
    .map((der) => new X509Certificate(der))
    .find((one) => one.ca && certificate.checkIssued(one) && certificate.verify(one.publicKey));
  if (!authority) return { valid: false, reason: "unknown_authority" };
  if (!isForEvidence(certificate.raw)) return { valid: false, reason: "not_for_evidence" };
  if (signedAt < new Date(certificate.validFrom) || signedAt >= new Date(certificate.validTo))
    return { valid: false, reason: "certificate_not_valid_then" };
  if (!verify("sha256", signedBytes(signature), certificate.publicKey, read.signature))
    return { valid: false, reason: "signature_wrong" };
  return { valid: true, signedAt, signer: certificate.subject };
}

function readAgain(signature: Uint8Array, manifest: Uint8Array) {
  try {
    const read = readSignedData(signature);
    const again = buildSignedData({ ...read, manifest }, read.signature);
    if (digest(again) !== digest(signature)) return null;
    return { ...read, certificate: new X509Certificate(read.certificate) };
  } catch {
    // Whatever cannot be read was not written by a Hall; that is an answer here.
    return null;
  }
}

function digest(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex");
}

/** A worker's certificate names purposes of its own; a key that signs evidence has none, and commits to contents. */
function isForEvidence(der: Uint8Array): boolean {
  const { extensions = [] as never } = AsnConvert.parse(arrayBuffer(der), Certificate).tbsCertificate;
  const of = (id: string) => [...extensions].find(({ extnID }) => extnID === id);
  const usage = of(id_ce_keyUsage);
  if (!usage || of(id_ce_extKeyUsage)) return false;
  return AsnConvert.parse(usage.extnValue.buffer, KeyUsage).toJSON().includes("nonRepudiation");
}
