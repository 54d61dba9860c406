import { createHash } from "node:crypto";
import { canonicalJson, RuleBundle, type RuleBundleInput } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEMO_RULES } from "../src/demo-rules.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { removeFence, silenceSnapshots } from "./revoke/sabotage.ts";
import { enrollAt, request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { settle } from "./testing/settled.ts";
import { addMember, publishRules, type TestTenant } from "./testing/tenant.ts";
import { epochOf, verifiedAct } from "./testing/verified-act.ts";
import { verifiedLedger } from "./testing/whole-ledger.ts";

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let worker: HttpWorker;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  worker = await startHttpWorker(() => hall.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

const settled = () => settle(hall, worker);

/** The demo's rules, but summaries want a control that the worker lacks. */
const STRICT: RuleBundleInput = {
  rules: [
    {
      rule_id: "summarize-with-care",
      match: { capability_id: "cap.doc.summarize" },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer" }],
        required_controls_suggested: ["ctrl.data.redaction-before-egress"],
      },
    },
  ],
};
const text = (bundle: object) => JSON.stringify(bundle, null, 2);
const digestOf = (canonical: string) => `sha256:${createHash("sha256").update(canonical).digest("hex")}`;
const digestOfBundle = (bundle: RuleBundleInput) => digestOf(canonicalJson(RuleBundle.parse(bundle)));

interface Published {
  publication: Publication;
  receipt_id: string;
  findings: { kind: string }[];
}
interface Publication {
  number: number;
  digest: string;
  previous_digest: string | null;
  published_by: string;
  receipt_id: string;
  note: string;
  rolled_back_from: number | null;
  in_force: boolean;
}
interface InForce {
  digest: string;
  bundle: string;
  rules: number;
  policies: number;
  tests: number;
  publication: Publication | null;
  findings: { kind: string }[];
}

const publish = (key: string, bundle: object, more: object = {}, at = hall) =>
  at.ask<Published>("POST", "/wcp/rules/publish", { key, body: { bundle: text(bundle), ...more } });
const rollBack = (key: string, number: number, more: object = {}) =>
  hall.ask<Published>("POST", "/wcp/rules/roll-back", { key, body: { number, ...more } });
const inForce = async (key: string, at = hall) => (await at.ask<InForce>("GET", "/wcp/rules", { key })).body;
const route = async (tenant: TestTenant, changes: object = {}, at = hall) =>
  (
    await at.ask<RouteAnswer>("POST", "/wcp/route", {
      key: tenant.key,
      body: request(tenant.identity, { ...changes }),
    })
  ).body;
const receiptsOf = async (tenant: TestTenant) =>
  Number(
    (await house.admin.query("SELECT count(*) AS n FROM ledger.receipt WHERE tenant_id = $1", [tenant.id]))
      .rows[0].n,
  );

describe("a published bundle", () => {
  it("decides from the next request on, in every instance, and rolled back it decides as before", async () => {
    const tenant = await settled();
    expect((await publish(tenant.operator, DEMO_RULES)).status).toBe(201);
    expect(await route(tenant)).toMatchObject({ outcome: "DISPATCH", matched_rule_id: "summarize" });
    await route(tenant, {}, second);

    const { body: strict } = await publish(tenant.operator, STRICT, { note: "with care" });
    for (const at of [hall, second]) {
      const answer = await route(tenant, {}, at);
      expect(answer).toMatchObject({
        deny_code: "DENY_MISSING_REQUIRED_CONTROLS",
        matched_rule_id: "summarize-with-care",
      });
      expect(answer.receipt).toMatchObject({
        decision: { inputs: { bundle_digest: strict.publication.digest } },
      });
    }

    const { body: back } = await rollBack(tenant.operator, 1, { note: "too much care" });
    expect(back.publication).toMatchObject({
      number: 3,
      digest: digestOfBundle(DEMO_RULES),
      previous_digest: strict.publication.digest,
      rolled_back_from: 1,
      in_force: true,
    });
    for (const at of [hall, second])
      expect(await route(tenant, {}, at)).toMatchObject({
        outcome: "DISPATCH",
        matched_rule_id: "summarize",
      });
  });

  it("has the digest of its canonical text, and can be read by it and by its number", async () => {
    const tenant = await settled();
    const before = await inForce(tenant.key);
    expect(before).toMatchObject({ publication: null, rules: 2 });
    const { body } = await publish(tenant.operator, STRICT, { note: "n" });
    expect(body.publication).toMatchObject({
      number: 1,
      digest: digestOfBundle(STRICT),
      previous_digest: before.digest,
      published_by: `person:${tenant.operatorId}`,
      receipt_id: body.receipt_id,
      note: "n",
      rolled_back_from: null,
      in_force: true,
    });

    const now = await inForce(tenant.key, second);
    expect(now).toMatchObject({ digest: body.publication.digest, rules: 1, policies: 0, tests: 0 });
    expect(now.publication).toEqual(body.publication);
    expect(digestOf(now.bundle)).toBe(now.digest);
    const { body: byDigest } = await hall.ask<{ bundle: string }>("GET", `/wcp/rules/bundles/${now.digest}`, {
      key: tenant.key,
    });
    expect(byDigest.bundle).toBe(now.bundle);
    const { body: byNumber } = await hall.ask("GET", "/wcp/rules/publications/1", { key: tenant.key });
    expect(byNumber).toEqual({
      publication: now.publication,
      bundle: now.bundle,
      previous_bundle: before.bundle,
    });
  });

  it("and each one before it stands in a history that is read in pages, one of them in force", async () => {
    const tenant = await settled();
    for (let n = 0; n < 3; n++) await publish(tenant.operator, n % 2 ? STRICT : DEMO_RULES, { note: `${n}` });
    const page = (query: string) =>
      hall.ask<{ publications: Publication[]; next: number | null }>(
        "GET",
        `/wcp/rules/publications?${query}`,
        { key: tenant.key },
      );
    const { body: first } = await page("limit=2");
    expect(first.publications.map(({ number, note, in_force }) => [number, note, in_force])).toEqual([
      [3, "2", true],
      [2, "1", false],
    ]);
    const { body: rest } = await page(`limit=2&before=${first.next}`);
    expect(rest.publications.map(({ number, in_force }) => [number, in_force])).toEqual([[1, false]]);
    expect(rest.next).toBeNull();
    // Put in force without a publication: then none of the history is.
    await publishRules(hall.hall, tenant.id, STRICT);
    expect((await page("limit=5")).body.publications.filter(({ in_force }) => in_force)).toEqual([]);
    expect((await inForce(tenant.key)).publication).toBeNull();
  });

  it("leaves a receipt that a stranger can verify, and so does a roll-back", async () => {
    const tenant = await settled();
    const { body: first } = await publish(tenant.operator, DEMO_RULES, { note: "first" });
    const { body: other } = await publish(tenant.operator, STRICT);
    const { body: back } = await rollBack(tenant.operator, 1, { note: "back" });
    const receipt = await verifiedAct(hall, tenant.key, first.receipt_id);
    expect(receipt).toMatchObject({
      kind: "rule",
      action: "published",
      subject: first.publication.digest,
      actor: { kind: "person", id: tenant.operatorId },
    });
    expect(receipt.details).toEqual({
      number: 1,
      previous_digest: expect.stringMatching(/^sha256:/),
      rules: 2,
      policies: 0,
      note: "first",
      consent_by: null,
    });
    const rolled = await verifiedAct(hall, tenant.key, back.receipt_id);
    expect(rolled).toMatchObject({
      kind: "rule",
      action: "rolled_back",
      subject: first.publication.digest,
      details: {
        number: 3,
        rolled_back_from: 1,
        previous_digest: other.publication.digest,
        note: "back",
      },
    });
  });

  it("may be published by a key with the scope, and by nobody without the permission", async () => {
    const tenant = await settled();
    const { body } = await publish(tenant.key, STRICT);
    expect(body.publication.published_by).toBe(`key:${tenant.keyId}`);
    for (const role of ["auditor", "approver", "compliance"] as const) {
      const { session } = await addMember(hall.hall, tenant.id, role);
      for (const refused of [await publish(session, DEMO_RULES), await rollBack(session, 1)]) {
        expectRefusal(refused as never, 403, "FORBIDDEN");
        expect(refused.body).toMatchObject({ permission: "rule:publish" });
      }
      // Whoever may read may try.
      expect((await inForce(session)).digest).toBe(body.publication.digest);
    }
  });
});

describe("a publication is refused", () => {
  const policy = { policy_id: "pol.test.no", when: "true", effect: "DENY", reason: "no" };
  const cases: [string, () => object, number, string, object][] = [
    [
      "where it is no JSON",
      () => ({ bundle: "{rules: []}" }),
      422,
      "BUNDLE_INVALID",
      { problems: [{ rule_id: null }], more: 0 },
    ],
    [
      "where a rule has a field that there is not",
      () => ({ bundle: text({ rules: [{ ...DEMO_RULES.rules[0], priority: 1 }] }) }),
      422,
      "BUNDLE_INVALID",
      { problems: [{ rule_id: "summarize-restricted-in-stage", path: "priority" }] },
    ],
    [
      "where an expression does not compile",
      () => ({ bundle: text({ rules: [], policies: [{ ...policy, when: "request.env ==" }] }) }),
      422,
      "BUNDLE_INVALID",
      { problems: [{ rule_id: "pol.test.no", path: "when" }] },
    ],
    [
      "where one of its own tests fails",
      () => ({
        bundle: text({
          rules: [],
          policies: [policy],
          policy_tests: [
            { name: "it is silent", expect: { effect: "NONE" } },
            { name: "it speaks", expect: { effect: "DENY" } },
          ],
        }),
      }),
      422,
      "BUNDLE_TESTS_FAILED",
      { results: [{ name: "it is silent", passed: false, expected: "NONE" }], more: 0 },
    ],
    [
      "where a rule can never match",
      () => ({ bundle: text({ rules: [...DEMO_RULES.rules].reverse() }) }),
      422,
      "BUNDLE_SHADOWED",
      { findings: [{ kind: "shadowed", severity: "error", rule_id: "summarize-restricted-in-stage" }] },
    ],
    ["where neither a bundle nor a draft is named", () => ({ note: "n" }), 400, "INVALID_REQUEST", {}],
    [
      "where both are named",
      () => ({
        bundle: text(STRICT),
        draft_id: "4e0f0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11",
        revision: 1,
      }),
      400,
      "INVALID_REQUEST",
      { problems: [{ path: "bundle" }] },
    ],
    [
      "where another bundle is in force than the publisher saw",
      () => ({ bundle: text(STRICT), expected_digest: digestOfBundle(STRICT) }),
      409,
      "CONFLICT",
      { digest_in_force: digestOfBundle(DEMO_RULES) },
    ],
    [
      "where the note holds what no database keeps",
      () => ({ bundle: text(STRICT), note: "a\0b" }),
      400,
      "INVALID_REQUEST",
      { problems: [{ path: "note" }] },
    ],
  ];

  it.each(cases)("%s, and nothing changes", async (_, body, status, code, detail) => {
    const tenant = await settled();
    const [digest, receipts] = [(await inForce(tenant.key)).digest, await receiptsOf(tenant)];
    const answer = await hall.ask("POST", "/wcp/rules/publish", { key: tenant.operator, body: body() });
    expect(expectRefusal(answer, status, code)).toMatchObject(detail);
    expect((await inForce(tenant.key)).digest).toBe(digest);
    expect(await receiptsOf(tenant)).toBe(receipts);
    expect(await route(tenant)).toMatchObject({ outcome: "DISPATCH", matched_rule_id: "summarize" });
  });

  it("and a roll-back to a publication that there is not, to what is in force, or past what was seen", async () => {
    const tenant = await settled();
    await publish(tenant.operator, STRICT);
    await publish(tenant.operator, DEMO_RULES);
    expectRefusal((await rollBack(tenant.operator, 3)) as never, 404, "NOT_FOUND");
    expect(expectRefusal((await rollBack(tenant.operator, 2)) as never, 409, "CONFLICT")).toMatchObject({
      reason: "its bundle is in force already",
    });
    const late = await rollBack(tenant.operator, 1, { expected_digest: digestOfBundle(STRICT) });
    expectRefusal(late as never, 409, "CONFLICT");
    expect((await inForce(tenant.key)).publication?.number).toBe(2);
  });
});

describe("two publications at once", () => {
  it("are one after the other: the second replaces the first", async () => {
    const tenant = await settled();
    for (let round = 0; round < 3; round++) {
      const both = await Promise.all([
        publish(tenant.operator, STRICT),
        publish(tenant.operator, DEMO_RULES, {}, second),
      ]);
      const [first, later] = both.map(({ body }) => body.publication).sort((a, b) => a.number - b.number) as [
        Publication,
        Publication,
      ];
      expect([first.number, later.number]).toEqual([2 * round + 1, 2 * round + 2]);
      expect(later.previous_digest).toBe(first.digest);
      expect(await inForce(tenant.key)).toMatchObject({ digest: later.digest, publication: later });
      expect(await inForce(tenant.key, second)).toMatchObject({ digest: later.digest });
    }
  });

  it("of two people who saw the same in force, one is told that it no longer is", async () => {
    const tenant = await settled();
    for (let round = 0; round < 3; round++) {
      const expected_digest = (await inForce(tenant.key)).digest;
      const bundle = (n: number) => ({ rules: [{ ...STRICT.rules[0], rule_id: `r-${round}-${n}` }] });
      const both = await Promise.all([
        publish(tenant.operator, bundle(0), { expected_digest }),
        publish(tenant.operator, bundle(1), { expected_digest }, second),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
      const done = both.find(({ status }) => status === 201)?.body.publication;
      expect((await inForce(tenant.key)).digest).toBe(done?.digest);
    }
  });
});

describe("a review", () => {
  interface Review {
    problems: { rule_id: string | null; path: string; expected: string }[];
    more: number;
    findings: { kind: string; rule_id: string | null }[];
    digest: string | null;
    rules: number;
    policies: number;
    results: { name: string; passed: boolean; expected: string; got: string }[];
    reading: string[];
  }
  const review = (tenant: TestTenant, bundle: string) =>
    hall.ask<Review>("POST", "/wcp/rules/review", { key: tenant.key, body: { bundle } });

  it("says of a good bundle what publishing it would put in force, in figures and in words", async () => {
    const tenant = await settled();
    const { status, body } = await review(
      tenant,
      text({
        ...DEMO_RULES,
        policies: [{ policy_id: "pol.test.no", when: "request.env == 'prod'", effect: "DENY", reason: "no" }],
        policy_tests: [
          { name: "not in prod", given: { request: { env: "prod" } }, expect: { effect: "DENY" } },
          { name: "never", expect: { effect: "DENY" } },
        ],
      }),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ problems: [], more: 0, rules: 2, policies: 1 });
    expect(body.results.map(({ name, passed }) => [name, passed])).toEqual([
      ["not in prod", true],
      ["never", false],
    ]);
    expect(body.reading).toEqual([
      "summarize-restricted-in-stage: a request for cap.doc.summarize in stage with RESTRICTED data goes to wrk.doc.summarizer, provided that the worker implements ctrl.data.redaction-before-egress.",
      "summarize: a request for cap.doc.summarize goes to wrk.doc.summarizer, provided that the worker implements ctrl.obs.audit-log-append-only.",
    ]);
    expect(body.findings).toContainEqual(
      expect.objectContaining({ kind: "control_unheld", rule_id: "summarize-restricted-in-stage" }),
    );
    const { body: plain } = await review(tenant, text(DEMO_RULES));
    expect(plain.digest).toBe((await inForce(tenant.key)).digest);
  });

  it("answers with the problems of a bad one, and is no error", async () => {
    const tenant = await settled();
    for (const bad of [
      "",
      "[]",
      '{"rules":[{}]}',
      text({ rules: [{ ...DEMO_RULES.rules[0], rule_id: 7 }] }),
    ]) {
      const { status, body } = await review(tenant, bad);
      expect(status).toBe(200);
      expect(body.problems.length).toBeGreaterThan(0);
      expect(body).toMatchObject({ digest: null, rules: 0, findings: [], results: [], reading: [] });
    }
  });

  it("changes nothing", async () => {
    const tenant = await settled();
    const receipts = await receiptsOf(tenant);
    await review(tenant, text(STRICT));
    expect(await receiptsOf(tenant)).toBe(receipts);
    expect(await route(tenant)).toMatchObject({ matched_rule_id: "summarize" });
  });
});

describe("a simulation", () => {
  interface Simulated {
    asked: number;
    invalid: number;
    skipped: number;
    changed: number;
    changes: { decision_id: string; before: object; after: object }[];
    by_rule: Record<string, number>;
    by_outcome: Record<string, number>;
    by_worker: Record<string, number>;
    compared_with: string;
    took_ms: number;
  }
  const simulate = (tenant: TestTenant, bundle: object, more: object = {}) =>
    hall.ask<Simulated>("POST", "/wcp/rules/simulate", {
      key: tenant.key,
      body: { bundle: text(bundle), ...more },
    });

  it("tells exactly which of the last decisions a bundle would change", async () => {
    const tenant = await settled();
    const allowed = [await route(tenant), await route(tenant, { env: "prod" })];
    await route(tenant, { capability_id: "cap.doc.nothing" });
    await route(tenant, { env: "nowhere" });
    const digest = (await inForce(tenant.key)).digest;

    const { status, body } = await simulate(tenant, STRICT);
    expect(status).toBe(200);
    expect(body).toMatchObject({ asked: 3, invalid: 1, skipped: 0, changed: 2, compared_with: digest });
    expect(body.changes.map(({ decision_id }) => decision_id)).toEqual(
      allowed.map(({ decision_id }) => decision_id).reverse(),
    );
    expect(body.changes[0]).toMatchObject({
      before: { outcome: "ALLOW", code: null, rule: "summarize", worker: "org.test.summarizer" },
      after: {
        outcome: "DENY",
        code: "DENY_MISSING_REQUIRED_CONTROLS",
        rule: "summarize-with-care",
        worker: null,
      },
    });
    expect(body).toMatchObject({
      by_rule: { summarize: 2 },
      by_outcome: { "ALLOW to DENY": 2 },
      by_worker: { "org.test.summarizer": 2 },
    });
    expect((await simulate(tenant, DEMO_RULES)).body).toMatchObject({ asked: 3, changed: 0, changes: [] });
  });

  it("looks at as many as it is asked to, newest first, whatever lies between them", async () => {
    const tenant = await settled();
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      ids.push((await route(tenant)).decision_id);
      await publish(tenant.operator, DEMO_RULES);
    }
    const { body } = await simulate(tenant, STRICT, { last: 3 });
    expect(body.changes.map(({ decision_id }) => decision_id)).toEqual(ids.slice(-3).reverse());
    expect(body).toMatchObject({ asked: 3, changed: 3 });
  });

  it("looks through as many pages as that takes", async () => {
    const tenant = await settled();
    let asked = 0;
    const lane = async () => {
      while (asked++ < 300) await route(tenant);
    };
    await Promise.all(Array.from({ length: 16 }, lane));
    const { body } = await simulate(tenant, STRICT, { last: 280 });
    expect(body).toMatchObject({ asked: 280, changed: 280 });
    expect(body.changes).toHaveLength(200);
    expect(new Set(body.changes.map(({ decision_id }) => decision_id)).size).toBe(200);
    expect((await simulate(tenant, STRICT)).body).toMatchObject({ asked: 300, changed: 300 });
  });

  it("asks them with the workers of now, records nothing and starts nothing", async () => {
    const tenant = await settled();
    await route(tenant);
    const [receipts, received] = [await receiptsOf(tenant), worker.received.length];
    await simulate(tenant, STRICT);
    expect(await receiptsOf(tenant)).toBe(receipts);
    expect(worker.received.length).toBe(received);
  });

  it("of a bundle that is none, or of more than 10,000 decisions, is refused", async () => {
    const tenant = await settled();
    const answer = await hall.ask("POST", "/wcp/rules/simulate", { key: tenant.key, body: { bundle: "{" } });
    expectRefusal(answer, 422, "BUNDLE_INVALID");
    expectRefusal((await simulate(tenant, STRICT, { last: 10_001 })) as never, 400, "INVALID_REQUEST");
  });
});

describe("a body with a bundle", () => {
  const large = (bytes: number) => text({ rules: DEMO_RULES.rules, padding: "x".repeat(bytes) });

  it("may have 8 MB by either door, and no other body may have more than 256 kB", async () => {
    const tenant = await settled();
    const bundle = large(7 * 1024 * 1024);
    for (const path of ["/wcp/rules/review", "/trpc/rule.review"]) {
      const { status, text: answered } = await hall.ask("POST", path, { key: tenant.key, body: { bundle } });
      expect(status, path).toBe(200);
      expect(answered).toContain("padding");
    }
    const note = "x".repeat(300 * 1024);
    for (const path of ["/wcp/rules/roll-back", "/trpc/rule.roll-back", "/trpc/rule.publish,rule.review"]) {
      const answer = await hall.ask("POST", path, { key: tenant.operator, body: { number: 1, note } });
      expect(answer.status, path).toBe(413);
    }
    const tooLarge = await hall.ask("POST", "/wcp/rules/review", {
      key: tenant.key,
      body: { bundle: large(9 * 1024 * 1024) },
    });
    expectRefusal(tooLarge, 413, "BODY_TOO_LARGE");
  });

  it("is read only of who may ask: a stranger is refused before it has arrived", async () => {
    const tenant = await settled();
    const { session: auditor } = await addMember(hall.hall, tenant.id, "auditor");
    for (const path of ["/wcp/rules/publish", "/trpc/rule.publish"]) {
      // Not even JSON: nobody looked.
      const body = `{${" ".repeat(1024 * 1024)}`;
      expectRefusal(await hall.ask("POST", path, { body }), 401, "UNAUTHENTICATED");
      expectRefusal(await hall.ask("POST", path, { body, key: auditor }), 403, "FORBIDDEN");
      expect((await hall.ask("POST", path, { body, key: tenant.operator })).status).toBe(400);
    }
  });

  it("of a small size is refused to a stranger in the form that tRPC's client reads", async () => {
    const { status, body } = await hall.ask<{ error: { data: { hall: { code: string } } } }>(
      "POST",
      "/trpc/rule.publish",
      { body: { bundle: text(STRICT) } },
    );
    expect(status).toBe(401);
    expect(body.error.data.hall.code).toBe("UNAUTHENTICATED");
  });
});

it("the policies in force are listed with their tests and with everything that an expression may name", async () => {
  const tenant = await settled();
  const policies = [
    { policy_id: "pol.test.no", when: "blast.score > 90", effect: "DENY", reason: "too much" },
  ];
  const policy_tests = [{ name: "calm", expect: { effect: "NONE" } }];
  expect((await publish(tenant.operator, { ...DEMO_RULES, policies, policy_tests })).status).toBe(201);
  const { body } = await hall.ask<{
    policies: object[];
    tests: object[];
    variables: { name: string; fields?: { name: string; everyday: unknown }[] }[];
  }>("GET", "/wcp/policies", { key: tenant.key });
  expect(body.policies).toMatchObject(policies);
  expect(body.tests).toMatchObject(policy_tests);
  expect(body.variables.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["request", "worker", "tenant", "agreement", "chain", "blast", "now"]),
  );
  expect(body.variables.find(({ name }) => name === "request")?.fields).toContainEqual(
    expect.objectContaining({ name: "env", everyday: "dev", values: ["dev", "stage", "prod", "edge"] }),
  );
});

