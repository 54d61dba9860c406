import { execFile } from "node:child_process";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkWorkerCertificate, pemBlocks, readWorkerCertificate } from "@guildhall/attestation/certificate";
import { SHIPPED_PROFILES } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CertificateView } from "../src/operations/certificate/view.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { enrollAt, RECORD, request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { type Settled, settle } from "./testing/settled.ts";
import { addMember } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { epochOf, verifiedAct } from "./testing/verified-act.ts";

const run = promisify(execFile);

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let worker: HttpWorker;
let folder: string;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  worker = await startHttpWorker(() => hall.url);
  folder = await mkdtemp(join(tmpdir(), "hall-certificates-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await worker?.close();
  await house?.close();
});

/** What strict asks of certification, without what it asks beside. */
const PROFILE = {
  profile_id: "prof.test.certified",
  name: "Certified",
  certification_for: ["INTERNAL", "RESTRICTED"],
};

interface Officer extends Settled {
  /** The compliance officer's session. */
  officer: string;
  recordHash: string;
}

/** A tenant in whose prod a worker needs a certification for all but public data, and its officer. */
async function settled(): Promise<Officer> {
  const tenant = await settle(hall, worker);
  const { session: officer } = await addMember(hall.hall, tenant.id, "compliance");
  const defined = await hall.ask("PUT", `/wcp/profiles/${PROFILE.profile_id}`, {
    key: tenant.operator,
    body: { profile: PROFILE },
  });
  const set = await hall.ask("PUT", "/wcp/environments/prod/profile", {
    key: tenant.operator,
    body: { profile_id: PROFILE.profile_id },
  });
  if (defined.status !== 200 || set.status !== 200) throw new Error(defined.text + set.text);
  return { ...tenant, officer, recordHash: await recordHashOf(tenant) };
}

async function recordHashOf({ key }: { key: string }): Promise<string> {
  const { body } = await hall.ask<{ workers: { worker_record_hash: string }[] }>("GET", "/wcp/workers", {
    key,
  });
  return body.workers[0]!.worker_record_hash;
}

const SCOPE = {
  capabilities: ["cap.doc.summarize"],
  environments: ["prod"],
  data_labels: ["INTERNAL"],
  expires_in_seconds: 90 * 24 * 3600,
};

function issue(
  tenant: Officer,
  changes: object = {},
  { key = tenant.officer, worker_id = RECORD.worker_id as string } = {},
) {
  return hall.ask<CertificateView>("POST", `/wcp/workers/${worker_id}/certificates`, {
    key,
    body: { record_hash: tenant.recordHash, ...SCOPE, ...changes },
  });
}

async function issued(tenant: Officer, changes: object = {}): Promise<CertificateView> {
  const { status, body, text } = await issue(tenant, changes);
  expect(status, text).toBe(201);
  return body;
}

interface Revoked {
  certification_id: string;
  revoked: string[];
  receipt_id: string;
  leaf_index: number;
}

function revoke(tenant: Officer, id: string, { at = hall, key = tenant.officer, body = {} as object } = {}) {
  return at.ask<Revoked>("POST", `/wcp/certificates/${id}/revoke`, {
    key,
    body: { reason: "privilege_withdrawn", ...body },
  });
}

function renew(tenant: Officer, id: string, { at = hall, key = tenant.officer } = {}) {
  return at.ask<CertificateView>("POST", `/wcp/certificates/${id}/renew`, {
    key,
    body: { expires_in_seconds: 100 * 24 * 3600 },
  });
}

async function route(tenant: Officer, changes: object = {}, at = hall): Promise<RouteAnswer> {
  const body = request(tenant.identity, { env: "prod", ...changes });
  return (await at.ask<RouteAnswer>("POST", "/wcp/route", { key: tenant.key, body })).body;
}

async function replayed(tenant: Officer, { receipt }: RouteAnswer): Promise<string> {
  const { body } = await hall.ask<{ outcome: string }>("GET", `/wcp/decisions/${receipt.receipt_id}/replay`, {
    key: tenant.key,
  });
  return body.outcome;
}

