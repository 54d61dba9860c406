import { createHash, randomUUID } from "node:crypto";
import { type Env, instant, type ProfileId, type TenantId } from "@guildhall/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  activateBundle,
  appendBatch,
  type BundleDraft,
  clearEnvironmentProfile,
  consentToDraft,
  createDraft,
  discardDraft,
  endShadowRun,
  listDrafts,
  listEnvironmentProfiles,
  listPendingApprovals,
  listProfiles,
  listPublications,
  listShadowDifferences,
  listShadowRuns,
  markDraftPublished,
  type Publication,
  publishBundle,
  readActiveBundle,
  readBundle,
  readDraft,
  readHeads,
  readOpenShadowRun,
  readProfileByDigest,
  readPublication,
  readVersions,
  recordShadowDifferences,
  restoreDraft,
  retireProfile,
  SHADOW_DIFFERENCES_KEPT,
  type ShadowDifference,
  saveDraft,
  setEnvironmentProfile,
  setProfileHead,
  startShadowRun,
  storeBundle,
  storeProfile,
  type TenantTx,
  withTenant,
} from "../src/index.ts";
import { difference, HOLD, sequence } from "./stand-in-writer.ts";
import { inTenant, refusalOf, startTestHall, type TestHall } from "./test-hall.ts";

/** What decides, as its authors and the Hall meet it in the database. Each test has a tenant of its own. */

let hall: TestHall;
let tenant: TenantId;
let other: TenantId;

beforeAll(async () => {
  hall = await startTestHall();
});
beforeEach(async () => {
  [tenant, other] = [await hall.addTenant(), await hall.addTenant()];
});
afterAll(() => hall?.stop());

const inHall = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => withTenant(hall.db, tenant, work);
const elsewhere = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => withTenant(hall.db, other, work);
const digest = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
/** A moment of one day, in seconds. */
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

const OLGA = "person:olga";
const ANTON = "person:anton";

/** Stores a bundle for the tenant. @returns its digest */
async function store(bundle: string): Promise<string> {
  await inHall((tx) => storeBundle(tx, tenant, { digest: digest(bundle), bundle }));
  return digest(bundle);
}

/** What every page holds, from the first to the last. */
async function pages<T, C>(
  read: (cursor: C | null) => Promise<{ items: T[]; next: C | null }>,
): Promise<T[][]> {
  const found: T[][] = [];
  let cursor: C | null = null;
  do {
    const { items, next }: { items: T[]; next: C | null } = await read(cursor);
    found.push(items);
    cursor = next;
  } while (cursor !== null);
  return found;
}