it("a worker's record is read by the hash that decisions name, also when it has another by now", async () => {
  const tenant = await settled();
  const { receipt } = await route(tenant);
  const hash = (receipt as unknown as { decision: { selected: { worker_record_hash: string } } }).decision
    .selected.worker_record_hash;
  const { RECORD } = await import("./testing/enrolled-worker.ts");
  await enrollAt(hall, tenant.key, worker.url, { record: { ...RECORD, owner: "org.other" } });
  const { body } = await hall.ask<{ record_hash: string; record: string }>("GET", `/wcp/records/${hash}`, {
    key: tenant.key,
  });
  expect(body.record_hash).toBe(hash);
  expect(JSON.parse(body.record)).toMatchObject({ worker_id: RECORD.worker_id, owner: "org.test" });
});

it("a publication and a roll-back raise the fence, and a shadow run does not: it takes nothing away", async () => {
  const tenant = await settled();
  const bundle = text(DEMO_RULES);
  const shadow = (path: string, body: object) =>
    hall.ask("POST", `/wcp/rules/shadow${path}`, { key: tenant.operator, body });
  const raised: number[] = [];
  for (const act of [
    () => publish(tenant.operator, STRICT),
    () => publish(tenant.operator, DEMO_RULES),
    () => rollBack(tenant.operator, 1),
    () => shadow("", { bundle }),
    () => shadow("/end", {}),
  ]) {
    const before = await epochOf(house, tenant.id);
    expect((await act()).status).toBeLessThan(300);
    raised.push((await epochOf(house, tenant.id)) - before);
  }
  expect(raised).toEqual([1, 1, 1, 0, 0]);
});

