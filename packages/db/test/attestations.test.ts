import { randomBytes, randomUUID } from "node:crypto";
import type { TenantId, WorkerId } from "@guildhall/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  answerChallenge,
  clearFlag,
  countOpenChallenges,
  createChallenge,
  enrollWorker,
  findAttestation,
  isFlagged,
  listAlerts,
  listAttestationStandings,
  listLastCleared,
  raiseFlag,
  readVersions,
  registerAttestation,
  registerNamespaceKey,
  retireNamespaceKey,
  retireRunnerKey,
  storeAlert,
  type TenantTx,
  type WorkerAttestation,
  withOperator,
  withTenant,
} from "../src/index.ts";
import { furnishRegistration, measured, PACKAGE_HASH, registration } from "./furnish-attestation.ts";
import { inTenant, refusalOf, startTestHall, type TestHall } from "./test-hall.ts";

let hall: TestHall;
let tenant: TenantId;
let runnerId: string;
let namespaceKeyId: string;
let attestation: WorkerAttestation;
const workerId = "org.acme.summarizer" as WorkerId;

beforeAll(async () => {
  hall = await startTestHall();
});
afterAll(() => hall?.stop());
beforeEach(async () => {
  tenant = await hall.addTenant();
  const recordHash = `sha256:${randomBytes(32).toString("hex")}`;
  const worker = { tenantId: tenant, workerId, enrollmentId: randomUUID(), speciesId: "wrk.doc.summarizer" };
  await inside((tx) => enrollWorker(tx, { ...worker, recordHash, record: "{}" }));
  ({ attestation, runnerId, namespaceKeyId } = await furnishRegistration(hall.db, tenant, workerId));
});

function inside<T>(work: (tx: TenantTx) => Promise<T>): Promise<T> {
  return withTenant(hall.db, tenant, work);
}
const T0 = Date.now();
const at = (seconds: number) => new Date(T0 + seconds * 1000);
const standing = (now = at(0)) =>
  inside(async (tx) => {
    const [only, ...more] = await listAttestationStandings(tx, now);
    expect(more).toEqual([]);
    return only!;
  });
const measure = (changes: Partial<Parameters<typeof measured>[3]> & { at: Date }) =>
  inside((tx) => measured(tx, tenant, attestation, { runnerId, ...changes }));

describe("what decides", () => {
  it("is nothing until somebody has measured, and then the last of equal measurements", async () => {
    expect(await standing()).toMatchObject({ measured: null, flag: null, isKeyRetired: false });
    await measure({ at: at(0) });
    const last = await measure({ at: at(1) });
    expect((await standing()).measured).toMatchObject({ id: last, hash: PACKAGE_HASH });
  });

  it("is a stronger measurement before a weaker later one, while it lives", async () => {
    attestation = registration(workerId, namespaceKeyId, { method: "self-reported" });
    await inside((tx) => registerAttestation(tx, tenant, attestation));
    const strong = await measure({ at: at(0), validUntil: at(60) });
    const weak = await measure({ at: at(10), runnerId: null });
    expect((await standing(at(20))).measured?.id).toBe(strong);
    expect((await standing(at(70))).measured?.id).toBe(weak);
  });

  it("is no measurement that is weaker than what was registered", async () => {
    await measure({ at: at(0), runnerId: null });
    expect((await standing()).measured).toBeNull();
  });

  it("is no measurement of another registration", async () => {
    await measure({ at: at(0) });
    await inside((tx) => registerAttestation(tx, tenant, registration(workerId, namespaceKeyId)));
    expect((await standing()).measured).toBeNull();
  });

  it("is no measurement by a runner whose key was retired", async () => {
    await measure({ at: at(0) });
    expect(await inside((tx) => retireRunnerKey(tx, runnerId, at(1)))).toBe(true);
    expect(await inside((tx) => retireRunnerKey(tx, runnerId, at(1)))).toBe(false);
    expect((await standing()).measured).toBeNull();
  });

  it("is the one that differed while the worker is flagged, whatever is measured meanwhile; and none from before, once it is cleared", async () => {
    const bad = await measure({ at: at(0), hash: "b".repeat(64) });
    const flag = { id: randomUUID(), workerId, measurementId: bad, raisedAt: at(0) };
    expect(await inside((tx) => raiseFlag(tx, tenant, flag))).toBe(true);
    await measure({ at: at(1) });
    expect(await standing()).toMatchObject({ measured: { id: bad }, flag: { id: flag.id } });
    const clearing = { clearedAt: at(2), clearedBy: "person:olga", clearReason: "restored" };
    expect(await inside((tx) => clearFlag(tx, workerId, clearing))).toBe(flag.id);
    expect(await standing()).toMatchObject({ measured: null, flag: null });
    const good = await measure({ at: at(3) });
    expect((await standing()).measured?.id).toBe(good);
  });

  it("is told with whether the namespace's key still counts", async () => {
    const retire = () => withOperator(hall.db, (tx) => retireNamespaceKey(tx, namespaceKeyId, at(0)));
    expect(await retire()).toBe(tenant);
    expect(await retire()).toBeNull();
    expect((await standing()).isKeyRetired).toBe(true);
  });
});