describe("a publication", () => {
  const publication = (of: string, more: Partial<Publication> = {}) => ({
    digest: of,
    publishedAt: at(0),
    publishedBy: OLGA,
    receiptId: randomUUID(),
    note: "",
    rolledBackFrom: null,
    ...more,
  });
  const publish = (of: string, more: Partial<Publication> = {}) =>
    inHall((tx) => publishBundle(tx, tenant, publication(of, more)));

  it("puts a bundle in force and names the one that it replaces", async () => {
    const [one, two] = [await store("1"), await store("2")];
    const first = await publish(one, { note: "The first rules" });
    expect(first).toMatchObject({
      number: 1,
      previousDigest: null,
      note: "The first rules",
      publishedBy: OLGA,
    });
    const second = await publish(two, { publishedAt: at(1) });
    expect(second).toMatchObject({ number: 2, digest: two, previousDigest: one, publishedAt: at(1) });
    expect(await inHall(readActiveBundle)).toEqual({ digest: two, bundle: "2" });
    const back = await publish(one, { rolledBackFrom: 1 });
    expect(back).toMatchObject({ number: 3, digest: one, previousDigest: two, rolledBackFrom: 1 });
    expect(await inHall((tx) => readPublication(tx, 2))).toEqual(second);
    expect(await inHall((tx) => readPublication(tx, 4))).toBeNull();
  });

  it("replaces what was put in force without one", async () => {
    const [one, two] = [await store("1"), await store("2")];
    await inHall((tx) => activateBundle(tx, tenant, one));
    expect(await publish(two)).toMatchObject({ number: 1, previousDigest: one });
  });

  it("is listed newest first, page by page, each once", async () => {
    expect(await inHall((tx) => listPublications(tx, { before: null, limit: 2 }))).toEqual({
      publications: [],
      next: null,
    });
    const one = await store("1");
    for (let i = 0; i < 5; i++) await publish(one);
    const list = (limit: number) =>
      pages<number, number>(async (before) => {
        const page = await inHall((tx) => listPublications(tx, { before, limit }));
        return { items: page.publications.map((each) => each.number), next: page.next };
      });
    expect(await list(2)).toEqual([[5, 4], [3, 2], [1]]);
    expect(await list(5)).toEqual([[5, 4, 3, 2, 1]]);
  });

  it("has the next number though twenty publish at the same time, and each names the one before it", async () => {
    const digests = await Promise.all(Array.from({ length: 20 }, (_, i) => store(`${i}`)));
    const made = await Promise.all(digests.map((each) => publish(each)));
    made.sort((a, b) => a.number - b.number);
    expect(made.map((each) => each.number)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(made.map((each) => each.previousDigest)).toEqual([
      null,
      ...made.slice(0, 19).map((each) => each.digest),
    ]);
    expect((await inHall(readActiveBundle))?.digest).toBe(made[19]!.digest);
  });

  it("that is rolled back never was: nothing is in force by it, and its number is the next one's", async () => {
    const [one, two] = [await store("1"), await store("2")];
    await publish(one);
    const undo = new Error("undo");
    const attempt = inHall(async (tx) => {
      await publishBundle(tx, tenant, publication(two));
      throw undo;
    });
    await expect(attempt).rejects.toBe(undo);
    expect((await inHall(readActiveBundle))?.digest).toBe(one);
    expect(await publish(two)).toMatchObject({ number: 2, previousDigest: one });
  });

  it("is of a bundle that is stored, and goes back to a publication that was", async () => {
    expect(await refusalOf(publish(digest("nowhere")))).toMatch(/^23503 /);
    const one = await store("1");
    expect(await refusalOf(publish(one, { rolledBackFrom: 1 }))).toMatch(/^23514 /);
    await publish(one);
    await inHall((tx) => readPublication(tx, 1));
    expect(await refusalOf(publish(one, { rolledBackFrom: -1 }))).toMatch(/^23503 /);
  });

  it("of another tenant is not found, and does not count", async () => {
    const one = await store("1");
    await publish(one);
    expect(await elsewhere((tx) => readPublication(tx, 1))).toBeNull();
    expect(await elsewhere((tx) => readBundle(tx, one))).toBeNull();
    await elsewhere((tx) => storeBundle(tx, other, { digest: one, bundle: "1" }));
    expect(await elsewhere((tx) => publishBundle(tx, other, publication(one)))).toMatchObject({
      number: 1,
      previousDigest: null,
    });
    expect(await inHall((tx) => readBundle(tx, one))).toEqual({ digest: one, bundle: "1" });
  });
});

describe("a draft", () => {
  const begin = (more: Partial<BundleDraft> = {}) =>
    inHall((tx) =>
      createDraft(tx, tenant, {
        id: randomUUID(),
        name: "Summaries for everybody",
        content: '{"rules": [',
        baseDigest: null,
        createdBy: OLGA,
        createdAt: at(0),
        ...more,
      }),
    );
  const save = (seen: { id: string; revision: number }, content: string, updatedBy = ANTON) =>
    inHall((tx) => saveDraft(tx, seen, { content }, { updatedBy, updatedAt: at(1) }));
  const read = (id: string) => inHall((tx) => readDraft(tx, id));

  it("keeps what was typed, valid or not, up to 8 MiB", async () => {
    const base = await store("1");
    const draft = await begin({ baseDigest: base });
    expect(await read(draft.id)).toEqual(draft);
    expect(draft).toEqual({
      id: draft.id,
      name: "Summaries for everybody",
      content: '{"rules": [',
      baseDigest: base,
      revision: 1,
      createdBy: OLGA,
      createdAt: at(0),
      updatedBy: OLGA,
      updatedAt: at(0),
      status: "open",
      consent: null,
    });
    const full = "é".repeat(4 * 1024 * 1024);
    expect((await read((await begin({ content: full })).id))?.content).toBe(full);
    expect(await refusalOf(begin({ content: `${full}.` }))).toMatch(/^23514 .*bundle_draft_content_check/);
    expect(await refusalOf(begin({ name: "" }))).toMatch(/^23514 .*bundle_draft_name_check/);
  });

  it("is saved over the revision that its author has seen", async () => {
    const draft = await begin();
    const saved = await save(draft, "{}");
    expect(saved).toEqual({
      outcome: "saved",
      draft: { ...draft, content: "{}", revision: 2, updatedBy: ANTON, updatedAt: at(1) },
    });
    expect(await read(draft.id)).toEqual(saved?.draft);
    const base = await store("1");
    const by = { updatedBy: OLGA, updatedAt: at(2) };
    const again = await inHall((tx) => saveDraft(tx, saved!.draft, { name: "Other", baseDigest: base }, by));
    expect(again?.draft).toMatchObject({ name: "Other", baseDigest: base, content: "{}", revision: 3 });
  });

  it("is not saved over what somebody else saved: the answer is the draft as it stands", async () => {
    const draft = await begin();
    const saved = await save(draft, "Anton's");
    expect(await save(draft, "Olga's", OLGA)).toEqual({ outcome: "conflict", draft: saved?.draft });
    expect((await read(draft.id))?.content).toBe("Anton's");
    expect(await save({ id: randomUUID(), revision: 1 }, "nobody's")).toBeNull();
  });

  it("is saved by one of twenty who have seen the same revision", async () => {
    const draft = await begin();
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => save(draft, `${i}`)));
    const won = outcomes.flatMap((each, i) => (each?.outcome === "saved" ? [`${i}`] : []));
    expect(won).toHaveLength(1);
    expect(await read(draft.id)).toMatchObject({ content: won[0], revision: 2 });
  });

  it("that is discarded can be restored as it was, and meanwhile nobody saves or publishes it", async () => {
    const draft = await begin();
    expect(await inHall((tx) => restoreDraft(tx, draft.id))).toBe(false);
    expect(await inHall((tx) => discardDraft(tx, draft.id))).toBe(true);
    expect(await inHall((tx) => discardDraft(tx, draft.id))).toBe(false);
    const discarded = { ...draft, status: "discarded" };
    expect(await save(draft, "{}")).toEqual({ outcome: "conflict", draft: discarded });
    expect(await inHall((tx) => markDraftPublished(tx, draft))).toBe(false);
    expect(await inHall((tx) => consentToDraft(tx, draft, { by: ANTON, at: at(1) }))).toBe(false);
    expect(await inHall((tx) => restoreDraft(tx, draft.id))).toBe(true);
    expect(await read(draft.id)).toEqual(draft);
  });

  it("carries the consent of a second person to one revision, and who saved last stays who saved last", async () => {
    const draft = await begin();
    const consent = (revision: number) =>
      inHall((tx) => consentToDraft(tx, { id: draft.id, revision }, { by: ANTON, at: at(3) }));
    expect(await consent(1)).toBe(true);
    expect(await read(draft.id)).toEqual({ ...draft, consent: { by: ANTON, at: at(3), revision: 1 } });
    await save(draft, "{}", OLGA);
    // Still there to be read, and of the revision before: it is for the reader to see.
    expect(await read(draft.id)).toMatchObject({ revision: 2, consent: { revision: 1 } });
    expect(await consent(1)).toBe(false);
    expect(await consent(2)).toBe(true);
    expect(await read(draft.id)).toMatchObject({ updatedBy: OLGA, consent: { by: ANTON, revision: 2 } });
  });

  it("is published once, in the revision that was seen, and for good", async () => {
    const draft = await begin();
    await save(draft, "{}");
    const seen = { id: draft.id, revision: 2 };
    expect(await inHall((tx) => markDraftPublished(tx, draft))).toBe(false);
    const tries = Array.from({ length: 20 }, () => inHall((tx) => markDraftPublished(tx, seen)));
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
    expect(await read(draft.id)).toMatchObject({ status: "published", revision: 2 });
    expect(await save(seen, "more")).toMatchObject({ outcome: "conflict", draft: { status: "published" } });
    for (const move of [discardDraft, restoreDraft])
      expect(await inHall((tx) => move(tx, draft.id))).toBe(false);
  });

  it("is listed without its text, the open ones first and then by the last save", async () => {
    const made: BundleDraft[] = [];
    for (let i = 0; i < 4; i++) made.push(await begin({ createdAt: at(i) }));
    await inHall((tx) => discardDraft(tx, made[3]!.id));
    await inHall((tx) => markDraftPublished(tx, made[1]!));
    await inHall((tx) => consentToDraft(tx, made[0]!, { by: ANTON, at: at(9) }));
    const list = await inHall((tx) => listDrafts(tx, 10));
    expect(list.map((each) => each.id)).toEqual([made[2], made[0], made[3], made[1]].map((each) => each!.id));
    const { content: _, ...head } = made[0]!;
    expect(list[1]).toEqual({ ...head, consent: { by: ANTON, at: at(9), revision: 1 } });
    expect(await inHall((tx) => listDrafts(tx, 3))).toEqual(list.slice(0, 3));
  });

  it("of another tenant is nobody's", async () => {
    const draft = await begin();
    expect(await elsewhere((tx) => readDraft(tx, draft.id))).toBeNull();
    expect(await elsewhere((tx) => listDrafts(tx, 10))).toEqual([]);
    const by = { updatedBy: ANTON, updatedAt: at(1) };
    expect(await elsewhere((tx) => saveDraft(tx, draft, { content: "" }, by))).toBeNull();
    for (const move of [discardDraft, restoreDraft])
      expect(await elsewhere((tx) => move(tx, draft.id))).toBe(false);
    expect(await elsewhere((tx) => markDraftPublished(tx, draft))).toBe(false);
    expect(await elsewhere((tx) => consentToDraft(tx, draft, { by: ANTON, at: at(1) }))).toBe(false);
    expect(await read(draft.id)).toEqual(draft);
  });
});

