import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSoftwareKey } from "@guildhall/attestation";
import {
  keyOfRecord,
  pemText,
  type Revocation,
  signAuthority,
  signRevocationList,
  signWorkerCertificate,
} from "@guildhall/attestation/certificate";
import { CertificationStatement, WorkerId } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProcess } from "./hall.ts";
import { openHall } from "./hall-stand-in.ts";

/** A worker's certificate is checked on the machine of whoever was given it, and says there what it is for. */

const ID = "4e0f0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11";
const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.now() + hours * HOUR);

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-certificates-"));
  const signer = await openSoftwareKey(file("ca.key"), "ecdsa-p256");
  const certificate = await signAuthority(signer, {
    origin: "hall.example",
    notBefore: at(-1),
    notAfter: at(99),
  });
  const authority = { signer, certificate };
  const statement = CertificationStatement.parse({
    version: 1,
    chain: "6f1f3c1a-3a0e-4d53-8a53-0f5d7a1c2b11",
    record_hash: `sha256:${"ab".repeat(32)}`,
    species: "wrk.doc.summarizer",
    capabilities: ["cap.doc.summarize"],
    environments: ["prod"],
    data_labels: ["INTERNAL"],
  });
  const worker = await signWorkerCertificate(authority, {
    certificateId: ID,
    workerId: WorkerId.parse("org.acme.summarizer"),
    statement,
    key: keyOfRecord(statement.record_hash),
    notBefore: at(-1),
    notAfter: at(9),
    listUrl: "http://hall.example/.well-known/hall-ca.crl",
  });
  const list = (revoked: Revocation[]) =>
    signRevocationList(authority, { number: 1, thisUpdate: at(-1), nextUpdate: at(1), revoked });
  await writeFile(file("worker.pem"), pemText("CERTIFICATE", worker));
  await writeFile(file("ca.pem"), pemText("CERTIFICATE", certificate));
  await writeFile(file("empty.crl"), await list([]));
  const revoked = await list([{ certificateId: ID, at: at(0), reason: "superseded" }]);
  await writeFile(file("revoked.crl"), pemText("X509 CRL", revoked));
  await writeFile(
    file("key.pem"),
    generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const verify = (...args: string[]) => inProcess(["certificates", "verify", file("worker.pem"), ...args]);

describe("hall certificates verify", () => {
  it("says for what a worker is certified, and ends with 0 where the list was asked too", async () => {
    const { code, out } = await verify("--ca", file("ca.pem"), "--crl", file("empty.crl"));
    expect(code).toBe(0);
    expect(out).toContain("org.acme.summarizer is certified.");
    expect(out).toContain("For cap.doc.summarize\nin prod with INTERNAL data.");
    expect(out).toContain(`Record sha256:${"ab".repeat(32)}`);
  });

  it("never ends with 0 where nothing said whether it was revoked", async () => {
    expect(await verify("--ca", file("ca.pem"))).toMatchObject({
      code: 3,
      out: expect.stringContaining("--crl"),
    });
  });

  it("ends with 1 and the reason where it was revoked, or nobody trusted signed it", async () => {
    expect(await verify("--ca", file("ca.pem"), "--crl", file("revoked.crl"))).toMatchObject({
      code: 1,
      out: expect.stringContaining("It does not count: revoked."),
    });
    expect(await verify("--ca", file("worker.pem"), "--crl", file("empty.crl"))).toMatchObject({
      code: 1,
      out: expect.stringContaining("unknown_authority"),
    });
  });

  it("ends with 2 where a file is not what it should be", async () => {
    for (const args of [
      [],
      ["--ca", file("key.pem")],
      ["--ca", file("nothing.pem")],
      ["--ca", file("ca.pem"), "--crl", file("key.pem")],
    ])
      expect(await verify(...args)).toMatchObject({ code: 2, out: "" });
    expect(
      await inProcess(["certificates", "verify", file("key.pem"), "--ca", file("ca.pem")]),
    ).toMatchObject({
      code: 2,
    });
  });
});

describe("hall certificates list", () => {
  const one = {
    certificate_id: ID,
    worker_id: "org.acme.summarizer",
    state: "revoked",
    capabilities: ["cap.doc.summarize"],
    environments: ["prod"],
    data_labels: ["INTERNAL"],
    valid_until: "2027-01-01T00:00:00.000Z",
    pem: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
  };

  it("shows what the Hall has certified, and prints the text of one", async () => {
    const hall = await openHall({
      "/wcp/certificates?worker_id=org.acme.summarizer": { certificates: [one] },
      [`/wcp/certificates/${ID}`]: one,
    });
    try {
      const ask = (...args: string[]) =>
        inProcess(["certificates", "list", "--hall", hall.url, ...args], "", { hallKey: "hall_key_x" });
      const listed = await ask("--worker", "org.acme.summarizer");
      expect(listed).toMatchObject({ code: 0, err: "" });
      expect(listed.out).toContain("revoked");
      expect(listed.out).toContain("cap.doc.summarize in prod with INTERNAL data");
      expect(await ask("--pem", ID)).toEqual({ code: 0, out: one.pem, err: "" });
      expect(await ask("--pem", "no-such")).toMatchObject({
        code: 2,
        err: expect.stringContaining("no such thing"),
      });
      expect(await ask("--pem", ID, "--worker", "x")).toMatchObject({ code: 2 });
      expect(hall.asked.every(({ method }) => method === "GET")).toBe(true);
    } finally {
      await hall.close();
    }
  });
});
