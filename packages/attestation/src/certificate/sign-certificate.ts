import {
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  type Extension,
  Extensions,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from "@peculiar/asn1-x509";
import type { Signer } from "../signer/signer.ts";
import { derOf, positiveInteger, readDer } from "./der.ts";
import { issuerSignature, signatureAlgorithm } from "./issuer-signature.ts";

/** What one certificate says. X.509 counts whole seconds, so its times are cut to them. */
export interface CertificateContent {
  /** At most 20 bytes, read as a positive number. */
  serial: Uint8Array;
  issuer: Name;
  subject: Name;
  /** DER SubjectPublicKeyInfo. */
  spki: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  extensions: Extension[];
}

/** @returns the certificate in DER */
export async function signCertificate(signer: Signer, content: CertificateContent): Promise<Uint8Array> {
  const algorithm = signatureAlgorithm(signer.algorithm);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: positiveInteger(content.serial),
    signature: algorithm,
    issuer: content.issuer,
    validity: new Validity({
      notBefore: wholeSecond(content.notBefore),
      notAfter: wholeSecond(content.notAfter),
    }),
    subject: content.subject,
    subjectPublicKeyInfo: readDer(content.spki, SubjectPublicKeyInfo, "a public key"),
    extensions: new Extensions(content.extensions),
  });
  const signatureValue = await issuerSignature(signer, tbsCertificate);
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue });
  return derOf(certificate);
}

export function wholeSecond(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}

/** X.520 bounds both of the attributes that we use. */
const NAME_MAX = 64;

/** A distinguished name; attributes that are longer than X.520 allows are left out, never cut. */
export function distinguishedName(attributes: readonly (readonly [type: string, value: string])[]): Name {
  return new Name(
    attributes
      .filter(([, value]) => value.length <= NAME_MAX)
      .map(([type, utf8String]) => {
        const value = new AttributeValue({ utf8String });
        return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })]);
      }),
  );
}