const STRICT = "prof.acme.strict" as ProfileId;
const LOOSE = "prof.acme.loose" as ProfileId;

/** Stores a version of a profile and puts it in force. */
async function putProfile(profileId: ProfileId, content: string, second = 0): Promise<string> {
  const profile = { profileId, digest: digest(content), content };
  await inHall(async (tx) => {
    await storeProfile(tx, tenant, profile);
    await setProfileHead(tx, tenant, profile, at(second));
  });
  return profile.digest;
}

describe("a profile", () => {
  it("is in force in its last version, and every version it ever had stays", async () => {
    const first = await putProfile(STRICT, '{"v":1}', 1);
    const second = await putProfile(STRICT, '{"v":2}', 2);
    const loose = await putProfile(LOOSE, "{}", 3);
    const strict = { profileId: STRICT, retiredAt: null };
    expect(await inHall(listProfiles)).toEqual([
      { profileId: LOOSE, digest: loose, content: "{}", updatedAt: at(3), retiredAt: null },
      { ...strict, digest: second, content: '{"v":2}', updatedAt: at(2) },
    ]);
    const { digest: old, content } = { digest: first, content: '{"v":1}' };
    expect(await inHall((tx) => readProfileByDigest(tx, old))).toEqual({
      digest: old,
      profileId: STRICT,
      content,
    });
    // Back to a version it had: stored by digest, so not stored twice.
    await putProfile(STRICT, '{"v":1}', 4);
    expect(await inHall((tx) => tx.profile.count())).toBe(3);
    expect((await inHall(listProfiles))[1]).toMatchObject({ digest: first, updatedAt: at(4) });
  });

  it("that is retired says since when, once, until it is put in force again", async () => {
    const version = await putProfile(STRICT, "{}");
    expect(await inHall((tx) => retireProfile(tx, STRICT, at(5)))).toBe(true);
    expect(await inHall((tx) => retireProfile(tx, STRICT, at(6)))).toBe(false);
    expect(await inHall((tx) => retireProfile(tx, LOOSE, at(6)))).toBe(false);
    expect(await inHall(listProfiles)).toMatchObject([{ digest: version, content: "{}", retiredAt: at(5) }]);
    await putProfile(STRICT, "{}", 7);
    expect(await inHall(listProfiles)).toMatchObject([{ retiredAt: null, updatedAt: at(7) }]);
  });

  it("is not put in force by the version of another profile, nor by one that is not stored", async () => {
    const loose = await putProfile(LOOSE, "{}");
    for (const version of [loose, digest("nowhere")]) {
      const put = inHall((tx) => setProfileHead(tx, tenant, { profileId: STRICT, digest: version }, at(0)));
      expect(await refusalOf(put)).toMatch(/^23503 /);
    }
  });

  it("of another tenant is not found", async () => {
    const version = await putProfile(STRICT, "{}");
    expect(await elsewhere((tx) => readProfileByDigest(tx, version))).toBeNull();
    expect(await elsewhere(listProfiles)).toEqual([]);
    expect(await elsewhere((tx) => retireProfile(tx, STRICT, at(0)))).toBe(false);
  });
});

