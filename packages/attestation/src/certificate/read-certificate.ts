import { CertificationStatement, canonicalJson, WorkerId } from "@guildhall/protocol";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  Certificate,
  Extension,
  id_ce_subjectAltName,
  SubjectAlternativeName,
  type TBSCertificate,
} from "@peculiar/asn1-x509";
import { CertificateError } from "./certificate-error.ts";
import { arrayBuffer, derOf, readDer, readUtf8String } from "./der.ts";
import { WORKER_CERTIFICATION } from "./object-ids.ts";
import { workerUri } from "./worker-certificate.ts";

/** What a worker's certificate says. Whether somebody signed it is another question. */
export interface ReadCertificate {
  certificateId: string;
  workerId: WorkerId;
  statement: CertificationStatement;
  notBefore: Date;
  notAfter: Date;
  /** DER SubjectPublicKeyInfo. */
  spki: Uint8Array;
}

/** @throws CertificateError CERTIFICATE_MALFORMED where it is no certificate of a worker by a Hall */
export function readWorkerCertificate(der: Uint8Array): ReadCertificate {
  const { tbsCertificate } = readDer(der, Certificate, "an X.509 certificate");
  const { serialNumber, validity, subjectPublicKeyInfo } = tbsCertificate;
  return {
    certificateId: certificateIdOf(new Uint8Array(serialNumber)),
    workerId: workerIdOf(tbsCertificate),
    statement: statementOf(tbsCertificate),
    notBefore: validity.notBefore.getTime(),
    notAfter: validity.notAfter.getTime(),
    spki: derOf(subjectPublicKeyInfo),
  };
}

/** The UUID whose bits a serial number is. */
export function certificateIdOf(serial: Uint8Array): string {
  const hex = Buffer.from(serial)
    .toString("hex")
    .replace(/^(?:00)+/, "")
    .padStart(32, "0");
  if (hex.length !== 32) throw foreign("a serial number of 128 bits");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function workerIdOf(certificate: TBSCertificate): WorkerId {
  const value = extensionValue(certificate, id_ce_subjectAltName);
  const names = value && readDer(new Uint8Array(value), SubjectAlternativeName, "alternative names");
  const uri = names?.length === 1 ? names[0]?.uniformResourceIdentifier : undefined;
  const read = WorkerId.safeParse(uri?.replace(/^wcp:worker:/, ""));
  if (!read.success || uri !== workerUri(read.data))
    throw foreign("one alternative name, wcp:worker: and an id");
  return read.data;
}

/** The library writes an arc of a UUID in decimal and reads it as something of its own: this is what it reads. */
const CERTIFICATION_AS_READ = readDer(
  derOf(
    new Extension({
      extnID: WORKER_CERTIFICATION,
      extnValue: new OctetString(arrayBuffer(Uint8Array.of(5, 0))),
    }),
  ),
  Extension,
  "an extension",
).extnID;

function statementOf(certificate: TBSCertificate): CertificationStatement {
  const value = extensionValue(certificate, CERTIFICATION_AS_READ);
  const text = value && readUtf8String(value);
  const read = CertificationStatement.safeParse(text == null ? null : parsed(text));
  if (!read.success || canonicalJson(read.data) !== text)
    throw foreign("a statement of what the worker is certified for");
  return read.data;
}

/** @returns null where it is not there, or there twice */
function extensionValue({ extensions = [] as never }: TBSCertificate, id: string): ArrayBuffer | null {
  const found = [...extensions].filter(({ extnID }) => extnID === id);
  return found.length === 1 ? AsnConvert.parse(derOf(found[0]!.extnValue), OctetString).buffer : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function foreign(expected: string): CertificateError {
  return new CertificateError(
    "CERTIFICATE_MALFORMED",
    `This is no certificate of a worker by a Hall: expected ${expected}.`,
  );
}
