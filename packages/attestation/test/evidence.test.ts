import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CertificationStatement, WorkerId } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asIssuer } from "../src/certificate/authority.ts";
import { authorityKey, extendedKeyUsage, keyUsage } from "../src/certificate/extensions.ts";
import {
  type Authority,
  pemText,
  signAuthority,
  signEvidenceCertificate,
  signWorkerCertificate,
} from "../src/certificate/index.ts";
import { CLIENT_AUTH } from "../src/certificate/object-ids.ts";
import { distinguishedName, signCertificate } from "../src/certificate/sign-certificate.ts";
import { checkEvidence, signEvidence } from "../src/evidence/index.ts";
import type { KeyAlgorithm, Signer } from "../src/signer/signer.ts";
import { openSoftwareKey } from "../src/signer/software.ts";
import { verifiedSigner } from "../src/signer/verified.ts";
import { openssl } from "./openssl.ts";

/** Evidence signed by a Hall is what `openssl cms -verify` accepts over exactly its bytes, and we do too. */

const DAY = 24 * 3600 * 1000;
const SIGNED_AT = new Date("2026-11-28T12:00:00.000Z");
const at = (days: number) => new Date(SIGNED_AT.getTime() + days * DAY);
const LIST_URL = "http://hall.example/.well-known/hall-ca.crl";
const MANIFEST = Buffer.from('{"files":[{"name":"receipts.jsonl"}]}\r\n\u0000\u00ff line two\n', "latin1");