describe("an environment", () => {
  const stand = (env: Env, profileId: ProfileId, second: number) =>
    inHall((tx) => setEnvironmentProfile(tx, tenant, { env, profileId, setAt: at(second) }));

  it("has one profile or none, the tenant's own or another", async () => {
    expect(await inHall(listEnvironmentProfiles)).toEqual([]);
    await stand("prod", STRICT, 1);
    await stand("dev", "prof.dev.open" as ProfileId, 2);
    await stand("prod", LOOSE, 3);
    const dev = { env: "dev", profileId: "prof.dev.open", setAt: at(2) };
    expect(await inHall(listEnvironmentProfiles)).toEqual([
      dev,
      { env: "prod", profileId: LOOSE, setAt: at(3) },
    ]);
    for (const env of ["prod", "edge"] as const)
      await inHall((tx) => clearEnvironmentProfile(tx, tenant, env, at(4)));
    expect(await inHall(listEnvironmentProfiles)).toEqual([dev]);
    expect(await elsewhere(listEnvironmentProfiles)).toEqual([]);
    await stand("prod", STRICT, 5);
    expect(await inHall(listEnvironmentProfiles)).toHaveLength(2);
  });

  it("is one of four", async () => {
    expect(await refusalOf(stand("moon" as Env, STRICT, 0))).toMatch(
      /^23514 .*environment_profile_env_check/,
    );
  });
});

