import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  HALL_CHAIN,
  instant,
  type KeyId,
  type ProfileId,
  type ReceiptId,
  type SignatoryId,
  type TenantId,
  type WorkerId,
  type WorkerTransport,
} from "@guildhall/protocol";
import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  activateBundle,
  appendBatch,
  beginAttempt,
  clearEnvironmentProfile,
  createApiKey,
  createDraft,
  createMember,
  createSession,
  createSignInLink,
  createTenant,
  dispatchStates,
  endDispatch,
  endSession,
  endShadowRun,
  enrollWorker,
  findApiKey,
  findDispatch,
  findMember,
  findMemberByName,
  findPayload,
  findReceipt,
  findReceiptAt,
  findSession,
  findTenantBySlug,
  findTransport,
  isRedeemed,
  listApiKeys,
  listDecisions,
  listIdentities,
  listKeyUse,
  listWorkers,
  liveGrantKeys,
  noteKeyUse,
  readActiveBundle,
  readHeads,
  readTenant,
  readVersions,
  recordShadowDifferences,
  redeemGrant,
  replaceApiKey,
  retireProfile,
  revokeApiKey,
  type StoredSeal,
  setEnvironmentProfile,
  setProfileHead,
  setTenantStanding,
  setWorkerTransport,
  snapshotVersions,
  spendSignInLink,
  startShadowRun,
  storeBundle,
  storeGrantKey,
  storePayload,
  storeProfile,
  type TenantTx,
  wasBegun,
  withOperator,
  withTenant,
} from "../src/index.ts";
import { type Draft, difference, newReceiptId, sequence } from "./stand-in-writer.ts";
import { refusalOf, startTestHall, type TestHall } from "./test-hall.ts";

let hall: TestHall;
let tenant: TenantId;
let other: TenantId;

beforeAll(async () => {
  hall = await startTestHall();
  other = await hall.addTenant();
});
beforeEach(async () => {
  tenant = await hall.addTenant();
});
afterAll(() => hall?.stop());

const inHall = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => withTenant(hall.db, tenant, work);
const now = () => new Date();
const inAMinute = () => new Date(Date.now() + 60_000);
const secret = () => randomBytes(32);
const digest = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** Twenty tries at the same time, each in a transaction of its own. @returns those that had their way */
async function tryTwentyTimes<T>(attempt: (tx: TenantTx) => Promise<T>): Promise<T[]> {
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => inHall(attempt)));
  expect(outcomes).toHaveLength(20);
  return outcomes.filter((outcome) => outcome !== null && outcome !== false);
}

describe("a tenant", () => {
  it("is created with its identities, its version and its chain", async () => {
    const id = randomUUID() as TenantId;
    const slug = `s-${id}`;
    const identities = ["b", "a"] as SignatoryId[];
    await withOperator(hall.db, (tx) => createTenant(tx, { id, slug, name: "Name", identities }));
    const expected = { id, slug, name: "Name", standing: "ok" };
    expect(await withOperator(hall.db, (tx) => findTenantBySlug(tx, slug))).toMatchObject(expected);
    expect(await withTenant(hall.db, id, readTenant)).toEqual(expected);
    expect(await withTenant(hall.db, id, listIdentities)).toEqual(["a", "b"]);
    expect(await withTenant(hall.db, id, readVersions)).toEqual({ version: 3, epoch: 0, hallEpoch: 0 });
    expect(await withOperator(hall.db, (tx) => findTenantBySlug(tx, "nobody"))).toBeNull();
  });

  it("cannot take a slug that is taken, or an odd one", async () => {
    const create = (slug: string) =>
      withOperator(hall.db, (tx) =>
        createTenant(tx, { id: randomUUID() as TenantId, slug, name: "", identities: [] }),
      );
    await create("acme");
    expect(await refusalOf(create("acme"))).toMatch(/^23505 /);
    expect(await refusalOf(create("Acme Corp"))).toMatch(/^23514 /);
  });

  it("that does not exist cannot be suspended", async () => {
    const attempt = withOperator(hall.db, (tx) =>
      setTenantStanding(tx, randomUUID() as TenantId, "suspended"),
    );
    await expect(attempt).rejects.toMatchObject({ code: "P2025" });
  });
});

