import { setTimeout as sleep } from "node:timers/promises";
import type { Decision, ReceiptId, RuleBundleInput } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { createShadowRecorder } from "../src/snapshot/shadow.ts";
import { request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { type Settled, settle } from "./testing/settled.ts";
import type { TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { verifiedAct } from "./testing/verified-act.ts";

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

/** Says otherwise of summaries in stage, and the same as the demo's rules of all others. */
const OTHER: RuleBundleInput = {
  rules: [
    {
      rule_id: "not-in-stage",
      match: { capability_id: "cap.doc.summarize", env: "stage" },
      decision: { candidate_workers_ranked: [] },
    },
    {
      rule_id: "summarize",
      match: { capability_id: "cap.doc.summarize" },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer" }],
        required_controls_suggested: ["ctrl.obs.audit-log-append-only"],
      },
    },
  ],
};

interface Run {
  id: string;
  digest: string;
  started_at: string;
  started_by: string;
  ended_at: string | null;
  decisions: number;
  differences: number;
}
interface Listed {
  runs: Run[];
  differences: { decision_id: string; before: object; after: object; first_difference: string }[];
  next: string | null;
}

const start = (tenant: Settled, bundle: object = OTHER) =>
  hall.ask<Run>("POST", "/wcp/rules/shadow", {
    key: tenant.operator,
    body: { bundle: JSON.stringify(bundle) },
  });
const end = (tenant: Settled) =>
  hall.ask<Run>("POST", "/wcp/rules/shadow/end", { key: tenant.operator, body: {} });
const list = async (tenant: Settled, query = "") =>
  (await hall.ask<Listed>("GET", `/wcp/rules/shadow${query}`, { key: tenant.key })).body;
const route = async (tenant: TestTenant, changes: object = {}, at = hall) =>
  (
    await at.ask<RouteAnswer>("POST", "/wcp/route", {
      key: tenant.key,
      body: request(tenant.identity, { ...changes }),
    })
  ).body;
const flushed = () => Promise.all([hall.hall.shadow.flush(), second.hall.shadow.flush()]);

/** The acts of a run, newest last. */
async function shadowActs(tenant: TestTenant) {
  const { rows } = await house.admin.query<{ id: string }>(
    `SELECT receipt_id AS id FROM ledger.receipt
     WHERE tenant_id = $1 AND convert_from(body, 'UTF8')::jsonb ->> 'action' LIKE 'shadow_%' ORDER BY leaf_index`,
    [tenant.id],
  );
  return Promise.all(rows.map(({ id }) => verifiedAct(hall, tenant.key, id)));
}

describe("a shadow run", () => {
  it("records exactly the decisions that its bundle would have made otherwise, in every instance", async () => {
    const tenant = await settled();
    await route(tenant, { env: "stage" }); // before it: not compared
    const { status, body: run } = await start(tenant);
    expect(status).toBe(201);
    expect(run).toMatchObject({ ended_at: null, decisions: 0, differences: 0 });
    // Each instance learns of it in its own time; nothing depends on when.
    while (!(await second.hall.snapshots.refresh(tenant.id))?.shadow) await sleep(20);

    const same = [
      await route(tenant),
      await route(tenant, { env: "prod" }, second),
      await route(tenant, { capability_id: "cap.doc.nothing" }),
      await route(tenant, { tenant_id: "somebody-else" }, second),
      await route(tenant, { env: "nowhere" }),
    ];
    const others = [
      await route(tenant, { env: "stage" }),
      await route(tenant, { env: "stage", dry_run: true }, second),
      // Denied either way, by another rule and for another reason.
      await route(tenant, { env: "stage", data_label: "RESTRICTED" }),
    ];
    await flushed();
    const listed = await list(tenant);
    expect(listed.runs).toMatchObject([{ id: run.id, decisions: 8, differences: 3 }]);
    const idsOf = (some: { decision_id: string }[]) => some.map(({ decision_id }) => decision_id);
    expect(idsOf(listed.differences).sort()).toEqual(idsOf(others).sort());
    expect(idsOf(listed.differences)).toEqual([...idsOf(listed.differences)].sort().reverse());
    const [first] = others;
    expect(listed.differences.find((one) => one.decision_id === first?.decision_id)).toMatchObject({
      before: { outcome: "ALLOW", code: null, rule: "summarize", worker: "org.test.summarizer" },
      after: { outcome: "DENY", rule: "not-in-stage", worker: null },
      first_difference: "rule",
    });
    expect(same).toHaveLength(5);
  });

  it("enforces nothing: decisions, receipts and work are what they are without it", async () => {
    const tenant = await settled();
    const before = await route(tenant, { env: "stage" });
    await start(tenant);
    const beside = await route(tenant, { env: "stage" });
    for (const answer of [before, beside]) {
      expect(answer).toMatchObject({ outcome: "DISPATCH", matched_rule_id: "summarize" });
      await verified(answer, hall.verifierKey);
    }
    const inputs = ({ receipt }: RouteAnswer) =>
      (receipt as unknown as { decision: Decision }).decision.inputs.bundle_digest;
    expect(inputs(beside)).toBe(inputs(before));
    const runs = worker.runs.length;
    const { body } = await hall.ask<{ dispatch: { state: string } }>("POST", "/wcp/dispatch", {
      key: tenant.key,
      body: request(tenant.identity, { env: "stage" }),
    });
    expect(body.dispatch.state).toBe("succeeded");
    expect(worker.runs.length).toBe(runs + 1);
  });

  it("is one at a time, ends when it is told to, and counts nothing after that", async () => {
    const tenant = await settled();
    expectRefusal((await end(tenant)) as never, 409, "CONFLICT");
    const { body: run } = await start(tenant);
    expect(expectRefusal((await start(tenant)) as never, 409, "CONFLICT").reason).toMatch(/is open/);
    await route(tenant, { env: "stage" });
    const { body: ended } = await end(tenant);
    expect(ended).toMatchObject({ id: run.id, decisions: 1, differences: 1, ended_at: expect.any(String) });
    await route(tenant, { env: "stage" });
    await flushed();
    expect((await list(tenant)).runs).toEqual([ended]);
    expectRefusal((await end(tenant)) as never, 409, "CONFLICT");

    const { body: again } = await start(tenant);
    expect(await list(tenant)).toMatchObject({ runs: [{ id: again.id }, { id: run.id }], differences: [] });
    const { body: inForce } = await hall.ask<{ shadow_run: Run | null }>("GET", "/wcp/rules", {
      key: tenant.key,
    });
    expect(inForce.shadow_run).toMatchObject({ id: again.id });
  });

  it("leaves a receipt where it starts and where it ends", async () => {
    const tenant = await settled();
    const { body: run } = await start(tenant);
    await route(tenant, { env: "stage" });
    await end(tenant);
    expect(await shadowActs(tenant)).toMatchObject([
      { kind: "rule", action: "shadow_started", subject: run.digest, details: { run_id: run.id } },
      {
        kind: "rule",
        action: "shadow_ended",
        subject: run.digest,
        details: { run_id: run.id, decisions: 1, differences: 1 },
      },
    ]);
  });

  it("may be of a draft, and is refused where it is of no bundle or of a draft that was saved since", async () => {
    const tenant = await settled();
    const { body: draft } = await hall.ask<{ id: string }>("POST", "/wcp/rules/drafts", {
      key: tenant.operator,
      body: { name: "d", content: JSON.stringify(OTHER) },
    });
    const ofDraft = (revision: number) =>
      hall.ask<Run>("POST", "/wcp/rules/shadow", {
        key: tenant.operator,
        body: { draft_id: draft.id, revision },
      });
    expectRefusal((await ofDraft(2)) as never, 409, "DRAFT_CONFLICT");
    const none = await hall.ask("POST", "/wcp/rules/shadow", { key: tenant.operator, body: { bundle: "" } });
    expectRefusal(none, 422, "BUNDLE_INVALID");
    expect((await ofDraft(1)).status).toBe(201);
    // The draft stays open: nothing was published.
    const { body } = await hall.ask("GET", `/wcp/rules/drafts/${draft.id}`, { key: tenant.operator });
    expect(body).toMatchObject({ status: "open", revision: 1 });
  });

  it("is read a page at a time", async () => {
    const tenant = await settled();
    await start(tenant);
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await route(tenant, { env: "stage" })).decision_id);
    await flushed();
    const first = await list(tenant, "?limit=2");
    const rest = await list(tenant, `?limit=5&before=${first.next}`);
    expect([...first.differences, ...rest.differences].map(({ decision_id }) => decision_id)).toEqual(
      [...ids].reverse(),
    );
    expect(rest.next).toBeNull();
  });

  it("is written within about a second without anybody asking", async () => {
    const tenant = await settled();
    await start(tenant);
    await route(tenant, { env: "stage" });
    const until = Date.now() + 10_000;
    while ((await list(tenant)).runs[0]?.decisions !== 1 && Date.now() < until) await sleep(100);
    expect((await list(tenant)).runs[0]).toMatchObject({ decisions: 1, differences: 1 });
  });

  it("is written before a Hall has stopped", async () => {
    const tenant = await settled();
    await start(tenant);
    const third = await house.open();
    for (let n = 0; n < 20; n++) await route(tenant, { env: "stage" }, third);
    await third.stop();
    expect((await list(tenant)).runs[0]).toMatchObject({ decisions: 20, differences: 20 });
  });
});

