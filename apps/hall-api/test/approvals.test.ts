import type { RuleBundleInput } from "@guildhall/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEMO_RULES } from "../src/demo-rules.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { enrollAt, request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { verifiedLedger } from "./testing/whole-ledger.ts";

let house: TestHouse;
/** By how each shows a hold to its caller. */
let halls: Record<"sdk" | "spec", OpenHall>;
let worker: HttpWorker;
let tenant: TestTenant;

/** The demo's rules; in stage somebody approves first, in prod two people do it, and in dev people are told. */
const RULES: RuleBundleInput = {
  ...DEMO_RULES,
  policies: [
    {
      policy_id: "pol.test.approve",
      when: "request.env == 'stage'",
      effect: "REQUIRE_HUMAN",
      reason: "stage is looked at",
    },
    {
      policy_id: "pol.test.executor",
      when: "request.env == 'prod'",
      effect: "REQUIRE_HUMAN",
      reason: "people do it",
      supervisor_level: "executor",
      quorum: 2,
    },
    {
      policy_id: "pol.test.tell",
      when: "request.env == 'dev' && request.data_label == 'RESTRICTED'",
      effect: "REQUIRE_HUMAN",
      reason: "people are told",
      supervisor_level: "advisory",
    },
  ],
};

beforeAll(async () => {
  house = await openHouse();
  halls = { sdk: await house.open(), spec: await house.open({ requireHumanMode: "spec" }) };
  worker = await startHttpWorker(() => halls.sdk.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});
beforeEach(async () => {
  tenant = await addTenant(halls.sdk.hall, { rules: RULES as typeof DEMO_RULES });
  await enrollAt(halls.sdk, tenant.key, worker.url);
});

interface Pending {
  approvals: {
    pending_approval_id: string;
    decided_at: string;
    approval_expires_at: string;
    supervisor_level: string;
    quorum: number;
    step_up: boolean;
    asked_by: string[];
    escalation_context: Record<string, unknown>;
  }[];
  next: number | null;
}
type DispatchAnswer = RouteAnswer & {
  dispatch: { state: string } | null;
  result: unknown;
  outcome_receipt: object | null;
};

const ask = (path: "route" | "dispatch", changes: object, hall: OpenHall, headers = {}) =>
  hall.ask<DispatchAnswer>("POST", `/wcp/${path}`, {
    key: tenant.key,
    body: request(tenant.identity, { ...changes }),
    headers,
  });
const pending = async (key = tenant.key, query = "", hall = halls.sdk) =>
  (await hall.ask<Pending>("GET", `/wcp/approvals/pending${query}`, { key })).body;
const HOUR_MS = 3_600_000;

describe.each(["sdk", "spec"] as const)("a held request, in the mode %s,", (mode) => {
  it.each(["route", "dispatch"] as const)(
    "is answered by %s with 202 and every supervisor field",
    async (path) => {
      const { status, body } = await ask(path, { env: "stage" }, halls[mode]);
      expect(status).toBe(202);
      expect(body).toMatchObject({
        outcome: "STEWARD_HOLD",
        supervisor_required: true,
        supervisor_level: "gatekeeper",
        pending_approval_id: body.decision_id,
        escalation_context: { capability_id: "cap.doc.summarize", data_label: "INTERNAL" },
      });
      expect(Date.parse(body.approval_expires_at ?? "") - Date.parse(body.decided_at)).toBe(24 * HOUR_MS);
      // An old client reads `denied` and nothing else: there it fails closed.
      if (mode === "sdk")
        expect(body).toMatchObject({
          denied: true,
          deny_code: "DENY_REQUIRES_HUMAN_APPROVAL",
          deny_reason_if_denied: { code: "DENY_REQUIRES_HUMAN_APPROVAL", supervisor_required: true },
        });
      else expect(body).toMatchObject({ denied: false, deny_code: null, deny_reason_if_denied: null });
      // The receipt says the same in both.
      expect(await verified(body, halls.sdk.verifierKey)).toMatchObject({
        kind: "decision",
        policy_decision: "HOLD",
        dispatched_at: null,
        start_by: null,
        approval_expires_at: body.approval_expires_at,
        decision: {
          deny: { code: "DENY_REQUIRES_HUMAN_APPROVAL" },
          human: { level: "gatekeeper", quorum: 1, asked_by: ["pol.test.approve"] },
        },
      });
    },
  );

  it("starts nothing", async () => {
    const received = worker.received.length;
    const { body } = await ask("dispatch", { env: "stage" }, halls[mode]);
    expect(body).toMatchObject({ dispatch: null, result: null, outcome_receipt: null });
    // Work that may start is taken up at once: what runs behind it shows that nothing is left lying.
    const { body: allowed } = await ask("dispatch", {}, halls[mode]);
    expect(allowed.dispatch?.state).toBe("succeeded");
    expect(worker.received.length).toBe(received + 1);
    const { rows } = await house.admin.query("SELECT 1 FROM hall.dispatch WHERE id = $1", [body.decision_id]);
    expect(rows).toEqual([]);
  });

  it("stands among what waits, as it was decided", async () => {
    const { body } = await ask("dispatch", { env: "prod" }, halls[mode]);
    expect((await pending()).approvals).toEqual([
      {
        pending_approval_id: body.decision_id,
        decided_at: body.decided_at,
        approval_expires_at: body.approval_expires_at,
        supervisor_level: "executor",
        quorum: 2,
        step_up: false,
        asked_by: ["pol.test.executor"],
        escalation_context: {
          capability_id: "cap.doc.summarize",
          worker_id: "org.test.summarizer",
          env: "prod",
          data_label: "INTERNAL",
          blast_score: body.blast_score,
        },
      },
    ]);
  });

  it("repeated with its idempotency key is one hold, answered the same", async () => {
    const headers = { "idempotency-key": `hold-${mode}` };
    const first = await ask("dispatch", { env: "stage" }, halls[mode], headers);
    const again = await ask("dispatch", { env: "stage" }, halls[mode], headers);
    expect(again.status).toBe(202);
    expect(again.body.decision_id).toBe(first.body.decision_id);
    expect((await pending()).approvals).toHaveLength(1);
  });

  it("that is a dry run waits for nobody", async () => {
    const { status, body } = await ask("route", { env: "stage", dry_run: true }, halls[mode]);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      outcome: "STEWARD_HOLD",
      denied: mode === "sdk",
      pending_approval_id: null,
      approval_expires_at: null,
    });
    expect((await pending()).approvals).toEqual([]);
  });
});