it("the strict profile asks for a certification for all but public data", () => {
  const strict = SHIPPED_PROFILES.find(({ profile_id }) => profile_id === "prof.prod.strict");
  expect(strict?.certification_for).toEqual(["INTERNAL", "RESTRICTED"]);
});

describe("a worker that has to be certified", () => {
  it("is denied without, allowed once it is, and denied with the next decision after it was revoked, in every instance", async () => {
    const tenant = await settled();
    for (const at of [hall, second]) {
      expect(await route(tenant, {}, at)).toMatchObject({ deny_code: "DENY_CERTIFICATION_REQUIRED" });
      expect(await route(tenant, { data_label: "PUBLIC" }, at)).toMatchObject({ outcome: "DISPATCH" });
    }
    const certificate = await issued(tenant);
    for (const at of [hall, second]) {
      const allowed = await route(tenant, {}, at);
      expect(allowed).toMatchObject({ outcome: "DISPATCH" });
      const { certificate_id, digest } = certificate;
      expect(await verified(allowed, hall.verifierKey)).toMatchObject({
        decision: {
          certification: { certificate_id, digest },
          inputs: { certificates: [{ certificate_id, digest, revoked: false }] },
        },
      });
      expect(await replayed(tenant, allowed)).toBe("same");
    }
    const before = await epochOf(house, tenant.id);
    expect((await revoke(tenant, certificate.certificate_id)).status).toBe(200);
    expect(await epochOf(house, tenant.id)).toBe(before + 1);
    for (const at of [hall, second]) {
      const denied = await route(tenant, {}, at);
      expect(denied).toMatchObject({ deny_code: "DENY_CERTIFICATION_REVOKED" });
      expect(await replayed(tenant, denied)).toBe("same");
    }
  });

  it("is denied beyond its scope: another capability, environment or label", async () => {
    const tenant = await settled();
    await hall.ask("PUT", "/wcp/environments/stage/profile", {
      key: tenant.operator,
      body: { profile_id: PROFILE.profile_id },
    });
    await issued(tenant);
    expect(await route(tenant)).toMatchObject({ outcome: "DISPATCH" });
    for (const beyond of [{ env: "stage" }, { data_label: "RESTRICTED" }])
      expect(await route(tenant, beyond)).toMatchObject({ deny_code: "DENY_CERTIFICATION_SCOPE" });
    const other = await settled();
    await issued(other, { capabilities: ["cap.doc.classify"] });
    expect(await route(other)).toMatchObject({ deny_code: "DENY_CERTIFICATION_SCOPE" });
    // Two certifications cover together what neither does alone.
    await issued(other);
    expect(await route(other)).toMatchObject({ outcome: "DISPATCH" });
  });

  it("is denied once it has expired, and allowed again when it was renewed", async () => {
    const tenant = await settled();
    const certificate = await issued(tenant);
    await house.admin.query(
      "UPDATE hall.certificate SET valid_from = now() - interval '2 d', valid_until = now() WHERE id = $1",
      [certificate.certificate_id],
    );
    await second.hall.snapshots.refresh(tenant.id);
    const expired = await route(tenant, {}, second);
    expect(expired).toMatchObject({ deny_code: "DENY_CERTIFICATION_EXPIRED" });
    // The row says one thing and the certificate another: what was signed is what a replay goes by.
    expect(await replayed(tenant, expired)).toBe("different");
    const { status, body } = await renew(tenant, certificate.certificate_id);
    expect(status).toBe(201);
    expect(body).toMatchObject({ certification_id: certificate.certificate_id, state: "valid" });
    expect(await route(tenant)).toMatchObject({ outcome: "DISPATCH" });
    expect(await verifiedAct(hall, tenant.key, body.receipt_id)).toMatchObject({
      kind: "certification",
      action: "renewed",
      subject: body.certificate_id,
      details: { previous_certificate_id: certificate.certificate_id },
    });
  });

  it("is denied when its record has changed: the officer examined another one", async () => {
    const tenant = await settled();
    const certificate = await issued(tenant);
    await enrollAt(hall, tenant.key, worker.url, { record: { ...RECORD, owner: "somebody else" } });
    expect(await route(tenant)).toMatchObject({ deny_code: "DENY_CERTIFICATION_REQUIRED" });
    expect(
      expectRefusal((await renew(tenant, certificate.certificate_id)) as never, 409, "CONFLICT").reason,
    ).toMatch(/another version/);
    expect(expectRefusal((await issue(tenant)) as never, 409, "CONFLICT").reason).toMatch(/another version/);
    await issued({ ...tenant, recordHash: await recordHashOf(tenant) });
    expect(await route(tenant)).toMatchObject({ outcome: "DISPATCH" });
  });
});