describe("an API key", () => {
  it("is revoked once, at the time of the first", async () => {
    const id = await addKey();
    const at = new Date("2026-01-01T00:00:00.000Z");
    expect(await inHall((tx) => revokeApiKey(tx, id, at))).toBe(true);
    expect(await inHall((tx) => revokeApiKey(tx, id, now()))).toBe(false);
    expect((await inHall((tx) => findApiKey(tx, id)))?.revokedAt).toEqual(at);
    expect(await inHall((tx) => revokeApiKey(tx, randomUUID(), now()))).toBe(false);
  });

  it("is revoked by one of twenty who try at the same time", async () => {
    const id = await addKey();
    expect(await tryTwentyTimes((tx) => revokeApiKey(tx, id, now()))).toEqual([true]);
  });

  it("is replaced by one of twenty who try at the same time, and not once it is revoked", async () => {
    const [id, next] = [await addKey(), await addKey()];
    const replace = (tx: TenantTx) => replaceApiKey(tx, id, { replacedBy: next, until: now(), at: now() });
    expect(await tryTwentyTimes(replace)).toEqual([true]);
    await inHall((tx) => revokeApiKey(tx, next, now()));
    expect(await inHall((tx) => replaceApiKey(tx, next, { replacedBy: id, until: null, at: now() }))).toBe(
      false,
    );
  });

  it("is counted by all instances together, day by day, and a day never goes back", async () => {
    const keyId = await addKey();
    const note = async (used: number, day: string) => {
      const [told] = await noteKeyUse(hall.db, [{ tenantId: tenant, keyId, used, lastUsedAt: now() }], day);
      return [told?.usedToday, told?.usedEver];
    };
    expect(await note(0, "2026-01-01")).toEqual([0, 0]);
    await Promise.all(Array.from({ length: 20 }, () => note(3, "2026-01-01")));
    expect(await note(0, "2026-01-01")).toEqual([60, 60]);
    expect(await note(5, "2026-01-02")).toEqual([5, 65]);
    expect(await note(1, "2026-01-01")).toEqual([6, 66]);
    expect(await inHall(listKeyUse)).toMatchObject([
      { keyId, day: "2026-01-02", usedToday: 6, usedEver: 66 },
    ]);
  });

  it("is counted for the tenant whose it is, and for no other", async () => {
    const keyId = await addKey();
    const other = await hall.addTenant();
    const note = { tenantId: other, keyId, used: 1, lastUsedAt: now() };
    expect(await refusalOf(noteKeyUse(hall.db, [note], "2026-01-01"))).toMatch(/^23503 /);
  });

  it("is stored by its hash, of which no two are the same", async () => {
    const keyHash = secret();
    const id = await addKey(keyHash);
    expect(await inHall(listApiKeys)).toMatchObject([
      { id, hint: "hall_k", identities: ["tenant-1"], revokedAt: null },
    ]);
    expect(await refusalOf(addKey(keyHash))).toMatch(/^23505 /);
    expect(await refusalOf(addKey(Buffer.from("hall_k_in_the_clear")))).toMatch(
      /^23514 .*api_key_key_hash_check/,
    );
  });
});

async function addKey(keyHash: Uint8Array = secret()): Promise<KeyId> {
  const id = randomUUID() as KeyId;
  const key = {
    id,
    tenantId: tenant,
    name: "key",
    keyHash,
    hint: "hall_k",
    scopes: ["route"],
    expiresAt: null,
  };
  await inHall((tx) => createApiKey(tx, { ...key, identities: ["tenant-1" as SignatoryId] }));
  return id;
}

const WORKER = "org.acme.summarizer" as WorkerId;

function enroll(record: string, workerId = WORKER) {
  const enrollment = {
    tenantId: tenant,
    workerId,
    enrollmentId: randomUUID(),
    speciesId: "wrk.doc.summarizer",
    recordHash: digest(record),
    record,
  };
  return inHall((tx) => enrollWorker(tx, enrollment));
}

function reach(url: string) {
  const transport: WorkerTransport = { kind: "http", url, timeout_ms: 1000, tls_pin: null };
  const at = { tenantId: tenant, workerId: WORKER };
  return inHall((tx) => setWorkerTransport(tx, at, { ...transport, digest: digest(url) }));
}