describe("a nonce", () => {
  const challenge = () => ({
    nonce: randomBytes(32).toString("hex"),
    workerId,
    attestationId: attestation.id,
    askedAt: at(0),
    expiresAt: at(60),
  });
  const answer = (changes = {}) => ({
    id: randomUUID(),
    answeredAt: at(1),
    method: "runner-measured" as const,
    hash: PACKAGE_HASH,
    matches: true,
    validUntil: at(300),
    runnerId,
    salt: randomBytes(16),
    ...changes,
  });

  it("is answered once", async () => {
    const asked = challenge();
    await inside((tx) => createChallenge(tx, tenant, asked));
    expect(await inside((tx) => countOpenChallenges(tx, workerId, at(1)))).toBe(1);
    const results = await Promise.all(
      [1, 2, 3, 4].map(() => inside((tx) => answerChallenge(tx, asked, answer()))),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await inside((tx) => countOpenChallenges(tx, workerId, at(1)))).toBe(0);
  });

  it("is not answered late, for another worker, or for another registration", async () => {
    const asked = challenge();
    await inside((tx) => createChallenge(tx, tenant, asked));
    for (const [wrong, when] of [
      [asked, { answeredAt: at(60) }],
      [{ ...asked, workerId: "org.acme.other" as WorkerId }, {}],
      [{ ...asked, attestationId: randomUUID() }, {}],
      [{ ...asked, nonce: "0".repeat(64) }, {}],
    ] as const)
      expect(await inside((tx) => answerChallenge(tx, wrong, answer(when)))).toBe(false);
    expect(await inside((tx) => answerChallenge(tx, asked, answer()))).toBe(true);
  });

  it("that was answered keeps its answer, whatever the role that serves would write", async () => {
    await measure({ at: at(0), hash: "b".repeat(64) });
    const app = await hall.as("app");
    const { rowCount } = await inTenant(app, tenant, () =>
      app.query("UPDATE hall.measurement SET matches = true, hash = repeat('a', 64)"),
    );
    expect(rowCount).toBe(0);
  });

  it("raises the snapshot's version once it is answered, and not when it is given out", async () => {
    const version = async () => (await inside(readVersions)).version;
    const before = await version();
    const asked = challenge();
    await inside((tx) => createChallenge(tx, tenant, asked));
    expect(await version()).toBe(before);
    await inside((tx) => answerChallenge(tx, asked, answer()));
    expect(await version()).toBeGreaterThan(before);
  });
});