describe("revoking a certificate", () => {
  it("revokes what it was renewed from and what was renewed from it, and no other certification", async () => {
    const tenant = await settled();
    const first = await issued(tenant);
    const { body: renewed } = await renew(tenant, first.certificate_id);
    const other = await issued(tenant, { data_labels: ["RESTRICTED"] });
    const { body: revoked } = await revoke(tenant, renewed.certificate_id, {
      body: { note: "left the team" },
    });
    expect(revoked.revoked).toEqual([first.certificate_id, renewed.certificate_id].sort());
    expect(await verifiedAct(hall, tenant.key, revoked.receipt_id)).toMatchObject({
      kind: "certification",
      action: "revoked",
      details: { certificates: revoked.revoked, reason: "privilege_withdrawn", note: "left the team" },
    });
    expect((await route(tenant)).denied).toBe(true);
    expect(await route(tenant, { data_label: "RESTRICTED" })).toMatchObject({ outcome: "DISPATCH" });
    for (const id of revoked.revoked) {
      expect(expectRefusal((await revoke(tenant, id)) as never, 409, "CONFLICT").reason).toBe(
        "already revoked",
      );
      expect(expectRefusal((await renew(tenant, id)) as never, 409, "CONFLICT").reason).toMatch(/anew/);
    }
    const { body } = await hall.ask<{ certificates: CertificateView[] }>("GET", "/wcp/certificates", {
      key: tenant.key,
    });
    expect(body.certificates.map(({ certificate_id, state }) => [certificate_id, state])).toEqual([
      [other.certificate_id, "valid"],
      [renewed.certificate_id, "revoked"],
      [first.certificate_id, "revoked"],
    ]);
  });

  it("and renewing it, at the same time in two instances, never leave a valid one of a revoked certification", async () => {
    const tenant = await settled();
    for (let round = 0; round < 6; round++) {
      const { certificate_id: id } = await issued(tenant);
      const [revoked] = await Promise.all([
        revoke(tenant, id, { at: round % 2 ? hall : second }),
        renew(tenant, id, { at: round % 2 ? second : hall }),
      ]);
      expect(revoked.status).toBe(200);
      expect((await route(tenant)).denied, `round ${round}`).toBe(true);
    }
  });
});

describe("outside, openssl", () => {
  it("verifies a certificate against what the Hall publishes, and refuses it once the list says so", async () => {
    const tenant = await settled();
    const { certificate_id, pem } = await issued(tenant, { certificate_request: await certificateRequest() });
    expect(await verifyOutside(pem)).toMatchObject({ code: 0 });
    expect(readWorkerCertificate(pemBlocks("CERTIFICATE", pem)[0]!)).toMatchObject({
      certificateId: certificate_id,
      workerId: RECORD.worker_id,
      statement: { chain: tenant.id, record_hash: tenant.recordHash, data_labels: ["INTERNAL"] },
    });
    await revoke(tenant, certificate_id, { at: second });
    expect(await verifyOutside(pem)).toMatchObject({
      code: 2,
      text: expect.stringContaining("certificate revoked"),
    });
  });

  it("is told in the certificate where the list is", async () => {
    const { pem } = await issued(await settled());
    const points = new X509Certificate(pem);
    const text = (await run("openssl", ["x509", "-noout", "-text", "-in", await file(pem)])).stdout;
    const url = /URI:(http\S+hall-ca\.crl\S+)/.exec(text)?.[1];
    expect(url).toMatch(/^http:\/\/hall\.test\/\.well-known\/hall-ca\.crl\?authority=[0-9a-f]{16}$/);
    const path = url!.slice("http://hall.test".length);
    expect((await fetch(`${hall.url}${path}`)).headers.get("content-type")).toBe("application/pkix-crl");
    expect((await fetch(`${hall.url}/.well-known/hall-ca.crl?authority=${"0".repeat(16)}`)).status).toBe(404);
    expect(points.ca).toBe(false);
  });
});

