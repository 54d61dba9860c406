import { createHash, generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CertificationStatement, WorkerId } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Authority,
  checkWorkerCertificate,
  keyOfRecord,
  type PemLabel,
  pemBlocks,
  pemText,
  type Revocation,
  readRevocationList,
  readWorkerCertificate,
  requestedKey,
  signAuthority,
  signRevocationList,
  signWorkerCertificate,
  type WorkerCertification,
} from "../src/certificate/index.ts";
import { KEY_ALGORITHMS } from "../src/signer/signer.ts";
import { openSoftwareKey } from "../src/signer/software.ts";
import { openssl } from "./openssl.ts";

/** What a Hall certifies, `openssl verify -x509_strict -crl_check` believes; and nothing else. */

const NOW = Date.parse("2026-11-28T12:00:00.000Z");
const DAY = 24 * 3600 * 1000;
const at = (days: number) => new Date(NOW + days * DAY);
const unix = (days: number) => String(Math.floor(at(days).getTime() / 1000));

const STATEMENT = CertificationStatement.parse({
  version: 1,
  chain: "6f1f3c1a-3a0e-4d53-8a53-0f5d7a1c2b11",
  record_hash: `sha256:${"ab".repeat(32)}`,
  species: "wrk.doc.summarizer",
  capabilities: ["cap.doc.summarize", "cap.doc.translate"],
  environments: ["stage", "prod"],
  data_labels: ["INTERNAL"],
});
const WORKER = WorkerId.parse("org.acme.summarizer");
const ID = "4e0f0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-certificates-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function file(label: PemLabel, der: Uint8Array): Promise<string> {
  const path = join(folder, `${++files}.pem`);
  await writeFile(path, pemText(label, der));
  return path;
}

async function authorityOf(algorithm: (typeof KEY_ALGORITHMS)[number], name = algorithm): Promise<Authority> {
  const signer = await openSoftwareKey(join(folder, "keys", `${name}.pem`), algorithm);
  const options = { origin: 'hall.example/+,"Ü', notBefore: at(-1), notAfter: at(3650) };
  return { signer, certificate: await signAuthority(signer, options) };
}

function certify(authority: Authority, changes: Partial<WorkerCertification> = {}): Promise<Uint8Array> {
  return signWorkerCertificate(authority, {
    certificateId: ID,
    workerId: WORKER,
    statement: STATEMENT,
    key: keyOfRecord(STATEMENT.record_hash),
    notBefore: at(0),
    notAfter: at(90),
    listUrl: "http://hall.example/.well-known/hall-ca.crl",
    ...changes,
  });
}

function listOf(authority: Authority, revoked: Revocation[] = [], number = 1): Promise<Uint8Array> {
  return signRevocationList(authority, { number, thisUpdate: at(0), nextUpdate: at(1), revoked });
}

/** As a stranger does it, with the authority's certificate and its list on disk. */
async function verify(
  authority: Authority,
  certificate: Uint8Array,
  list: Uint8Array,
  { days = 0.5, purpose = "any" } = {},
) {
  const [ca, crl, leaf] = [
    await file("CERTIFICATE", authority.certificate),
    await file("X509 CRL", list),
    await file("CERTIFICATE", certificate),
  ];
  return openssl(
    ...["verify", "-x509_strict", "-check_ss_sig", "-crl_check", "-attime", unix(days), "-purpose", purpose],
    ...["-CAfile", ca, "-CRLfile", crl, leaf],
  );
}

function check(authority: Authority, certificate: Uint8Array, revocationList: Uint8Array | null, days = 0.5) {
  return checkWorkerCertificate(certificate, {
    authorities: [authority.certificate],
    revocationList,
    at: at(days),
  });
}

