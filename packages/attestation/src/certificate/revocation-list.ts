import type { RevocationReason } from "@guildhall/protocol";
import { CertificateList, RevokedCertificate, TBSCertList, Time, Version } from "@peculiar/asn1-x509";
import { type Authority, asIssuer } from "./authority.ts";
import { derOf, positiveInteger } from "./der.ts";
import { authorityKey, listNumber, revocationReason } from "./extensions.ts";
import { issuerSignature, signatureAlgorithm } from "./issuer-signature.ts";
import { wholeSecond } from "./sign-certificate.ts";

export interface Revocation {
  /** The certificate's id; its 128 bits are the serial number. */
  certificateId: string;
  at: Date;
  reason: RevocationReason;
}

export interface RevocationListContent {
  /** Higher than that of any list before it. */
  number: number;
  thisUpdate: Date;
  /** After this a list says nothing any more, and who depends on it asks for a newer one. */
  nextUpdate: Date;
  revoked: readonly Revocation[];
}

/** Signs which of an authority's certificates count no longer (RFC 5280, 5). @returns DER */
export async function signRevocationList(
  authority: Authority,
  { number, thisUpdate, nextUpdate, revoked }: RevocationListContent,
): Promise<Uint8Array> {
  const { signer } = authority;
  const algorithm = signatureAlgorithm(signer.algorithm);
  const tbsCertList = new TBSCertList({
    version: Version.v2,
    signature: algorithm,
    ...asIssuer(authority, nextUpdate),
    thisUpdate: new Time(wholeSecond(thisUpdate)),
    nextUpdate: new Time(wholeSecond(nextUpdate)),
    // An empty list is left out: RFC 5280 allows none of no entries.
    ...(revoked.length > 0 && { revokedCertificates: revoked.map(entryOf) }),
    crlExtensions: [authorityKey(signer.spki), listNumber(number)],
  });
  const signature = await issuerSignature(signer, tbsCertList);
  return derOf(new CertificateList({ tbsCertList, signatureAlgorithm: algorithm, signature }));
}

function entryOf({ certificateId, at, reason }: Revocation): RevokedCertificate {
  const extensions = revocationReason(reason);
  return new RevokedCertificate({
    userCertificate: positiveInteger(Buffer.from(certificateId.replaceAll("-", ""), "hex")),
    revocationDate: new Time(wholeSecond(at)),
    ...(extensions.length > 0 && { crlEntryExtensions: extensions }),
  });
}