describe("a flag", () => {
  it("is raised once, and cleared with a reason and a name, or not at all", async () => {
    const bad = await measure({ at: at(0), hash: "b".repeat(64) });
    const flag = () => ({ id: randomUUID(), workerId, measurementId: bad, raisedAt: at(0) });
    expect(await inside((tx) => raiseFlag(tx, tenant, flag()))).toBe(true);
    expect(await inside((tx) => raiseFlag(tx, tenant, flag()))).toBe(false);
    expect(await inside((tx) => isFlagged(tx, workerId))).toBe(true);
    const clearing = { clearedAt: at(1), clearedBy: "person:olga", clearReason: "" };
    expect(await refusalOf(inside((tx) => clearFlag(tx, workerId, clearing)))).toMatch(/clear_reason/);
    expect(await inside((tx) => clearFlag(tx, workerId, { ...clearing, clearReason: "x" }))).not.toBeNull();
    expect(await inside((tx) => clearFlag(tx, workerId, { ...clearing, clearReason: "x" }))).toBeNull();
    expect(await inside((tx) => isFlagged(tx, workerId))).toBe(false);
  });

  it("is told after it was cleared, the last one of a worker, and none that still stands", async () => {
    const bad = await measure({ at: at(0), hash: "b".repeat(64) });
    const flag = (s: number) => ({ id: randomUUID(), workerId, measurementId: bad, raisedAt: at(s) });
    const clearing = (s: number) => ({ clearedAt: at(s), clearedBy: "person:olga", clearReason: `at ${s}` });
    const ours = async () =>
      (await inside(listLastCleared)).filter((cleared) => cleared.workerId === workerId);
    expect(await ours()).toEqual([]);
    const last = flag(3);
    for (const [one, cleared] of [
      [flag(1), clearing(2)],
      [last, clearing(4)],
    ] as const) {
      await inside((tx) => raiseFlag(tx, tenant, one));
      await inside((tx) => clearFlag(tx, workerId, cleared));
    }
    await inside((tx) => raiseFlag(tx, tenant, flag(5)));
    expect(await ours()).toEqual([{ id: last.id, workerId, raisedAt: at(3), ...clearing(4) }]);
  });
});

describe("the key of a namespace", () => {
  it("is registered by the Hall's operator alone", async () => {
    const app = await hall.as("app");
    const insert = () =>
      app.query(
        "INSERT INTO hall.namespace_key (tenant_id, id, namespace, public_key, registered_at) VALUES ($1, gen_random_uuid(), 'org.acme', $2, now())",
        [tenant, randomBytes(32)],
      );
    expect(await refusalOf(inTenant(app, tenant, insert))).toMatch(/^42501 /);
  });

  it("is registered once for a namespace", async () => {
    const key = { id: randomUUID(), namespace: "org.acme", publicKey: randomBytes(32), registeredAt: at(0) };
    expect(await withOperator(hall.db, (tx) => registerNamespaceKey(tx, tenant, key))).toBe(true);
    const again = { ...key, id: randomUUID() };
    expect(await withOperator(hall.db, (tx) => registerNamespaceKey(tx, tenant, again))).toBe(false);
  });
});

it("of a worker's registrations one is in force", async () => {
  const next = registration(workerId, namespaceKeyId, { workerVersion: "2" });
  await inside((tx) => registerAttestation(tx, tenant, next));
  expect(await inside((tx) => findAttestation(tx, workerId))).toMatchObject({
    id: next.id,
    workerVersion: "2",
  });
});

it("alerts come a page at a time, newest first", async () => {
  const alert = { level: "error", code: "X", message: "x", workerId, capabilityId: null } as const;
  const ids = [1, 2, 3].map((n) => `01900000-0000-7000-8000-00000000000${n}`);
  for (const id of ids) await inside((tx) => storeAlert(tx, tenant, { ...alert, id, createdAt: at(0) }));
  const first = await inside((tx) => listAlerts(tx, { before: null, limit: 2 }));
  expect(first.alerts.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  const rest = await inside((tx) => listAlerts(tx, { before: first.next, limit: 2 }));
  expect(rest).toMatchObject({ alerts: [{ id: ids[0] }], next: null });
});
