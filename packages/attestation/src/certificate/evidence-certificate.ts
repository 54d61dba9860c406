import { randomBytes } from "node:crypto";
import { KeyUsageFlags } from "@peculiar/asn1-x509";
import type { Signer } from "../signer/signer.ts";
import { type Authority, asIssuer } from "./authority.ts";
import { authorityKey, keyUsage, leafConstraints, revocationListAt, subjectKey } from "./extensions.ts";
import { COMMON_NAME, ORGANIZATION } from "./object-ids.ts";
import { distinguishedName, signCertificate } from "./sign-certificate.ts";

/** Certifies the key that this Hall signs evidence with, for signatures that are to be held against it later. @returns DER */
export async function signEvidenceCertificate(
  authority: Authority,
  evidence: Pick<Signer<"rsa">, "spki" | "keyId">,
  {
    origin,
    notBefore,
    notAfter,
    listUrl,
  }: { origin: string; notBefore: Date; notAfter: Date; listUrl: string },
): Promise<Uint8Array> {
  return signCertificate(authority.signer, {
    ...asIssuer(authority, notAfter),
    serial: randomBytes(16),
    subject: distinguishedName([
      [ORGANIZATION, origin],
      [COMMON_NAME, `Hall evidence ${evidence.keyId}`],
    ]),
    spki: evidence.spki,
    notBefore,
    notAfter,
    extensions: [
      leafConstraints(),
      keyUsage(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation),
      subjectKey(evidence.spki),
      authorityKey(authority.signer.spki),
      revocationListAt(listUrl),
    ],
  });
}