describe("what goes wrong with a shadow run", () => {
  it("does not touch the decision: it is counted, logged, and the next ones are compared again", async () => {
    const tenant = await settled();
    await start(tenant);
    await house.admin.query("REVOKE UPDATE ON hall.shadow_run FROM hall_app");
    const dropped = hall.hall.shadow.dropped();
    try {
      for (let n = 0; n < 3; n++)
        expect(await route(tenant, { env: "stage" })).toMatchObject({ outcome: "DISPATCH" });
      await hall.hall.shadow.flush();
    } finally {
      await house.admin.query(
        "GRANT UPDATE (ended_at, decisions, differences) ON hall.shadow_run TO hall_app",
      );
    }
    expect(hall.hall.shadow.dropped()).toBe(dropped + 3);
    await route(tenant, { env: "stage" });
    await hall.hall.shadow.flush();
    expect((await list(tenant)).runs[0]).toMatchObject({ decisions: 1, differences: 1 });
  });

  it("is bounded: what cannot be compared in time is dropped, counted and told", async () => {
    const tenant = await settled();
    await start(tenant);
    const snapshot = await hall.hall.snapshots.refresh(tenant.id);
    const { receipt } = await route(tenant, { env: "stage" });
    const { decision } = receipt as unknown as { decision: Decision };
    await hall.hall.shadow.flush();
    const told: object[] = [];
    const log = { warn: (details: object) => void told.push(details) };
    const recorder = createShadowRecorder({ db: hall.hall.db, log, waitingMax: 4 });
    for (let n = 0; n < 10; n++)
      recorder.note(snapshot!, "agent", {
        decisionId: `0192f000-0000-7000-8000-00000000000${n}` as ReceiptId,
        decision,
        nowMs: hall.hall.clock.now(),
      });
    await recorder.close();
    expect(recorder.dropped()).toBe(6);
    expect(told).toEqual([{ dropped: 6 }]);
    expect((await list(tenant)).runs[0]).toMatchObject({ decisions: 5, differences: 5 });
    recorder.note(snapshot!, "agent", {
      decisionId: "0192f000-0000-7000-8000-0000000000ff" as ReceiptId,
      decision,
      nowMs: hall.hall.clock.now(),
    });
    await recorder.flush();
    expect((await list(tenant)).runs[0]).toMatchObject({ decisions: 5 });
  });

  it("loses nothing where many come at once: they are written in parts", async () => {
    const tenant = await settled();
    await start(tenant);
    const snapshot = await hall.hall.snapshots.refresh(tenant.id);
    const { receipt } = await route(tenant, { env: "stage" });
    const { decision } = receipt as unknown as { decision: Decision };
    await hall.hall.shadow.flush();
    const recorder = createShadowRecorder({ db: hall.hall.db, log: { warn: () => undefined } });
    for (let n = 0; n < 2500; n++)
      recorder.note(snapshot!, "agent", {
        decisionId: `0192f000-0000-7000-8000-${String(n).padStart(12, "0")}` as ReceiptId,
        decision,
        nowMs: hall.hall.clock.now(),
      });
    await recorder.flush();
    expect(recorder.dropped()).toBe(0);
    expect((await list(tenant)).runs[0]).toMatchObject({ decisions: 2501, differences: 2501 });
  });
});