describe.each(KEY_ALGORITHMS)("an authority with a key of %s", (algorithm) => {
  let authority: Authority;
  beforeAll(async () => {
    authority = await authorityOf(algorithm);
  });

  it("certifies a worker so that openssl verifies it strictly, and we do", async () => {
    const certificate = await certify(authority);
    const list = await listOf(authority);
    expect(await verify(authority, certificate, list)).toMatchObject({ code: 0 });
    expect(check(authority, certificate, list)).toMatchObject({ valid: true });
  });

  it("revokes it so that openssl refuses it and says why, and we do", async () => {
    const certificate = await certify(authority);
    const other = {
      certificateId: "ffffffff-3f83-4b6e-9d5b-0d7c0a6f3c11",
      at: at(0),
      reason: "unspecified",
    } as const;
    const list = await listOf(
      authority,
      [other, { certificateId: ID, at: at(0.1), reason: "key_compromise" }],
      7,
    );
    const { code, text } = await verify(authority, certificate, list);
    expect(code).toBe(2);
    expect(text).toContain("certificate revoked");
    expect(check(authority, certificate, list)).toEqual({ valid: false, reason: "revoked" });
    expect(check(authority, certificate, await listOf(authority, [other]))).toMatchObject({ valid: true });
    const printed = await openssl("crl", "-noout", "-text", "-in", await file("X509 CRL", list));
    expect(printed.text).toMatch(/X509v3 CRL Number:\s+7\n/);
    expect(printed.text).toMatch(/Key Compromise/);
    // RFC 5280: unspecified is said by saying nothing.
    expect(printed.text).not.toMatch(/Unspecified/);
    expect(readRevocationList(list)).toMatchObject({
      number: 7,
      revoked: [
        { certificateId: other.certificateId, reason: "unspecified" },
        { certificateId: ID, at: at(0.1), reason: "keyCompromise" },
      ],
    });
  });

  it("is refused by openssl and by us after any byte of certificate or list was changed", async () => {
    const [certificate, list] = [await certify(authority), await listOf(authority)];
    for (let byte = 0; byte < certificate.length; byte += 37) {
      const bad = flipped(certificate, byte);
      expect(check(authority, bad, list).valid, `certificate, byte ${byte}`).toBe(false);
    }
    for (let byte = 0; byte < list.length; byte += 3)
      expect(check(authority, certificate, flipped(list, byte)).valid, `list, byte ${byte}`).toBe(false);
    const tampered = [certificate.length - 3, certificate.length >> 1];
    for (const byte of tampered)
      expect((await verify(authority, flipped(certificate, byte), list)).code, `byte ${byte}`).not.toBe(0);
    expect((await verify(authority, certificate, flipped(list, list.length - 3))).code).not.toBe(0);
  });
});