describe("a worker", () => {
  it("keeps its enrolment and every record it ever had when it is enrolled again", async () => {
    const first = await enroll('{"v":1}');
    expect(first.created).toBe(true);
    const [before] = await inHall(listWorkers);
    const second = await enroll('{"v":2}');
    expect(second).toEqual({
      created: false,
      isRetired: false,
      enrolledAt: first.enrolledAt,
      version: 2,
    });
    const [after, ...more] = await inHall(listWorkers);
    expect(more).toEqual([]);
    expect(after).toMatchObject({
      enrollmentId: before!.enrollmentId,
      record: '{"v":2}',
      recordHash: digest('{"v":2}'),
    });
    expect((await inHall((tx) => tx.workerRecord.findMany())).map((row) => row.record).sort()).toEqual([
      '{"v":1}',
      '{"v":2}',
    ]);
    // Back to a record it had: stored by digest, so not stored twice.
    await enroll('{"v":1}');
    expect(await inHall((tx) => tx.workerRecord.count())).toBe(2);
    expect((await inHall(listWorkers))[0]?.record).toBe('{"v":1}');
  });

  it("has an address of which every version stays, and the last is in force", async () => {
    expect(await reach("http://nowhere")).toBeNull();
    await enroll("{}");
    expect((await inHall(listWorkers))[0]?.transport).toBeNull();
    expect(await reach("http://one")).toBe(1);
    expect(await reach("http://one")).toBe(1);
    expect(await reach("http://two")).toBe(2);
    expect(await reach("http://one")).toBe(3);
    expect((await inHall(listWorkers))[0]?.transport).toMatchObject({ version: 3, url: "http://one" });
    const two = await inHall((tx) => findTransport(tx, WORKER, digest("http://two")));
    expect(two).toEqual({
      kind: "http",
      url: "http://two",
      timeout_ms: 1000,
      tls_pin: null,
      version: 2,
      digest: digest("http://two"),
    });
    expect(await inHall((tx) => findTransport(tx, WORKER, digest("http://three")))).toBeNull();
  });
});

describe("people", () => {
  async function addMember() {
    const id = randomUUID();
    await inHall((tx) => createMember(tx, tenant, { id, displayName: "Olga", role: "operator" }));
    const member = await inHall((tx) => findMember(tx, id));
    expect(member).toMatchObject({ id, displayName: "Olga", role: "operator", customPermissions: null });
    return member!;
  }

  async function addLink(expiresAt: Date) {
    const member = await addMember();
    const link = { tenantId: tenant, id: randomUUID(), memberId: member.id, tokenHash: secret(), expiresAt };
    await inHall((tx) => createSignInLink(tx, link));
    return { ...link, member };
  }

  it("sign in by a link once, though twenty try at the same time", async () => {
    const { id, member } = await addLink(inAMinute());
    expect(await tryTwentyTimes((tx) => spendSignInLink(tx, id, now()))).toEqual([member]);
    expect(await inHall((tx) => spendSignInLink(tx, id, now()))).toBeNull();
  });

  it("cannot sign in by a link that has expired, to the millisecond", async () => {
    const expiresAt = new Date("2026-01-01T00:00:00.000Z");
    const { id, member } = await addLink(expiresAt);
    expect(await inHall((tx) => spendSignInLink(tx, id, expiresAt))).toBeNull();
    expect(await inHall((tx) => spendSignInLink(tx, id, new Date(expiresAt.getTime() - 1)))).toEqual(member);
  });

  it("have a session until it is ended, which is once", async () => {
    const member = await addMember();
    const session = { id: randomUUID(), memberId: member.id, tokenHash: secret(), expiresAt: inAMinute() };
    await inHall((tx) => createSession(tx, { tenantId: tenant, ...session }));
    expect(await inHall((tx) => findSession(tx, session.id))).toMatchObject({
      id: session.id,
      member,
      endedAt: null,
    });
    const at = now();
    expect(await tryTwentyTimes((tx) => endSession(tx, session.id, at))).toEqual([true]);
    expect((await inHall((tx) => findSession(tx, session.id)))?.endedAt).toEqual(at);
    expect(await inHall((tx) => findSession(tx, randomUUID()))).toBeNull();
  });

  it("are found by name within their tenant alone", async () => {
    await addMember();
    expect(await inHall((tx) => findMemberByName(tx, "Olga"))).toMatchObject({ displayName: "Olga" });
    expect(await withTenant(hall.db, other, (tx) => findMemberByName(tx, "Olga"))).toBeNull();
  });
});

