import forge from "node-forge";
import type { Signer } from "../signer/signer.ts";

const { asn1, pki } = forge;

/** Evidence that a Hall signed: detached, so the manifest stays a file of its own that anybody can read. */
export interface Evidence {
  /** The manifest's bytes, as they are kept. */
  manifest: Uint8Array;
  /** Of the key that signs, DER, by the Hall's authority. */
  certificate: Uint8Array;
  signedAt: Date;
}

/**
 * A detached CMS signature (RFC 5652) over a manifest's bytes, as `openssl cms -verify -binary -inform DER -content` takes it.
 * @returns DER
 */
export async function signEvidence(signer: Signer<"rsa">, evidence: Evidence): Promise<Uint8Array> {
  // forge signs at once and a device does not. So it builds twice: what there is to sign, then what is signed.
  const unsigned = buildSignedData(evidence, new Uint8Array());
  return buildSignedData(evidence, await signer.sign(signedBytes(unsigned)));
}

/** The whole structure, the same for the same arguments. */
export function buildSignedData(
  { manifest, certificate, signedAt }: Evidence,
  signature: Uint8Array,
): Uint8Array {
  const certificateAsn1 = asn1.fromDer(binary(certificate));
  const { issuer, serialNumber } = pki.certificateFromAsn1(certificateAsn1);
  const message = forge.pkcs7.createSignedData();
  message.content = forge.util.createBuffer(binary(manifest));
  message.addSigner({
    // Who signs stands in issuer and serial number; what forge asks of the key itself is a signature and no more.
    ...({ issuer: issuer.attributes, serialNumber } as object as { certificate: never }),
    key: { sign: () => binary(signature) } as unknown as forge.pki.rsa.PrivateKey,
    digestAlgorithm: pki.oids.sha256 as string,
    // In the order of their encodings, as DER has it for a set.
    authenticatedAttributes: [
      { type: pki.oids.contentType as string, value: pki.oids.data as string },
      { type: pki.oids.signingTime as string, value: signedAt as unknown as string },
      { type: pki.oids.messageDigest as string },
    ],
  });
  message.sign({ detached: true });
  const whole = message.toAsn1();
  // forge would write the certificate anew, with parameters that an ECDSA signature does not have.
  const certificates = asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [certificateAsn1]);
  signedDataOf(whole).splice(CERTIFICATES, 0, certificates);
  return Buffer.from(asn1.toDer(whole).getBytes(), "latin1");
}

/** What of a signature's structure its reader takes out, before it builds the whole again and compares. */
export function readSignedData(der: Uint8Array): {
  certificate: Uint8Array;
  signedAt: Date;
  signature: Uint8Array;
} {
  const signedData = signedDataOf(asn1.fromDer(binary(der)));
  const [certificate] = children(signedData[CERTIFICATES]);
  const signer = signerOf(signedData);
  const [, time] = children(signer[ATTRIBUTES]);
  const [value] = children(children(time)[1]);
  return {
    certificate: Buffer.from(asn1.toDer(certificate as forge.asn1.Asn1).getBytes(), "latin1"),
    signedAt: asn1.utcTimeToDate(text(value)),
    signature: Buffer.from(text(signer[SIGNATURE]), "latin1"),
  };
}

/** The bytes under the signature: the attributes, written as the set that they are (RFC 5652, 5.4). */
export function signedBytes(der: Uint8Array): Uint8Array {
  const attributes = children(signerOf(signedDataOf(asn1.fromDer(binary(der))))[ATTRIBUTES]);
  const set = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SET, true, attributes);
  return Buffer.from(asn1.toDer(set).getBytes(), "latin1");
}

/** Places in SignedData and in its SignerInfo. */
const [CERTIFICATES, SIGNERS, ATTRIBUTES, SIGNATURE] = [3, 4, 3, 5];

function signedDataOf(whole: forge.asn1.Asn1): forge.asn1.Asn1[] {
  return children(children(children(whole)[1])[0]);
}

function signerOf(signedData: forge.asn1.Asn1[]): forge.asn1.Asn1[] {
  return children(children(signedData[SIGNERS])[0]);
}

function children(value: forge.asn1.Asn1 | undefined): forge.asn1.Asn1[] {
  if (!value || typeof value.value === "string") throw new Error("expected a structure with members");
  return value.value;
}

function text(value: forge.asn1.Asn1 | undefined): string {
  if (typeof value?.value !== "string") throw new Error("expected a value without members");
  return value.value;
}

function binary(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