describe("a shadow run", () => {
  const begin = async (id: string = randomUUID(), second = 0) => {
    const run = { id, digest: await store("beside"), startedAt: at(second), startedBy: OLGA };
    return inHall((tx) => startShadowRun(tx, tenant, run));
  };
  const record = (id: string, rows: ShadowDifference[], decisions: number) =>
    inHall((tx) => recordShadowDifferences(tx, id, rows, decisions));

  it("is one at a time, though twenty start at the same time", async () => {
    expect(await inHall(readOpenShadowRun)).toBeNull();
    await store("beside");
    const started = await Promise.all(Array.from({ length: 20 }, () => begin()));
    expect(started.filter(Boolean)).toHaveLength(1);
    expect(await inHall(readOpenShadowRun)).toMatchObject({ digest: digest("beside"), startedBy: OLGA });
  });

  it("is ended once, and makes room for the next", async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    expect(await begin(first, 1)).toBe(true);
    expect(await begin(second, 2)).toBe(false);
    expect(await inHall((tx) => endShadowRun(tx, first, at(3)))).toBe(true);
    expect(await inHall((tx) => endShadowRun(tx, first, at(4)))).toBe(false);
    expect(await inHall(readOpenShadowRun)).toBeNull();
    expect(await begin(second, 5)).toBe(true);
    const open = await inHall(readOpenShadowRun);
    const counters = { decisions: 0, differences: 0 };
    const run = { digest: digest("beside"), startedBy: OLGA, ...counters };
    expect(open).toEqual({ id: second, startedAt: at(5), endedAt: null, ...run });
    const ended = { id: first, startedAt: at(1), endedAt: at(3), ...run };
    expect(await inHall((tx) => listShadowRuns(tx, 10))).toEqual([open, ended]);
    expect(await inHall((tx) => listShadowRuns(tx, 1))).toEqual([open]);
  });

  it("is of a bundle that is stored", async () => {
    const run = { id: randomUUID(), digest: digest("nowhere"), startedAt: at(0), startedBy: OLGA };
    expect(await refusalOf(inHall((tx) => startShadowRun(tx, tenant, run)))).toMatch(/^23503 /);
  });

  it("keeps each decision that would have been another, and lists them newest first, page by page", async () => {
    const id = randomUUID();
    await begin(id);
    const rows = Array.from({ length: 5 }, (_, i) =>
      difference({
        decisionId: `0197000${i}-0000-7000-8000-000000000000`,
        decidedAt: at(i),
        ruleAfter: `é"${i}`,
      }),
    );
    const nothing = { ruleBefore: null, codeAfter: null, workerBefore: null, outcomeBefore: "DENY" };
    rows[0] = { ...rows[0]!, ...nothing, workerAfter: "org.acme.other", codeBefore: "DENY_KILL_SWITCH" };
    expect(await record(id, rows.slice(0, 2), 7)).toBe(true);
    expect(await record(id, rows.slice(2), 3)).toBe(true);
    expect(await record(id, [], 100)).toBe(true);
    expect(await inHall(readOpenShadowRun)).toMatchObject({ decisions: 110, differences: 5 });
    const list = (limit: number) =>
      pages<ShadowDifference, string>(async (before) => {
        const page = await inHall((tx) => listShadowDifferences(tx, id, { before, limit }));
        return { items: page.differences, next: page.next };
      });
    expect(await list(2)).toEqual([[rows[4], rows[3]], [rows[2], rows[1]], [rows[0]]]);
    expect((await list(10)).flat()).toEqual(rows.toReversed());
  });

  it("counts beyond 10,000 differences and keeps no more, though batches come at the same time", async () => {
    const id = randomUUID();
    await begin(id);
    const batch = () => Array.from({ length: 1500 }, () => difference());
    const recorded = await Promise.all(Array.from({ length: 8 }, () => record(id, batch(), 2000)));
    expect(recorded).not.toContain(false);
    expect(await inHall(readOpenShadowRun)).toMatchObject({ decisions: 16_000, differences: 12_000 });
    expect(await inHall((tx) => tx.shadowDifference.count())).toBe(SHADOW_DIFFERENCES_KEPT);
    await record(id, [difference()], 1);
    expect(await inHall((tx) => tx.shadowDifference.count())).toBe(SHADOW_DIFFERENCES_KEPT);
  });

  it("that has ended counts nothing more", async () => {
    const id = randomUUID();
    await begin(id);
    await record(id, [difference()], 1);
    await inHall((tx) => endShadowRun(tx, id, at(1)));
    expect(await record(id, [difference()], 1)).toBe(false);
    expect(await record(randomUUID(), [difference()], 1)).toBe(false);
    expect(await inHall((tx) => listShadowRuns(tx, 1))).toMatchObject([{ decisions: 1, differences: 1 }]);
    expect(await inHall((tx) => tx.shadowDifference.count())).toBe(1);
  });

  it("counts a batch that comes again only once", async () => {
    const id = randomUUID();
    await begin(id);
    const rows = [difference(), difference()];
    await record(id, rows, 4);
    expect(await refusalOf(record(id, rows, 4))).toMatch(/^23505 /);
    expect(await inHall(readOpenShadowRun)).toMatchObject({ decisions: 4, differences: 2 });
  });

  it("of another tenant is not found, not ended and not added to", async () => {
    const id = randomUUID();
    await begin(id);
    expect(await elsewhere(readOpenShadowRun)).toBeNull();
    expect(await elsewhere((tx) => endShadowRun(tx, id, at(0)))).toBe(false);
    expect(await elsewhere((tx) => recordShadowDifferences(tx, id, [difference()], 1))).toBe(false);
    const page = { before: null, limit: 1 };
    await record(id, [difference()], 1);
    expect((await elsewhere((tx) => listShadowDifferences(tx, id, page))).differences).toEqual([]);
    // Each tenant has an open run of its own.
    await elsewhere((tx) => storeBundle(tx, other, { digest: digest("beside"), bundle: "beside" }));
    const run = { id, digest: digest("beside"), startedAt: at(0), startedBy: ANTON };
    expect(await elsewhere((tx) => startShadowRun(tx, other, run))).toBe(true);
  });
});