describe("while decisions are in flight on two instances", () => {
  /** Publishes the stricter rules amid requests. @returns what stands behind the publication in the log */
  async function race(requests: number) {
    const tenant = await settled();
    await Promise.all([route(tenant), route(tenant, {}, second)]);
    let asked = 0;
    let answered = 0;
    let done: Published | null = null;
    const lane = async (at: OpenHall) => {
      while (asked < requests) {
        asked++;
        await route(tenant, {}, at);
        answered++;
      }
    };
    const lanes = Array.from({ length: 16 }, (_, n) => lane(n % 2 ? second : hall));
    while (answered < requests / 3) await new Promise((resolve) => setTimeout(resolve, 1));
    done = (await publish(tenant.operator, STRICT)).body;
    await Promise.all(lanes);
    const { rows } = await house.admin.query<{ before: number; after: number; stale: number }>(
      `WITH entry AS (
         SELECT r.leaf_index AS leaf, convert_from(r.body, 'UTF8')::jsonb AS body FROM ledger.receipt r WHERE r.tenant_id = $1
       ), published AS (SELECT leaf FROM entry WHERE body ->> 'receipt_id' = $2)
       SELECT count(*) FILTER (WHERE entry.leaf < published.leaf)::int AS before,
         count(*) FILTER (WHERE entry.leaf > published.leaf)::int AS after,
         count(*) FILTER (WHERE entry.leaf > published.leaf AND
           (body ->> 'policy_decision' = 'ALLOW' OR body #>> '{decision,inputs,bundle_digest}' <> $3))::int AS stale
       FROM entry, published WHERE body ->> 'kind' = 'decision'`,
      [tenant.id, done.receipt_id, done.publication.digest],
    );
    return rows[0]!;
  }

  it("no decision under the bundle before it is recorded after a publication's receipt", async () => {
    for (let round = 0; round < 2; round++) {
      const { before, after, stale } = await race(400);
      expect(before).toBeGreaterThan(50);
      expect(after).toBeGreaterThan(50);
      expect(stale).toBe(0);
    }
  });

  it("and none where an instance hears of it late; without the fence, some are", async () => {
    await silenceSnapshots(house.admin);
    expect(await race(400)).toMatchObject({ stale: 0 });
    await removeFence(house.admin);
    expect((await race(400)).stale).toBeGreaterThan(0);
  });
});

it("after all of it every chain and the whole log verify", async () => {
  expect((await verifiedLedger(house, hall)).size).toBeGreaterThan(10);
});