describe("the list of revoked certificates", () => {
  it("is the same from every instance, keeps its number while nothing changes, and counts on when something does", async () => {
    const [one, again, other] = [await list(hall), await list(hall), await list(second)];
    expect(again).toEqual(one);
    expect(other).toEqual(one);
    const tenant = await settled();
    const ids = [await issued(tenant), await issued(tenant)].map(({ certificate_id }) => certificate_id);
    await Promise.all(ids.map((id, index) => revoke(tenant, id, { at: index ? hall : second })));
    const after = await list(hall);
    expect(await list(second)).toEqual(after);
    expect(await numberOf(after)).toBeGreaterThan(await numberOf(one));
    for (const id of ids) {
      const { body } = await hall.ask<CertificateView>("GET", `/wcp/certificates/${id}`, { key: tenant.key });
      expect(
        checkWorkerCertificate(pemBlocks("CERTIFICATE", body.pem)[0]!, {
          authorities: await authorities(),
          revocationList: after,
          at: new Date(hall.hall.clock.now()),
        }),
      ).toEqual({ valid: false, reason: "revoked" });
    }
  });
});

describe("nothing is certified", () => {
  it("where who asks may not: keys and everybody but compliance officers", async () => {
    const tenant = await settled();
    const certificate = await issued(tenant);
    const { session: auditor } = await addMember(hall.hall, tenant.id, "auditor");
    for (const key of [tenant.key, tenant.operator, auditor]) {
      expectRefusal((await issue(tenant, {}, { key })) as never, 403, "FORBIDDEN");
      expectRefusal((await renew(tenant, certificate.certificate_id, { key })) as never, 403, "FORBIDDEN");
      expectRefusal((await revoke(tenant, certificate.certificate_id, { key })) as never, 403, "FORBIDDEN");
      const { status } = await hall.ask("GET", `/wcp/certificates/${certificate.certificate_id}`, { key });
      expect(status).toBe(200);
    }
  });

  it("beyond what the record claims, for longer than 398 days, or for nothing", async () => {
    const tenant = await settled();
    for (const [changes, path] of [
      [{ capabilities: ["cap.doc.summarize", "cap.doc.translate"] }, "capabilities"],
      [{ environments: ["prod", "edge"] }, "environments"],
      [{ capabilities: [] }, "capabilities"],
      [{ data_labels: [] }, "data_labels"],
      [{ expires_in_seconds: 399 * 24 * 3600 }, "expires_in_seconds"],
      [{ certificate_request: "hello" }, "certificate_request"],
    ] as const)
      expect(expectRefusal((await issue(tenant, changes)) as never, 400, /./).problems).toMatchObject([
        { path },
      ]);
    const { body } = await hall.ask<{ certificates: object[] }>("GET", "/wcp/certificates", {
      key: tenant.key,
    });
    expect(body.certificates).toEqual([]);
  });

  it("of another tenant, nor shown, renewed or revoked", async () => {
    const [tenant, other] = [await settled(), await settled()];
    const { certificate_id: id, digest } = await issued(tenant);
    expectRefusal((await issue(other, {}, { worker_id: "org.nobody.here" })) as never, 404, "NOT_FOUND");
    expectRefusal((await renew(other, id)) as never, 404, "NOT_FOUND");
    expectRefusal((await revoke(other, id)) as never, 404, "NOT_FOUND");
    expectRefusal(
      (await hall.ask("GET", `/wcp/certificates/${id}`, { key: other.key })) as never,
      404,
      "NOT_FOUND",
    );
    const listed = (key: string) =>
      hall.ask<{ certificates: object[] }>("GET", `/wcp/certificates?digest=${digest}`, { key });
    expect((await listed(other.key)).body.certificates).toEqual([]);
    expect((await listed(tenant.key)).body.certificates).toMatchObject([{ certificate_id: id }]);
  });
});

