import { randomUUID } from "node:crypto";
import { namespaceSkeleton, type TenantId, type WorkerId } from "@guildhall/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  declarePackage,
  enrollWorker,
  findNamespaceAlike,
  findWorker,
  listRecordVersions,
  lookupNamespaceClaim,
  lookupSoleTenant,
  lookupVerifiedWorker,
  registerNamespace,
  releaseNamespace,
  setTenantStanding,
  setWorkerStatus,
  withOperator,
  withTenant,
} from "../src/index.ts";
import { startTestHall, type TestHall } from "./test-hall.ts";

let hall: TestHall;
let ours: TenantId;
let theirs: TenantId;

beforeAll(async () => {
  hall = await startTestHall();
  ours = await hall.addTenant();
  expect(await lookupSoleTenant(hall.db)).toBe(ours);
  theirs = await hall.addTenant();
});
afterAll(() => hall?.stop());

const at = new Date("2026-11-28T12:00:00.000Z");
const id = (name: string) => `org.acme.${name}` as WorkerId;
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const enroll = (tenantId: TenantId, workerId: WorkerId, digit: string) =>
  withTenant(hall.db, tenantId, (tx) =>
    enrollWorker(tx, {
      tenantId,
      workerId,
      enrollmentId: randomUUID(),
      speciesId: "wrk.doc.summarizer",
      recordHash: digest(digit),
      record: "{}",
      enrolledBy: "key:k",
    }),
  );
const status = (workerId: WorkerId, from: "active" | "suspended", to: "active" | "suspended" | "retired") =>
  withTenant(hall.db, ours, (tx) => setWorkerStatus(tx, workerId, { from: [from], to, at }));

it("a Hall of two tenants has no sole one", async () => {
  expect(await lookupSoleTenant(hall.db)).toBeNull();
});

it("every enrollment is a version, also of a record that was enrolled before", async () => {
  for (const digit of ["1", "2", "1"]) await enroll(ours, id("versions"), digit);
  const versions = await withTenant(hall.db, ours, (tx) => listRecordVersions(tx, id("versions")));
  expect(versions.map((one) => [one.version, one.recordHash, one.enrolledBy])).toEqual([
    [3, digest("1"), "key:k"],
    [2, digest("2"), "key:k"],
    [1, digest("1"), "key:k"],
  ]);
});

it("twenty enrollments at once are twenty versions", async () => {
  await enroll(ours, id("busy"), "0");
  await Promise.all(Array.from({ length: 20 }, (_, n) => enroll(ours, id("busy"), (n % 10).toString())));
  const versions = await withTenant(hall.db, ours, (tx) => listRecordVersions(tx, id("busy")));
  expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 21 }, (_, n) => 21 - n));
});

it("a suspended worker stays suspended under another record, and a retired one takes none", async () => {
  const worker = id("ends");
  await enroll(ours, worker, "1");
  expect(await status(worker, "active", "suspended")).toEqual({ changed: true, status: "suspended" });
  expect(await status(worker, "active", "suspended")).toEqual({ changed: false, status: "suspended" });
  expect(await enroll(ours, worker, "2")).toMatchObject({ created: false, isRetired: false, version: 2 });
  expect(await withTenant(hall.db, ours, (tx) => findWorker(tx, worker))).toMatchObject({
    status: "suspended",
    recordHash: digest("2"),
  });
  expect(await status(worker, "suspended", "retired")).toEqual({ changed: true, status: "retired" });
  expect(await enroll(ours, worker, "3")).toMatchObject({ isRetired: true });
  expect(await withTenant(hall.db, ours, (tx) => findWorker(tx, worker))).toMatchObject({
    status: "retired",
    recordHash: digest("2"),
  });
});

it("a namespace is free, then its tenant's, and so is what looks like it; released it is nobody's", async () => {
  const claim = (tenant: TenantId, namespace: string) =>
    withTenant(hall.db, tenant, (tx) =>
      lookupNamespaceClaim(tx, tenant, { namespace, skeleton: namespaceSkeleton(namespace) }),
    );
  const register = (tenantId: TenantId) =>
    withOperator(hall.db, async (tx) => {
      const skeleton = namespaceSkeleton("org.initech");
      const alike = await findNamespaceAlike(tx, skeleton);
      await registerNamespace(tx, { namespace: "org.initech", skeleton, tenantId, registeredAt: at });
      return alike;
    });
  expect(await claim(ours, "org.initech")).toBe("free");
  expect(await register(ours)).toBeNull();
  expect(await claim(ours, "org.initech")).toBe("own");
  expect(await claim(theirs, "org.initech")).toBe("taken");
  expect(await claim(theirs, "org.ln1tech")).toBe("alike");
  // Not even its owner: what is not the name itself would be taken for it.
  expect(await claim(ours, "org.ln1tech")).toBe("alike");
  expect(await claim(theirs, "org.initrode")).toBe("free");
  expect(await withOperator(hall.db, (tx) => releaseNamespace(tx, "org.initech", at))).toBe(ours);
  expect(await withOperator(hall.db, (tx) => releaseNamespace(tx, "org.initech", at))).toBeNull();
  expect(await claim(theirs, "org.initech")).toBe("taken");
  expect(await register(theirs)).toMatchObject({ tenantId: ours, releasedAt: at });
  expect(await claim(theirs, "org.initech")).toBe("own");
});

it("what strangers verify is one tenant's word, and nobody's where two say it", async () => {
  const worker = "org.umbrella.verified" as WorkerId;
  const verified = () => lookupVerifiedWorker(hall.db, worker, "org.umbrella");
  const declare = async (tenant: TenantId, digit: string) => {
    await enroll(tenant, worker, digit);
    await withTenant(hall.db, tenant, (tx) =>
      declarePackage(tx, tenant, {
        id: randomUUID(),
        workerId: worker,
        packageHash: digit.repeat(64),
        workerVersion: null,
        label: null,
        aiGenerated: true,
        aiService: "service",
        aiModel: null,
        aiSession: null,
        declaredAt: at,
        declaredBy: "key:k",
      }),
    );
  };
  await enroll(ours, worker, "1");
  expect(await verified()).toBeNull();
  await declare(ours, "1");
  await declare(ours, "2");
  expect(await verified()).toMatchObject({
    packageHash: "2".repeat(64),
    status: "active",
    isFlagged: false,
    isSuspended: false,
    aiGenerated: true,
  });
  await declare(theirs, "3");
  expect(await verified()).toBeNull();
  const skeleton = namespaceSkeleton("org.umbrella");
  await withOperator(hall.db, (tx) =>
    registerNamespace(tx, { namespace: "org.umbrella", skeleton, tenantId: theirs, registeredAt: at }),
  );
  expect(await verified()).toMatchObject({ packageHash: "3".repeat(64) });
  await withOperator(hall.db, (tx) => setTenantStanding(tx, theirs, "suspended"));
  expect(await verified()).toMatchObject({ isSuspended: true });
});