describe("a worker's certificate", () => {
  let authority: Authority;
  let list: Uint8Array;
  beforeAll(async () => {
    authority = await authorityOf("ecdsa-p256");
    list = await listOf(authority);
  });

  it("is refused before and after its time, and after the list's, by openssl and by us", async () => {
    const certificate = await certify(authority, { notBefore: at(0.25), notAfter: at(0.75) });
    expect((await verify(authority, certificate, list)).code).toBe(0);
    for (const [days, text, reason] of [
      [0.1, "certificate is not yet valid", "not_valid_yet"],
      [0.9, "certificate has expired", "expired"],
    ] as const) {
      expect(await verify(authority, certificate, list, { days })).toMatchObject({
        code: 2,
        text: expect.stringContaining(text),
      });
      expect(check(authority, certificate, list, days)).toEqual({ valid: false, reason });
    }
    const long = await certify(authority);
    expect(await verify(authority, long, list, { days: 1.5 })).toMatchObject({
      code: 2,
      text: expect.stringContaining("CRL has expired"),
    });
    expect(check(authority, long, list, 1.5)).toEqual({ valid: false, reason: "list_expired" });
    expect(check(authority, long, null, 1.5)).toMatchObject({ valid: true });
  });

  it("is refused under another authority, also where that one bears the same name", async () => {
    const other = await authorityOf("ecdsa-p256", "another" as "ecdsa-p256");
    const signer = { ...other.signer, keyId: authority.signer.keyId };
    const options = { origin: 'hall.example/+,"Ü', notBefore: at(-1), notAfter: at(3650) };
    const impostor = { signer, certificate: await signAuthority(signer, options) };
    expect(new X509Certificate(impostor.certificate).subject).toBe(
      new X509Certificate(authority.certificate).subject,
    );
    for (const foreign of [other, impostor]) {
      const certificate = await certify(foreign);
      expect((await verify(authority, certificate, list)).code).toBe(2);
      expect(check(authority, certificate, list)).toEqual({ valid: false, reason: "unknown_authority" });
      expect(check(authority, await certify(authority), await listOf(foreign))).toEqual({
        valid: false,
        reason: "list_not_the_authoritys",
      });
    }
  });

  it("certifies nobody else: below it openssl and we believe nothing", async () => {
    const signer = await openSoftwareKey(join(folder, "keys", "worker.pem"), "ecdsa-p256");
    const certificate = await certify(authority, { key: { spki: signer.spki, isHeld: true } });
    const below = await certify({ signer, certificate }, { notAfter: at(30) });
    const [ca, between, leaf] = [
      await file("CERTIFICATE", authority.certificate),
      await file("CERTIFICATE", certificate),
      await file("CERTIFICATE", below),
    ];
    const { code, text } = await openssl(
      ...["verify", "-x509_strict", "-attime", unix(0.5), "-CAfile", ca, "-untrusted", between, leaf],
    );
    expect(code).toBe(2);
    expect(text).toMatch(/invalid CA certificate/);
    expect(check({ signer, certificate }, below, null)).toEqual({
      valid: false,
      reason: "unknown_authority",
    });
  });

  it("says what it certifies, to us and to whoever prints it", async () => {
    const certificate = await certify(authority);
    expect(readWorkerCertificate(certificate)).toMatchObject({
      certificateId: ID,
      workerId: WORKER,
      statement: STATEMENT,
      notBefore: at(0),
      notAfter: at(90),
    });
    const { text } = await openssl("x509", "-noout", "-text", "-in", await file("CERTIFICATE", certificate));
    expect(text).toContain("URI:wcp:worker:org.acme.summarizer");
    expect(text).toContain("URI:http://hall.example/.well-known/hall-ca.crl");
    expect(text).toContain("2.25.327277940103739442924326812530273357011.1");
    expect(text).toContain('"capabilities":["cap.doc.summarize","cap.doc.translate"]');
    expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    const { text: root } = await openssl(
      ...["x509", "-noout", "-text", "-in", await file("CERTIFICATE", authority.certificate)],
    );
    expect(root).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(root).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
  });

  it("has the 128 bits of its id for a serial number, whatever they begin with", async () => {
    for (const id of [
      "00000000-0000-4000-8000-000000000001",
      "00ff0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11",
      "80000000-3f83-4b6e-9d5b-0d7c0a6f3c11",
      "ffffffff-ffff-4fff-bfff-ffffffffffff",
    ]) {
      const certificate = await certify(authority, { certificateId: id });
      expect(readWorkerCertificate(certificate).certificateId).toBe(id);
      expect(BigInt(`0x${new X509Certificate(certificate).serialNumber}`)).toBe(
        BigInt(`0x${id.replaceAll("-", "")}`),
      );
      expect((await verify(authority, certificate, list)).code).toBe(0);
      const revoking = await listOf(authority, [{ certificateId: id, at: at(0), reason: "superseded" }]);
      expect((await verify(authority, certificate, revoking)).text).toContain("certificate revoked");
    }
  });

  it("names a worker whose id is too long for a common name in the alternative name alone", async () => {
    const workerId = WorkerId.parse(`org.acme.${"s".repeat(119)}`);
    const certificate = await certify(authority, { workerId });
    expect((await verify(authority, certificate, list)).code).toBe(0);
    expect(readWorkerCertificate(certificate).workerId).toBe(workerId);
    const { text } = await openssl("x509", "-noout", "-text", "-in", await file("CERTIFICATE", certificate));
    expect(text).toMatch(/Subject Alternative Name: critical/);
  });

  it("for a worker without a key is for one that nobody chose, and good for no connection", async () => {
    const key = keyOfRecord(STATEMENT.record_hash);
    expect(keyOfRecord(STATEMENT.record_hash)).toEqual(key);
    expect(keyOfRecord(`sha256:${"cd".repeat(32)}`).spki).not.toEqual(key.spki);
    // x is the hash of the words and a counter: worked out here without our own code.
    const x = Buffer.from(key.spki).subarray(27, 59).toString("hex");
    const candidates = Array.from({ length: 64 }, (_, counter) =>
      createHash("sha256")
        .update(`guildhall certified record\n${STATEMENT.record_hash}\n${counter}`)
        .digest("hex"),
    );
    expect(candidates).toContain(x);
    const certificate = await certify(authority);
    for (const purpose of ["sslclient", "sslserver", "smimesign"])
      expect((await verify(authority, certificate, list, { purpose })).code, purpose).toBe(2);
  });

  it("for a worker with a key is good for both ends of a connection", async () => {
    for (const key of [["ed25519"], ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], ["RSA"]]) {
      const requested = await requestedKey(await csr(key));
      const certificate = await certify(authority, { key: requested });
      expect(readWorkerCertificate(certificate).spki).toEqual(requested.spki);
      for (const purpose of ["sslclient", "sslserver"])
        expect((await verify(authority, certificate, list, { purpose })).code, `${key[0]} ${purpose}`).toBe(
          0,
        );
    }
  });

  it("outlives its authority as little as a list does, and is signed by that authority's key alone", async () => {
    await expect(certify(authority, { notAfter: at(3651) })).rejects.toMatchObject({
      code: "OUTLIVES_AUTHORITY",
    });
    const other = await authorityOf("ecdsa-p256", "another" as "ecdsa-p256");
    const mixed = { signer: other.signer, certificate: authority.certificate };
    await expect(certify(mixed)).rejects.toMatchObject({ code: "KEY_NOT_THE_AUTHORITYS" });
    await expect(listOf(mixed)).rejects.toMatchObject({ code: "KEY_NOT_THE_AUTHORITYS" });
  });

  it("is read only where a Hall wrote it", async () => {
    const good = await certify(authority);
    const notOurs = [
      new Uint8Array(),
      good.subarray(0, 100),
      Buffer.concat([good, Buffer.of(0)]),
      authority.certificate,
      list,
    ];
    for (const [index, der] of notOurs.entries()) {
      expect(() => readWorkerCertificate(der), `${index}`).toThrow(
        expect.objectContaining({ name: "CertificateError", code: "CERTIFICATE_MALFORMED" }),
      );
      expect(check(authority, der, list)).toEqual({ valid: false, reason: "not_a_worker_certificate" });
    }
    expect(check(authority, good, good)).toEqual({ valid: false, reason: "list_malformed" });
  });

  it("goes into text and back, with others around it", async () => {
    const [one, other] = [await certify(authority), authority.certificate];
    const text = `# two\n${pemText("CERTIFICATE", one)}and\n${pemText("CERTIFICATE", other)}`;
    expect(pemBlocks("CERTIFICATE", text)).toEqual([one, other]);
    expect(pemBlocks("X509 CRL", text)).toEqual([]);
  });
});

