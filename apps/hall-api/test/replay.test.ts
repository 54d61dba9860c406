import { withTenant } from "@guildhall/db";
import { compile, replay } from "@guildhall/engine";
import { type DecisionBody, RuleBundle, type RuleBundleInput } from "@guildhall/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEMO_RULES } from "../src/demo-rules.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { readMaterial } from "../src/operations/decision/replay.ts";
import { enrollAt, RECORD, request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addMember, addTenant, publishRules, type TestTenant } from "./testing/tenant.ts";

let house: TestHouse;
let hall: OpenHall;
let worker: HttpWorker;
let tenant: TestTenant;
let operator: string;

/** The demo's rules with something for every step: a profile that a rule asks for, a gate, a hold. */
const RULES: RuleBundleInput = {
  rules: [
    {
      rule_id: "classify-with-a-human",
      match: { capability_id: "cap.doc.classify", env: "stage" },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer" }],
        escalation: { human_required_default: true },
      },
    },
    {
      rule_id: "classify-under-a-profile",
      match: { capability_id: "cap.doc.classify" },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer" }],
        recommended_profiles: [{ profile_id: "prof.test.own", score: 1 }],
        escalation: { policy_gate: true },
      },
    },
    ...DEMO_RULES.rules,
  ],
  policies: [
    { policy_id: "pol.test.yes", when: "request.env == 'dev'", effect: "ALLOW", reason: "dev is open" },
    { policy_id: "pol.test.no", when: "request.env == 'edge'", effect: "DENY", reason: "edge is not" },
  ],
};

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  worker = await startHttpWorker(() => hall.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});
beforeEach(async () => {
  tenant = await addTenant(hall.hall, { rules: RULES as typeof DEMO_RULES });
  operator = (await addMember(hall.hall, tenant.id)).session;
  await hall.ask("PUT", "/wcp/profiles/prof.test.own", {
    key: operator,
    body: { profile: { profile_id: "prof.test.own", name: "Own" } },
  });
  await enrollAt(hall, tenant.key, worker.url);
});

interface Replayed {
  outcome: "same" | "different" | "not_derivable";
  difference: { path: string; before: string | null; after: string | null } | null;
  not_derivable: { step: string; reason: string }[];
}

const route = async (changes: object = {}) =>
  (
    await hall.ask<RouteAnswer>("POST", "/wcp/route", {
      key: tenant.key,
      body: request(tenant.identity, { ...changes }),
    })
  ).body;
const replayed = async ({ decision_id }: { decision_id: string }, key = tenant.key) =>
  (await hall.ask<Replayed>("GET", `/wcp/decisions/${decision_id}/replay`, { key })).body;
const SAME = { outcome: "same", difference: null, not_derivable: [] };
const bodyOf = ({ receipt }: RouteAnswer) => receipt as unknown as DecisionBody;

/** One request for each way in which a request may end here. */
const WAYS: Record<string, [object, string]> = {
  "an allowed one": [{}, "ALLOW"],
  "one that asks for blast, writes and more": [
    { blast_score: 40, request: { writes: true, egress: true, text: "secret" } },
    "ALLOW",
  ],
  "a dry run": [{ dry_run: true }, "ALLOW"],
  "one under a profile and past the gate": [{ capability_id: "cap.doc.classify" }, "ALLOW"],
  "a hold": [{ capability_id: "cap.doc.classify", env: "stage" }, "HOLD"],
  "one that the gate denies": [{ capability_id: "cap.doc.classify", env: "edge" }, "DENY"],
  "one whose worker lacks a control": [{ env: "stage", data_label: "RESTRICTED" }, "DENY"],
  "one that no rule names": [{ capability_id: "cap.doc.sumarize" }, "DENY"],
  "one of an identity that is not the key's": [{ tenant_id: "somebody-else" }, "DENY"],
  "one without a correlation id": [{ correlation_id: " " }, "DENY"],
  "one that breaks RouteInput": [{ env: "nowhere", data_label: 7 }, "DENY"],
};

describe("a recorded decision is derived again, the same:", () => {
  it.each(Object.entries(WAYS))("%s", async (_, [changes, outcome]) => {
    const answer = await route(changes);
    expect(bodyOf(answer).policy_decision).toBe(outcome);
    expect(await replayed(answer)).toEqual(SAME);
  });

  it("also when rules, profiles, workers and their addresses are others by now, and by anybody who reads receipts", async () => {
    const answers = await Promise.all(Object.values(WAYS).map(([changes]) => route(changes)));
    await publishRules(hall.hall, tenant.id, DEMO_RULES);
    await hall.ask("PUT", "/wcp/profiles/prof.test.own", {
      key: operator,
      body: {
        profile: { profile_id: "prof.test.own", name: "Own", controls_required: ["ctrl.test.other"] },
      },
    });
    await hall.ask("PUT", "/wcp/environments/dev/profile", {
      key: operator,
      body: { profile_id: "prof.prod.strict" },
    });
    await enrollAt(hall, tenant.key, `${worker.url}/other`, {
      record: { ...RECORD, currently_implements: [] },
    });
    const { session: auditor } = await addMember(hall.hall, tenant.id, "auditor");
    for (const answer of answers) expect(await replayed(answer, auditor)).toEqual(SAME);
  });
});

