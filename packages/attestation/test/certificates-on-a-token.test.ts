import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CertificationStatement, WorkerId } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Authority,
  checkWorkerCertificate,
  keyOfRecord,
  pemText,
  signAuthority,
  signEvidenceCertificate,
  signRevocationList,
  signWorkerCertificate,
} from "../src/certificate/index.ts";
import { checkEvidence, signEvidence } from "../src/evidence/index.ts";
import { KEY_ALGORITHMS, type KeyAlgorithm } from "../src/signer/signer.ts";
import { openToken, type Token } from "../src/signer/token.ts";
import { verifiedSigner } from "../src/signer/verified.ts";
import { type SoftHsm, startSoftHsm } from "../src/testing/index.ts";
import { openssl } from "./openssl.ts";

/** With keys that no file holds, openssl believes the same certificates, lists and evidence. */

let hsm: SoftHsm;
let token: Token;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hall-token-certificates-"));
  hsm = startSoftHsm(process.env);
  hsm.makeToken("authority");
  token = await openToken({ uri: hsm.parsed("authority"), pin: hsm.pin });
});
afterAll(async () => {
  await token?.close();
  hsm?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const DAY = 24 * 3600 * 1000;
const at = (days: number) => new Date(Date.now() + days * DAY);
const ID = "c0ffee00-3f83-4b6e-9d5b-0d7c0a6f3c11";
const LIST_URL = "http://hall.example/.well-known/hall-ca.crl";

function signerOf<Algorithm extends KeyAlgorithm>(name: string, algorithm: Algorithm) {
  const id = Buffer.from(name);
  return token
    .generate({ id, label: name, algorithm })
    .then(() => token.signer({ id, algorithm, pin: null }))
    .then(verifiedSigner);
}

let files = 0;
function file(content: Uint8Array | string): string {
  const path = join(folder, `${++files}`);
  writeFileSync(path, content);
  return path;
}

describe.each(KEY_ALGORITHMS)("an authority whose key of %s is on a token", (algorithm) => {
  let authority: Authority;
  beforeAll(async () => {
    const signer = await signerOf(`ca-${algorithm}`, algorithm);
    const options = { origin: "hall.example", notBefore: at(-1), notAfter: at(3650) };
    authority = { signer, certificate: await signAuthority(signer, options) };
  });

  it("certifies a worker and revokes it, and openssl and we believe both", async () => {
    const statement = CertificationStatement.parse({
      version: 1,
      chain: "6f1f3c1a-3a0e-4d53-8a53-0f5d7a1c2b11",
      record_hash: `sha256:${"ab".repeat(32)}`,
      species: "wrk.doc.summarizer",
      capabilities: ["cap.doc.summarize"],
      environments: ["prod"],
      data_labels: ["INTERNAL"],
    });
    const certificate = await signWorkerCertificate(authority, {
      certificateId: ID,
      workerId: WorkerId.parse("org.acme.summarizer"),
      statement,
      key: keyOfRecord(statement.record_hash),
      notBefore: at(-1),
      notAfter: at(30),
      listUrl: LIST_URL,
    });
    for (const isRevoked of [false, true]) {
      const revocationList = await signRevocationList(authority, {
        number: 1,
        thisUpdate: at(-1),
        nextUpdate: at(1),
        revoked: isRevoked ? [{ certificateId: ID, at: at(0), reason: "key_compromise" }] : [],
      });
      const { code } = await openssl(
        ...["verify", "-x509_strict", "-check_ss_sig", "-crl_check"],
        ...["-CAfile", file(pemText("CERTIFICATE", authority.certificate))],
        ...["-CRLfile", file(pemText("X509 CRL", revocationList)), file(pemText("CERTIFICATE", certificate))],
      );
      expect(code).toBe(isRevoked ? 2 : 0);
      const verdict = checkWorkerCertificate(certificate, {
        authorities: [authority.certificate],
        revocationList,
        at: at(0),
      });
      expect(verdict.valid).toBe(!isRevoked);
    }
  });

  it("certifies a key on a token that signs evidence, and openssl and we believe that", async () => {
    const evidence = await signerOf(`evidence-${algorithm}`, "rsa");
    const options = { origin: "hall.example", notBefore: at(-1), notAfter: at(365), listUrl: LIST_URL };
    const certificate = await signEvidenceCertificate(authority, evidence, options);
    const manifest = Buffer.from('{"files":[]}\n');
    const signature = await signEvidence(evidence, { manifest, certificate, signedAt: at(0) });
    for (const content of [manifest, Buffer.from('{"files":[ ]}\n')]) {
      const { code } = await openssl(
        ...["cms", "-verify", "-binary", "-inform", "DER", "-out", "/dev/null"],
        ...["-in", file(signature), "-content", file(content)],
        ...["-CAfile", file(pemText("CERTIFICATE", authority.certificate))],
      );
      expect(code === 0).toBe(content === manifest);
      expect(checkEvidence(signature, content, [authority.certificate]).valid).toBe(content === manifest);
    }
  });
});
