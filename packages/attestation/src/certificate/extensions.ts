import { hash } from "node:crypto";
import { type CertificationStatement, canonicalJson, type RevocationReason } from "@guildhall/protocol";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  CRLDistributionPoints,
  CRLNumber,
  CRLReason,
  CRLReasons,
  DistributionPoint,
  DistributionPointName,
  ExtendedKeyUsage,
  Extension,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_cRLDistributionPoints,
  id_ce_cRLNumber,
  id_ce_cRLReasons,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  KeyIdentifier,
  KeyUsage,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
} from "@peculiar/asn1-x509";
import { arrayBuffer, readDer, utf8String } from "./der.ts";
import { WORKER_CERTIFICATION } from "./object-ids.ts";

/** The extensions of certificates and revocation lists, as RFC 5280 writes them. */

export function authorityConstraints(): Extension {
  return extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true);
}

export function leafConstraints(): Extension {
  return extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true);
}

/** @param flags of `KeyUsageFlags` */
export function keyUsage(flags: number): Extension {
  return extension(id_ce_keyUsage, new KeyUsage(flags), true);
}

export function extendedKeyUsage(purposes: readonly string[]): Extension {
  const usage = new ExtendedKeyUsage([...purposes]);
  return new Extension({
    extnID: id_ce_extKeyUsage,
    critical: false,
    extnValue: new OctetString(AsnConvert.serialize(usage)),
  });
}

export function subjectKey(spki: Uint8Array): Extension {
  return extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(arrayBuffer(keyIdentifier(spki))));
}

/** @param spki the authority's public key */
export function authorityKey(spki: Uint8Array): Extension {
  const id = new KeyIdentifier(arrayBuffer(keyIdentifier(spki)));
  return extension(id_ce_authorityKeyIdentifier, new AuthorityKeyIdentifier({ keyIdentifier: id }));
}

/** @param isAloneInNaming true where the subject's own name is empty; then nobody may overlook this one */
export function alternativeUri(uri: string, isAloneInNaming: boolean): Extension {
  const names = new SubjectAlternativeName([new GeneralName({ uniformResourceIdentifier: uri })]);
  return extension(id_ce_subjectAltName, names, isAloneInNaming);
}

export function revocationListAt(url: string): Extension {
  const name = new DistributionPointName({ fullName: [new GeneralName({ uniformResourceIdentifier: url })] });
  const points = new CRLDistributionPoints([new DistributionPoint({ distributionPoint: name })]);
  return extension(id_ce_cRLDistributionPoints, points);
}

/** Not critical: who knows nothing of it verifies the certificate all the same, and gains no right by it. */
export function workerCertification(statement: CertificationStatement): Extension {
  return new Extension({
    extnID: WORKER_CERTIFICATION,
    critical: false,
    extnValue: new OctetString(utf8String(canonicalJson(statement))),
  });
}

export function listNumber(number: number): Extension {
  return extension(id_ce_cRLNumber, new CRLNumber(number));
}

/** None for `unspecified`: RFC 5280 (5.3.1) has it left out. */
export function revocationReason(reason: RevocationReason): Extension[] {
  if (reason === "unspecified") return [];
  return [extension(id_ce_cRLReasons, new CRLReason(REASONS[reason]))];
}

const REASONS = {
  key_compromise: CRLReasons.keyCompromise,
  affiliation_changed: CRLReasons.affiliationChanged,
  superseded: CRLReasons.superseded,
  cessation_of_operation: CRLReasons.cessationOfOperation,
  privilege_withdrawn: CRLReasons.privilegeWithdrawn,
} as const satisfies Record<Exclude<RevocationReason, "unspecified">, CRLReasons>;

/** Names a key within X.509: the first 160 bits of the SHA-256 of the key's own bits (RFC 7093, method 1). */
export function keyIdentifier(spki: Uint8Array): Buffer {
  const { subjectPublicKey } = readDer(spki, SubjectPublicKeyInfo, "a public key");
  return hash("sha256", new Uint8Array(subjectPublicKey), "buffer").subarray(0, 20);
}

function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}