async function append(drafts: readonly Omit<Draft, "tenantId">[], seal: StoredSeal | null = null) {
  const heads = await readHeads(hall.db.ledger, [tenant]);
  const batch = sequence(
    heads,
    drafts.map((draft) => ({ ...draft, tenantId: tenant })),
    seal,
  );
  expect(await appendBatch(hall.db.ledger, batch)).toBe("appended");
  return batch.entries;
}

describe("a dispatch", () => {
  async function addDispatch(): Promise<ReceiptId> {
    const [entry] = await append([{ startBy: instant(Date.now() + 60_000) }]);
    return entry!.receiptId;
  }

  it("is ended once, though twenty try at the same time", async () => {
    const id = await addDispatch();
    const outcomes = ["succeeded", "failed", "dead_lettered"] as const;
    let n = 0;
    const attempt = (tx: TenantTx) => {
      const state = outcomes[n++ % outcomes.length]!;
      return endDispatch(tx, id, { state, endedAt: now(), outcomeReceiptId: newReceiptId() });
    };
    expect(await tryTwentyTimes(attempt)).toEqual([true]);
    const ended = await inHall((tx) => findDispatch(tx, id));
    expect(outcomes).toContain(ended?.state);
    expect(await inHall((tx) => dispatchStates(tx, [id, randomUUID()]))).toEqual(
      new Map([[id, ended?.state]]),
    );
  });

  it("counts its attempts, and begins none once it has ended", async () => {
    const id = await addDispatch();
    const first = new Date("2026-01-01T00:00:00.000Z");
    expect(await inHall((tx) => beginAttempt(tx, id, first))).toBe(1);
    expect(await inHall((tx) => beginAttempt(tx, id, now()))).toBe(2);
    const running = await inHall((tx) => findDispatch(tx, id));
    expect(running).toMatchObject({ state: "running", attempts: 2, startedAt: first });
    await inHall((tx) =>
      endDispatch(tx, id, { state: "aborted", endedAt: now(), outcomeReceiptId: newReceiptId() }),
    );
    expect(await inHall((tx) => beginAttempt(tx, id, now()))).toBeNull();
    expect((await inHall((tx) => findDispatch(tx, id)))?.attempts).toBe(2);
  });

  it("is started by a grant once, though twenty redeem it at the same time", async () => {
    const id = await addDispatch();
    const jti = `${id}.1`;
    expect(await inHall((tx) => isRedeemed(tx, jti))).toBe(false);
    expect(await inHall((tx) => wasBegun(tx, id))).toBe(false);
    const grant = { tenantId: tenant, jti, dispatchId: id };
    expect(await tryTwentyTimes((tx) => redeemGrant(tx, grant))).toEqual([true]);
    expect(await inHall((tx) => isRedeemed(tx, jti))).toBe(true);
    expect(await inHall((tx) => wasBegun(tx, id))).toBe(true);
    expect(await inHall((tx) => redeemGrant(tx, { ...grant, jti: `${id}.2` }))).toBe(true);
  });

  it("of nobody starts nothing", async () => {
    const grant = { tenantId: tenant, jti: "1", dispatchId: randomUUID() };
    expect(await refusalOf(inHall((tx) => redeemGrant(tx, grant)))).toMatch(/^23503 /);
  });
});