describe("a certificate request is refused", () => {
  it("where it is none, or has more around it", async () => {
    const good = await csr(["ed25519"]);
    for (const bad of [
      "",
      "hello",
      good + good,
      good.replace("REQUEST", "REQUESTS"),
      good.slice(0, -60),
      "A".repeat(9000),
    ])
      await expect(requestedKey(bad)).rejects.toMatchObject({ code: "REQUEST_MALFORMED" });
  });

  it("where its key is not proved to be the asker's", async () => {
    const good = await csr(["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    const der = Buffer.from(good.replace(/-----[^-]+-----/g, ""), "base64");
    const spki = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
      format: "der",
      type: "spki",
    });
    const start = der.indexOf(spki.subarray(0, 27));
    const stolen = Buffer.concat([der.subarray(0, start), spki, der.subarray(start + spki.length)]);
    const text = stolen
      .toString("base64")
      .match(/.{1,64}/g)!
      .join("\n");
    await expect(
      requestedKey(`-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----\n`),
    ).rejects.toMatchObject({ code: "REQUEST_NOT_SIGNED" });
  });

  it("where its key is of a kind or size that we do not certify", async () => {
    for (const key of [
      ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
      ["RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
    ])
      await expect(requestedKey(await csr(key))).rejects.toMatchObject({ code: "REQUEST_KEY_UNSUITABLE" });
  });
});

/** A PKCS#10 request as a worker's operator makes it. */
async function csr([algorithm, ...options]: string[]): Promise<string> {
  const key = join(folder, `${++files}.key`);
  await openssl("genpkey", "-algorithm", algorithm!, ...options, "-out", key);
  const { text } = await openssl("req", "-new", "-key", key, "-subj", "/CN=anything");
  return text;
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at]! ^= 1;
  return copy;
}