it("the authority stands on the Hall's own chain once, whichever instance was first", async () => {
  const { rows } = await house.admin.query<{ body: { details: object } }>(
    `SELECT convert_from(body, 'UTF8')::jsonb AS body FROM ledger.receipt
     WHERE convert_from(body, 'UTF8')::jsonb ->> 'action' = 'authority_introduced'`,
  );
  expect(rows.map(({ body }) => body)).toMatchObject([
    { kind: "certification", subject: hall.hall.authority.keyId, details: { module: "software file" } },
  ]);
});

async function authorities(): Promise<Uint8Array[]> {
  return pemBlocks("CERTIFICATE", await (await fetch(`${hall.url}/.well-known/hall-ca.pem`)).text());
}

async function list(at: OpenHall): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(`${at.url}/.well-known/hall-ca.crl`)).arrayBuffer());
}

async function numberOf(der: Uint8Array): Promise<number> {
  const path = await file(der);
  const { stdout } = await run("openssl", ["crl", "-inform", "DER", "-noout", "-crlnumber", "-in", path]);
  return Number.parseInt(stdout.replace("crlNumber=", ""), 16);
}

let files = 0;
async function file(content: string | Uint8Array): Promise<string> {
  const path = join(folder, `${++files}`);
  await writeFile(path, content);
  return path;
}

/** As a stranger does it who has the certificate: with openssl, and what anybody may fetch. */
async function verifyOutside(pem: string): Promise<{ code: number; text: string }> {
  const ca = await file(await (await fetch(`${hall.url}/.well-known/hall-ca.pem`)).text());
  const crl = `${await file(await list(hall))}.pem`;
  await run("openssl", ["crl", "-inform", "DER", "-in", crl.slice(0, -4), "-out", crl]);
  const args = [
    "verify",
    "-x509_strict",
    "-crl_check",
    "-purpose",
    "sslclient",
    "-CAfile",
    ca,
    "-CRLfile",
    crl,
  ];
  try {
    const { stdout } = await run("openssl", [...args, await file(pem)]);
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, text: stderr };
  }
}

async function certificateRequest(): Promise<string> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = await file(privateKey.export({ format: "pem", type: "pkcs8" }) as string);
  return (await run("openssl", ["req", "-new", "-key", key, "-subj", "/CN=worker"])).stdout;
}

it("what docs/certify-a-worker.md tells a stranger to type, works", async () => {
  const page = await readFile(join(import.meta.dirname, "../../../docs/certify-a-worker.md"), "utf8");
  const [, script = ""] = /^```sh\n([\s\S]*?)^```$/m.exec(page) ?? [];
  expect(script.split("\n").length).toBeGreaterThan(4);
  const tenant = await settled();
  const { pem } = await issued(tenant);
  const cwd = await mkdtemp(join(folder, "page-"));
  await writeFile(join(cwd, "worker.pem"), pem);
  await writeFile(
    join(cwd, "hall-ca.pem"),
    await (await fetch(`${hall.url}/.well-known/hall-ca.pem`)).text(),
  );
  await writeFile(join(cwd, "hall-ca.crl"), await list(hall));
  const { stdout } = await run("sh", ["-euc", script], { cwd });
  expect(stdout).toContain("worker.pem: OK");
  expect(stdout).toContain(`URI:wcp:worker:${RECORD.worker_id}`);
  const statement = JSON.parse(stdout.trim().split("\n").at(-1)!) as { record_hash: string };
  expect(statement.record_hash).toBe(tenant.recordHash);
});