describe("receipts", () => {
  it("are found by id and by place, as the bytes that were hashed, with their signature and payload", async () => {
    const [first, second] = await append([{ payload: '{"secret":1}' }, {}]);
    const signature = Buffer.alloc(64, 7);
    const seal = { treeSize: second!.leafIndex + 1, note: "", signatures: [{ ...second!, signature }] };
    await append([{}], seal);
    const stored = await inHall((tx) => findReceipt(tx, first!.receiptId));
    const { leafIndex, receiptId, hash: receiptHash, body } = first!;
    expect(stored).toEqual({ leafIndex, receiptId, kind: "decision", receiptHash, body, signature: null });
    expect((await inHall((tx) => findReceiptAt(tx, 1)))?.signature).toEqual(signature);
    expect(await inHall((tx) => findPayload(tx, receiptId))).toEqual({
      salt: new Uint8Array(16),
      content: '{"secret":1}',
    });
    for (const find of [findReceipt, findPayload]) {
      const found = (tx: TenantTx, id: string): Promise<object | null> => find(tx, id);
      expect(await inHall((tx) => found(tx, randomUUID()))).toBeNull();
      expect(await withTenant(hall.db, other, (tx) => found(tx, receiptId))).toBeNull();
    }
    expect(await inHall((tx) => findReceiptAt(tx, 99))).toBeNull();
    await inHall((tx) =>
      storePayload(tx, tenant, second!.receiptId, { salt: Buffer.alloc(16, 1), content: "{}" }),
    );
    expect((await inHall((tx) => findPayload(tx, second!.receiptId)))?.content).toBe("{}");
  });

  it("of decisions are paged newest first, each once, by environment and outcome", async () => {
    const decision = (env: string, outcome: string) => ({
      body: { decision: { inputs: { env } }, policy_decision: outcome },
    });
    const entries = await append([
      decision("dev", "ALLOW"),
      decision("prod", "DENY"),
      decision("prod", "ALLOW"),
      decision("dev", "DENY"),
      decision("prod", "ALLOW"),
    ]);
    const idsOf = async (env: string | null, outcome: string | null, limit: number) => {
      const pages: string[][] = [];
      let before: number | null = null;
      do {
        const page: Awaited<ReturnType<typeof listDecisions>> = await inHall((tx) =>
          listDecisions(tx, { before, limit, env, outcome }),
        );
        pages.push(page.receipts.map((receipt) => receipt.receiptId));
        before = page.next;
      } while (before !== null);
      return pages;
    };
    const ids = entries.map((entry) => entry.receiptId);
    expect(await idsOf(null, null, 2)).toEqual([[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]);
    expect((await idsOf("prod", null, 10)).flat()).toEqual([ids[4], ids[2], ids[1]]);
    expect((await idsOf("prod", "ALLOW", 1)).flat()).toEqual([ids[4], ids[2]]);
    expect((await idsOf("nowhere", null, 10)).flat()).toEqual([]);
  });
});

describe("rule bundles", () => {
  it("are in force one at a time, and only where they are stored", async () => {
    const [first, second] = ["{}", '{"rules":[]}'].map((bundle) => ({ digest: digest(bundle), bundle }));
    expect(await inHall(readActiveBundle)).toBeNull();
    expect(await refusalOf(inHall((tx) => activateBundle(tx, tenant, first!.digest)))).toMatch(/^23503 /);
    for (const bundle of [first!, second!, first!]) await inHall((tx) => storeBundle(tx, tenant, bundle));
    expect(await inHall(readActiveBundle)).toBeNull();
    for (const bundle of [first!, second!, first!]) {
      await inHall((tx) => activateBundle(tx, tenant, bundle.digest));
      expect(await inHall(readActiveBundle)).toEqual(bundle);
    }
  });
});

describe("grant keys", () => {
  it("are listed until they expire, for every instance", async () => {
    const key = { kid: randomUUID(), publicKey: secret(), notBefore: now(), notAfter: inAMinute() };
    const expired = { ...key, kid: randomUUID(), notAfter: now() };
    for (const each of [key, expired]) await withOperator(hall.db, (tx) => storeGrantKey(tx, each));
    expect((await liveGrantKeys(hall.db, now())).map(({ kid }) => kid)).toEqual([key.kid]);
    expect(await liveGrantKeys(hall.db, key.notAfter)).toEqual([]);
  });
});

describe("the snapshot version", () => {
  const PROFILE = "prof.acme.strict" as ProfileId;
  const RUN = randomUUID();

  function putProfile(content: string) {
    const profile = { digest: digest(content), profileId: PROFILE, content };
    return inHall(async (tx) => {
      await storeProfile(tx, tenant, profile);
      await setProfileHead(tx, tenant, profile, now());
    });
  }

  function startRun(id: string) {
    const run = { id, digest: digest("{}"), startedAt: now(), startedBy: "person:olga" };
    return inHall((tx) => startShadowRun(tx, tenant, run));
  }

  const changes: [string, () => Promise<unknown>][] = [
    ["a key that is made", () => addKey()],
    [
      "a key that is revoked",
      () => inHall(async (tx) => revokeApiKey(tx, (await listApiKeys(tx))[0]!.id, now())),
    ],
    ["a worker that is enrolled", () => enroll("{}")],
    ["a worker that is enrolled again", () => enroll('{"v":2}')],
    ["an address", () => reach("http://one")],
    ["a bundle put in force", () => inHall((tx) => activateBundle(tx, tenant, digest("{}")))],
    ["another bundle put in force", () => inHall((tx) => activateBundle(tx, tenant, digest("2")))],
    ["a profile put in force", () => putProfile("{}")],
    ["another version of it", () => putProfile('{"v":2}')],
    ["its end", () => inHall((tx) => retireProfile(tx, PROFILE, now()))],
    [
      "a profile for an environment",
      () =>
        inHall((tx) => setEnvironmentProfile(tx, tenant, { env: "prod", profileId: PROFILE, setAt: now() })),
    ],
    ["none for it", () => inHall((tx) => clearEnvironmentProfile(tx, tenant, "prod", now()))],
    ["a shadow run that starts", () => startRun(RUN)],
    ["a shadow run that ends", () => inHall((tx) => endShadowRun(tx, RUN, now()))],
    [
      "a suspension by the operator",
      () => withOperator(hall.db, (tx) => setTenantStanding(tx, tenant, "suspended")),
    ],
    ["the suspension's end", () => withOperator(hall.db, (tx) => setTenantStanding(tx, tenant, "ok"))],
    [
      "an identity that the operator adds",
      () =>
        withOperator(
          hall.db,
          (tx) => tx.$executeRaw`INSERT INTO hall.signatory_identity VALUES (${tenant}::uuid, 'another')`,
        ),
    ],
  ];

  it("is raised by every change that a decision could see, for that tenant alone, and wakes who listens", async () => {
    for (const text of ["{}", "2"])
      await inHall((tx) => storeBundle(tx, tenant, { digest: digest(text), bundle: text }));
    const listener = await hall.as("app");
    const woken: (string | undefined)[] = [];
    listener.on("notification", ({ payload }: pg.Notification) => woken.push(payload));
    await listener.query("LISTEN guildhall_snapshot");
    const othersVersion = await versionOf(other);
    for (const [change, make] of changes) {
      const before = await versionOf(tenant);
      await make();
      expect(await versionOf(tenant), change).toBeGreaterThan(before);
      // What was notified before an answer is delivered before it.
      await listener.query("SELECT 1");
      expect(woken.splice(0), change).toContain(tenant);
    }
    expect(await versionOf(other)).toBe(othersVersion);
  });

  it("stays where nothing changed that a decision could see", async () => {
    const before = await versionOf(tenant);
    await inHall((tx) => storeBundle(tx, tenant, { digest: digest("{}"), bundle: "{}" }));
    await inHall((tx) =>
      createMember(tx, tenant, { id: randomUUID(), displayName: "Vera", role: "auditor" }),
    );
    await inHall(listWorkers);
    await append([{ payload: "{}", key: "k", expiresAt: instant(Date.now() + 60_000) }]);
    const draft = { id: randomUUID(), name: "x", content: "", baseDigest: null };
    await inHall((tx) => createDraft(tx, tenant, { ...draft, createdBy: "person:olga", createdAt: now() }));
    await inHall((tx) => storeProfile(tx, tenant, { digest: digest("p"), profileId: PROFILE, content: "p" }));
    expect(await versionOf(tenant)).toBe(before);
  });

  it("stays where a shadow run counts", async () => {
    await inHall((tx) => storeBundle(tx, tenant, { digest: digest("{}"), bundle: "{}" }));
    const run = randomUUID();
    await startRun(run);
    const before = await versionOf(tenant);
    expect(await inHall((tx) => recordShadowDifferences(tx, run, [difference()], 9))).toBe(true);
    expect(await versionOf(tenant)).toBe(before);
  });

  it("is not raised by a change that was rolled back", async () => {
    const before = await versionOf(tenant);
    const undo = new Error("undo");
    const attempt = inHall(async (tx) => {
      await tx.workerRecord.create({ data: { tenantId: tenant, recordHash: digest("{}"), record: "{}" } });
      const at = {
        tenantId: tenant,
        workerId: WORKER,
        enrollmentId: randomUUID(),
        speciesId: "wrk.doc.summarizer",
      };
      await tx.worker.create({ data: { ...at, recordHash: digest("{}") } });
      throw undo;
    });
    await expect(attempt).rejects.toBe(undo);
    expect(await versionOf(tenant)).toBe(before);
  });

  it("of a tenant is the same by the look-up and in the tenant's own transaction", async () => {
    await addKey();
    const { version } = await inHall(readVersions);
    expect(await versionOf(tenant)).toBe(version);
    expect(await snapshotVersions(hall.db, [HALL_CHAIN])).toEqual(new Map());
  });

  async function versionOf(id: TenantId): Promise<number> {
    return (await snapshotVersions(hall.db, [id])).get(id)!;
  }
});
