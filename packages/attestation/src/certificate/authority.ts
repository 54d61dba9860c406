import { randomBytes } from "node:crypto";
import { Certificate, KeyUsageFlags } from "@peculiar/asn1-x509";
import type { Signer } from "../signer/signer.ts";
import { CertificateError } from "./certificate-error.ts";
import { derOf, readDer } from "./der.ts";
import { authorityConstraints, keyIdentifier, keyUsage, subjectKey } from "./extensions.ts";
import { COMMON_NAME, ORGANIZATION } from "./object-ids.ts";
import { distinguishedName, signCertificate } from "./sign-certificate.ts";

/** The certificate authority of one Hall: its key, and the certificate that it signed for itself. */
export interface Authority {
  signer: Signer;
  /** DER. */
  certificate: Uint8Array;
}

/** The root of a Hall: it certifies workers and signs revocation lists, and nobody below it certifies anybody. */
export function signAuthority(
  signer: Signer,
  { origin, notBefore, notAfter }: { origin: string; notBefore: Date; notAfter: Date },
): Promise<Uint8Array> {
  const name = distinguishedName([
    [ORGANIZATION, origin],
    [COMMON_NAME, `Hall CA ${signer.keyId}`],
  ]);
  return signCertificate(signer, {
    serial: randomBytes(16),
    issuer: name,
    subject: name,
    spki: signer.spki,
    notBefore,
    notAfter,
    extensions: [
      authorityConstraints(),
      keyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign),
      subjectKey(signer.spki),
    ],
  });
}

/**
 * What an authority puts into all that it signs.
 * @throws CertificateError where the key is not the one in the certificate, or the time is longer than the authority's
 */
export function asIssuer({ signer, certificate }: Authority, notAfter: Date) {
  const { subject, subjectPublicKeyInfo, validity } = readDer(
    certificate,
    Certificate,
    "the authority's certificate",
  ).tbsCertificate;
  const own = keyIdentifier(signer.spki);
  if (!own.equals(keyIdentifier(derOf(subjectPublicKeyInfo))))
    throw new CertificateError("KEY_NOT_THE_AUTHORITYS", "Expected the key of the authority's certificate.");
  const end = validity.notAfter.getTime();
  if (notAfter > end)
    throw new CertificateError(
      "OUTLIVES_AUTHORITY",
      `The authority's own certificate ends at ${end.toISOString()}; expected an earlier end than ${notAfter.toISOString()}.`,
    );
  return { issuer: subject };
}