describe("a recorded decision that does not follow from what it names", () => {
  it("is told apart, with the first place and both values: rules exchanged for others of the same digest", async () => {
    const answer = await route();
    const body = bodyOf(answer);
    const digest = String(body.decision.inputs.bundle_digest);
    const material = await withTenant(hall.hall.db, tenant.id, (tx) => readMaterial(tx, body, []));
    expect(replay(body.decision, body.decided_at, material)).toMatchObject({ outcome: "same" });

    const [, demo] = DEMO_RULES.rules;
    const other = compile(RuleBundle.parse({ rules: [{ ...demo, rule_id: "another" }] }), digest);
    expect(replay(body.decision, body.decided_at, { ...material, program: () => other })).toMatchObject({
      outcome: "different",
      difference: { path: "matched_rule_id", before: '"summarize"', after: '"another"' },
    });
  });

  it("is told apart where the receipt says something else than it did", async () => {
    const body = bodyOf(await route());
    const material = await withTenant(hall.hall.db, tenant.id, (tx) => readMaterial(tx, body, []));
    const forged = { ...body.decision, blast: { ...body.decision.blast!, score: 1 } };
    expect(replay(forged, body.decided_at, material)).toMatchObject({
      outcome: "different",
      difference: { path: "blast.score", before: "1" },
    });
  });
});

describe("what cannot be derived again is named, and never guessed:", () => {
  it("an invalid request whose payload was erased; others do not need theirs", async () => {
    const [invalid, allowed] = [await route({ env: "nowhere" }), await route({ request: { writes: true } })];
    await house.admin.query("DELETE FROM hall.payload WHERE receipt_id = ANY($1)", [
      [invalid.decision_id, allowed.decision_id],
    ]);
    expect(await replayed(invalid)).toEqual({
      outcome: "not_derivable",
      difference: null,
      not_derivable: [{ step: "input", reason: expect.stringMatching(/payload was erased/) }],
    });
    expect(await replayed(allowed)).toEqual(SAME);
  });

  it("one whose bundle, record or profile is not what its digest says any more", async () => {
    const answer = await route({ capability_id: "cap.doc.classify" });
    const { decision } = bodyOf(answer);
    const digest = String(decision.inputs.bundle_digest);
    const exchange = async (table: string, column: string, key: string, named: string, change: object) => {
      const where = `WHERE ${key} = $1 AND tenant_id = $2`;
      const kept = await house.admin.query(`SELECT ${column} AS text FROM hall.${table} ${where}`, [
        named,
        tenant.id,
      ]);
      const text = kept.rows[0].text as string;
      const set = (to: string) =>
        house.admin.query(`UPDATE hall.${table} SET ${column} = $3 ${where}`, [named, tenant.id, to]);
      await set(JSON.stringify({ ...JSON.parse(text), ...change }));
      const told = await replayed(answer);
      await set(text);
      return told;
    };
    const told = [
      await exchange("rule_bundle", "bundle", "digest", digest, { policies: [] }),
      await exchange("worker_record", "record", "record_hash", decision.selected!.worker_record_hash, {
        owner: "org.somebody",
      }),
      await exchange("profile", "content", "digest", decision.profiles![0]!.digest, { name: "Mine" }),
    ];
    expect(
      told.map(({ outcome, not_derivable }) => [outcome, not_derivable.map(({ step }) => step)]),
    ).toEqual([
      ["not_derivable", ["rule"]],
      ["not_derivable", ["worker"]],
      ["not_derivable", ["profile"]],
    ]);
    expect(await replayed(answer)).toEqual(SAME);
  });
});

it("a receipt that is no decision, another tenant's and one that there is not are not found", async () => {
  const other = await addTenant(hall.hall);
  const { decision_id } = await route();
  const { rows } = await house.admin.query<{ id: string }>(
    "SELECT receipt_id AS id FROM ledger.receipt WHERE tenant_id = $1 AND kind = 'worker' LIMIT 1",
    [tenant.id],
  );
  for (const [id, key] of [
    [decision_id, other.key],
    [rows[0]!.id, tenant.key],
    ["0192f000-0000-7000-8000-000000000001", tenant.key],
  ])
    expectRefusal(await hall.ask("GET", `/wcp/decisions/${id}/replay`, { key: key! }), 404, "NOT_FOUND");
});