describe("pending approvals", () => {
  const now = at(0);

  async function hold(...seconds: number[]) {
    const heads = await readHeads(hall.db.ledger, [tenant]);
    const drafts = seconds.map((s) => ({ tenantId: tenant, expiresAt: instant(at(s).getTime()) }));
    const batch = sequence(heads, drafts);
    expect(await appendBatch(hall.db.ledger, batch)).toBe("appended");
    return batch.entries;
  }

  it("are listed until they expire, to the millisecond, the oldest first, page by page", async () => {
    const entries = await hold(30, 0, 20, -1, 10);
    const list = (limit: number) =>
      pages<string, number>(async (after) => {
        const page = await inHall((tx) => listPendingApprovals(tx, { now, after, limit }));
        return { items: page.approvals.map((each) => each.id), next: page.next };
      });
    const waiting = [entries[0], entries[2], entries[4]].map((entry) => entry!.receiptId);
    expect(await list(2)).toEqual([waiting.slice(0, 2), waiting.slice(2)]);
    expect(await list(10)).toEqual([waiting]);
    const [first] = (await inHall((tx) => listPendingApprovals(tx, { now, after: null, limit: 1 })))
      .approvals;
    const { receiptId: id, leafIndex } = entries[0]!;
    expect(first).toEqual({ ...HOLD, id, leafIndex, decidedAt: new Date(HOLD.decidedAt), expiresAt: at(30) });
    const lastMoment = new Date(at(30).getTime() - 1);
    const left = await inHall((tx) => listPendingApprovals(tx, { now: lastMoment, after: null, limit: 10 }));
    expect(left.approvals.map((each) => each.id)).toEqual([id]);
  });

  it("of another tenant are not listed", async () => {
    await hold(30);
    expect(await elsewhere((tx) => listPendingApprovals(tx, { now, after: null, limit: 10 }))).toEqual({
      approvals: [],
      next: null,
    });
  });
});