describe("what waits for a human", () => {
  it("is listed oldest first and in pages, to whoever reads approvals, and to no other tenant", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      ids.push((await ask("route", { env: "stage" }, halls[n % 2 ? "sdk" : "spec"])).body.decision_id);
      await ask("route", {}, halls.sdk);
    }
    const other = await addTenant(halls.sdk.hall);
    const { session } = await addMember(halls.sdk.hall, tenant.id, "approver");
    const first = await pending(session, "?limit=3");
    const rest = await pending(session, `?limit=3&after=${first.next}`, halls.spec);
    expect([...first.approvals, ...rest.approvals].map((one) => one.pending_approval_id)).toEqual(ids);
    expect(rest.next).toBeNull();
    expect(await pending(other.key)).toEqual({ approvals: [], next: null });
  });

  it("is not listed once it has expired", async () => {
    const { body } = await ask("route", { env: "stage" }, halls.sdk);
    expect((await pending()).approvals).toHaveLength(1);
    await house.admin.query("UPDATE hall.pending_approval SET expires_at = now() WHERE id = $1", [
      body.decision_id,
    ]);
    expect((await pending()).approvals).toEqual([]);
  });

  it("is over production's gate by its blast score too", async () => {
    const { status, body } = await ask(
      "route",
      { env: "prod", blast_score: 100, qos_class: "P0" },
      halls.sdk,
    );
    expect(status).toBe(202);
    expect(body).toMatchObject({ outcome: "STEWARD_HOLD", deny_code: "DENY_REQUIRES_HUMAN" });
    expect((await pending()).approvals[0]).toMatchObject({
      supervisor_level: "executor",
      asked_by: ["blast", "pol.test.executor"],
      escalation_context: { blast_score: 100 },
    });
  });
});

describe.each(["sdk", "spec"] as const)("an advisory demand, in the mode %s,", (mode) => {
  const noticesOf = async (decisionId: string) =>
    (await verifiedLedger(house, halls.sdk))
      .get(tenant.id)
      ?.filter((one) => one.kind === "notice" && one.subject === decisionId);

  it("runs, says that people are told, and leaves a notice behind the decision", async () => {
    const runs = worker.runs.length;
    const { status, body } = await ask("dispatch", { data_label: "RESTRICTED" }, halls[mode]);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      outcome: "DISPATCH",
      denied: false,
      deny_code: null,
      supervisor_required: true,
      supervisor_level: "advisory",
      pending_approval_id: null,
      approval_expires_at: null,
      dispatch: { state: "succeeded" },
    });
    expect(worker.runs.length).toBe(runs + 1);
    expect((await pending()).approvals).toEqual([]);
    const notices = await noticesOf(body.decision_id);
    expect(notices).toMatchObject([
      {
        action: "advised",
        actor: { kind: "hall", id: "hall.test/log" },
        details: { level: "advisory", asked_by: ["pol.test.tell"] },
      },
    ]);
    expect(notices![0]!.leaf_index).toBeGreaterThan(Number(body.receipt.leaf_index));
  });

  it("of a dry run tells nobody, and nothing that was not asked for does", async () => {
    const { body: dry } = await ask("route", { data_label: "RESTRICTED", dry_run: true }, halls[mode]);
    const { body: plain } = await ask("route", {}, halls[mode]);
    for (const { decision_id } of [dry, plain]) expect(await noticesOf(decision_id)).toEqual([]);
    expect(plain).toMatchObject({ supervisor_required: false, supervisor_level: null });
  });
});