let folder: string;
let evidence: Signer<"rsa">;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-evidence-"));
  evidence = verifiedSigner(await openSoftwareKey(join(folder, "keys", "evidence.pem"), "rsa"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function authorityOf(algorithm: KeyAlgorithm, name: string = algorithm): Promise<Authority> {
  const signer = await openSoftwareKey(join(folder, "keys", `${name}.pem`), algorithm);
  const options = { origin: "hall.example", notBefore: at(-30), notAfter: at(3650) };
  return { signer, certificate: await signAuthority(signer, options) };
}

function certify(authority: Authority, notAfter = at(365)): Promise<Uint8Array> {
  const options = { origin: "hall.example", notBefore: at(-1), notAfter, listUrl: LIST_URL };
  return signEvidenceCertificate(authority, evidence, options);
}

let files = 0;
async function file(content: Uint8Array | string): Promise<string> {
  const path = join(folder, `${++files}.file`);
  await writeFile(path, content);
  return path;
}

async function verify(authority: Authority, signature: Uint8Array, manifest: Uint8Array) {
  return openssl(
    ...["cms", "-verify", "-binary", "-inform", "DER", "-x509_strict", "-out", "/dev/null"],
    ...["-attime", String(Math.floor(at(0.5).getTime() / 1000))],
    ...["-in", await file(signature), "-content", await file(manifest)],
    ...["-CAfile", await file(pemText("CERTIFICATE", authority.certificate))],
  );
}

describe.each(["ecdsa-p256", "ed25519", "rsa"] as const)(
  "under an authority with a key of %s",
  (algorithm) => {
    it("a signature is accepted over its bytes, and refused after one changed byte", async () => {
      const authority = await authorityOf(algorithm);
      const certificate = await certify(authority);
      const signature = await signEvidence(evidence, {
        manifest: MANIFEST,
        certificate,
        signedAt: SIGNED_AT,
      });
      expect(await verify(authority, signature, MANIFEST)).toMatchObject({ code: 0 });
      expect(checkEvidence(signature, MANIFEST, [authority.certificate])).toMatchObject({
        valid: true,
        signedAt: SIGNED_AT,
        signer: expect.stringContaining(evidence.keyId),
      });
      for (let byte = 0; byte < MANIFEST.length; byte += 7) {
        const changed = flipped(MANIFEST, byte);
        expect(checkEvidence(signature, changed, [authority.certificate]), `byte ${byte}`).toEqual({
          valid: false,
          reason: "malformed_or_changed",
        });
      }
      const { code, text } = await verify(authority, signature, flipped(MANIFEST, 3));
      expect(code).not.toBe(0);
      expect(text).toMatch(/digest|verif/i);
    });
  },
);

describe("a signature of evidence", () => {
  let authority: Authority;
  let certificate: Uint8Array;
  let signature: Uint8Array;
  beforeAll(async () => {
    authority = await authorityOf("ecdsa-p256");
    certificate = await certify(authority);
    signature = await signEvidence(evidence, { manifest: MANIFEST, certificate, signedAt: SIGNED_AT });
  });

  it("is refused after any of its own bytes was changed", () => {
    for (let byte = 0; byte < signature.length; byte += 11)
      expect(
        checkEvidence(flipped(signature, byte), MANIFEST, [authority.certificate]).valid,
        `${byte}`,
      ).toBe(false);
    for (const other of [
      new Uint8Array(),
      Buffer.concat([signature, Buffer.of(0)]),
      signature.subarray(0, 200),
    ])
      expect(checkEvidence(other, MANIFEST, [authority.certificate])).toEqual({
        valid: false,
        reason: "malformed_or_changed",
      });
  });

  it("is refused where the key is not the certificate's", async () => {
    const other = await openSoftwareKey(join(folder, "keys", "other.pem"), "rsa");
    const forged = await signEvidence(other, { manifest: MANIFEST, certificate, signedAt: SIGNED_AT });
    expect((await verify(authority, forged, MANIFEST)).code).not.toBe(0);
    expect(checkEvidence(forged, MANIFEST, [authority.certificate])).toEqual({
      valid: false,
      reason: "signature_wrong",
    });
  });

  it("is refused under an authority that nobody trusts, and out of its certificate's time", async () => {
    const other = await authorityOf("ecdsa-p256", "other-ca");
    expect((await verify(other, signature, MANIFEST)).code).not.toBe(0);
    expect(checkEvidence(signature, MANIFEST, [other.certificate])).toEqual({
      valid: false,
      reason: "unknown_authority",
    });
    const late = await signEvidence(evidence, { manifest: MANIFEST, certificate, signedAt: at(366) });
    expect(checkEvidence(late, MANIFEST, [authority.certificate])).toEqual({
      valid: false,
      reason: "certificate_not_valid_then",
    });
  });

  it("is no worker's to make, though the same authority certified its key", async () => {
    const statement = CertificationStatement.parse({
      version: 1,
      chain: "6f1f3c1a-3a0e-4d53-8a53-0f5d7a1c2b11",
      record_hash: `sha256:${"ab".repeat(32)}`,
      species: "wrk.doc.summarizer",
      capabilities: ["cap.doc.summarize"],
      environments: ["prod"],
      data_labels: ["INTERNAL"],
    });
    const workers = await signWorkerCertificate(authority, {
      certificateId: "4e0f0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11",
      workerId: WorkerId.parse("org.acme.summarizer"),
      statement,
      key: { spki: evidence.spki, isHeld: true },
      notBefore: at(-1),
      notAfter: at(30),
      listUrl: LIST_URL,
    });
    const path = join(folder, "forged.der");
    await openssl(
      ...["cms", "-sign", "-binary", "-outform", "DER", "-in", await file(MANIFEST), "-out", path],
      ...[
        "-signer",
        await file(pemText("CERTIFICATE", workers)),
        "-inkey",
        join(folder, "keys", "evidence.pem"),
      ],
    );
    const forged = await readFile(path);
    expect((await verify(authority, forged, MANIFEST)).code).not.toBe(0);
    expect(checkEvidence(forged, MANIFEST, [authority.certificate]).valid).toBe(false);
  });

  it("is refused where its certificate is for connections, whatever else is right", async () => {
    const forConnections = await signCertificate(authority.signer, {
      ...asIssuer(authority, at(30)),
      serial: Buffer.from("17", "hex"),
      subject: distinguishedName([["2.5.4.3", "Hall evidence"]]),
      spki: evidence.spki,
      notBefore: at(-1),
      notAfter: at(30),
      extensions: [keyUsage(3), extendedKeyUsage([CLIENT_AUTH]), authorityKey(authority.signer.spki)],
    });
    const forged = await signEvidence(evidence, {
      manifest: MANIFEST,
      certificate: forConnections,
      signedAt: SIGNED_AT,
    });
    expect((await verify(authority, forged, MANIFEST)).code).not.toBe(0);
    expect(checkEvidence(forged, MANIFEST, [authority.certificate])).toEqual({
      valid: false,
      reason: "not_for_evidence",
    });
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at]! ^= 1;
  return copy;
}