describe("the role that serves", () => {
  it.each([
    "UPDATE hall.bundle_publication SET note = ''",
    "UPDATE hall.bundle_publication SET digest = digest",
    "DELETE FROM hall.bundle_publication",
    "TRUNCATE hall.bundle_publication",
    "UPDATE hall.rule_bundle SET bundle = ''",
    "UPDATE hall.bundle_draft SET created_by = ''",
    "DELETE FROM hall.bundle_draft",
    "UPDATE hall.profile SET content = ''",
    "DELETE FROM hall.profile",
    "DELETE FROM hall.profile_head",
    "DELETE FROM hall.environment_profile",
    "UPDATE hall.shadow_run SET digest = digest",
    "DELETE FROM hall.shadow_run",
    "UPDATE hall.shadow_difference SET outcome_after = ''",
    "DELETE FROM hall.shadow_difference",
    "UPDATE hall.pending_approval SET expires_at = now()",
    "DELETE FROM hall.pending_approval",
    "INSERT INTO hall.pending_approval SELECT * FROM hall.pending_approval",
  ])("cannot rewrite what was: %s", async (statement) => {
    const app = await hall.as("app");
    const attempt = inTenant(app, tenant, () => app.query(statement));
    expect(await refusalOf(attempt)).toMatch(/^42501 permission denied/);
  });
});

describe("one transaction", () => {
  it("shows profiles, environments, the open shadow run and its bundle as of one moment", async () => {
    await putProfile(STRICT, "{}");
    await inHall((tx) => setEnvironmentProfile(tx, tenant, { env: "prod", profileId: STRICT, setAt: at(0) }));
    const run = { id: randomUUID(), digest: await store("beside"), startedAt: at(0), startedBy: OLGA };
    await inHall((tx) => startShadowRun(tx, tenant, run));
    const read = async (tx: TenantTx) => {
      const open = await readOpenShadowRun(tx);
      return {
        versions: await readVersions(tx),
        environments: await listEnvironmentProfiles(tx),
        profiles: await listProfiles(tx),
        open,
        beside: open && (await readBundle(tx, open.digest)),
      };
    };
    const seen = await withTenant(
      hall.db,
      tenant,
      async (tx) => {
        const before = await read(tx);
        await putProfile(STRICT, '{"v":2}');
        await inHall((other) => clearEnvironmentProfile(other, tenant, "prod", at(1)));
        await inHall((other) => endShadowRun(other, run.id, at(1)));
        expect(await read(tx)).toEqual(before);
        return before;
      },
      { isolation: "RepeatableRead" },
    );
    expect(seen).toMatchObject({
      environments: [{ env: "prod", profileId: STRICT }],
      profiles: [{ digest: digest("{}"), content: "{}" }],
      open: { id: run.id },
      beside: { bundle: "beside" },
    });
    const after = await inHall(read);
    expect(after).toMatchObject({ environments: [], profiles: [{ content: '{"v":2}' }], open: null });
    expect(after.versions.version).toBeGreaterThan(seen.versions.version);
  });
});
