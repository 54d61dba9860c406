import { canonicalJson, DENY_CODES } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RouteAnswer } from "../src/operations/decision/answer.ts";
import { enrollAt, request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addKey, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { verifiedLedger } from "./testing/whole-ledger.ts";

let house: TestHouse;
let hall: OpenHall;
let worker: HttpWorker;
let tenant: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  worker = await startHttpWorker(() => hall.url);
  tenant = await addTenant(hall.hall);
  other = await addTenant(hall.hall);
  await enrollAt(hall, tenant.key, worker.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

const route = (changes: Record<string, unknown> = {}, key = tenant.key) =>
  hall.ask<RouteAnswer>("POST", "/wcp/route", { key, body: request(tenant.identity, changes) });

describe("an allowed request", () => {
  it("is answered with 200 and a receipt that a stranger can verify", async () => {
    const { status, body } = await route();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      outcome: "DISPATCH",
      denied: false,
      deny_reason_if_denied: null,
      matched_rule_id: "summarize",
      selected_worker_id: "org.test.summarizer",
      controls_applied: ["ctrl.obs.audit-log-append-only"],
    });
    const receipt = await verified(body, hall.verifierKey);
    expect(receipt).toMatchObject({
      kind: "decision",
      receipt_id: body.decision_id,
      chain: tenant.id,
      actor: { kind: "key", id: tenant.keyId },
      policy_decision: "ALLOW",
      worker_id: "org.test.summarizer",
      tenant_id: tenant.identity,
      dispatched_at: null,
      start_by: null,
    });
  });

  it("starts nothing where only the route was asked for", async () => {
    const before = worker.received.length;
    const { body } = await route();
    const { rows } = await house.admin.query("SELECT 1 FROM hall.dispatch WHERE id = $1", [body.decision_id]);
    expect(rows).toEqual([]);
    expect(worker.received.length).toBe(before);
  });

  it("has a body of at most 3 kB", async () => {
    const { body } = await route();
    const { receipt_hash: _, signature: __, ...hashed } = body.receipt;
    expect(Buffer.byteLength(canonicalJson(hashed))).toBeLessThanOrEqual(3000);
  });
});

describe("each of the demo's refusals is answered with 200 and a receipt that a stranger can verify:", () => {
  const refusals = {
    "a capability that no rule names": {
      changes: { capability_id: "cap.doc.sumarize" },
      code: "DENY_NO_MATCHING_RULE",
      reason: { nearest_capabilities: ["cap.doc.summarize"] },
    },
    "a worker that lacks a required control": {
      changes: { env: "stage", data_label: "RESTRICTED" },
      code: "DENY_MISSING_REQUIRED_CONTROLS",
      reason: { missing: ["ctrl.data.redaction-before-egress"], worker_id: "org.test.summarizer" },
    },
    "a tenant_id that the key may not sign as": {
      changes: { tenant_id: "someone-else.test" },
      code: "DENY_UNKNOWN_TENANT",
      reason: { tenant_id: "someone-else.test" },
    },
    "a missing correlation id": {
      changes: { correlation_id: "  " },
      code: "DENY_MISSING_CORRELATION_ID",
      reason: {},
    },
  } as const;

  it.each(Object.entries(refusals))("%s", async (_, { changes, code, reason }) => {
    const { status, body } = await route(changes);
    expect(status).toBe(200);
    expect(body).toMatchObject({ outcome: "DENY", denied: true, deny_code: code });
    expect(body.deny_reason_if_denied).toMatchObject({
      code,
      message: expect.stringMatching(/./),
      ...reason,
    });
    expect(Object.keys(DENY_CODES)).toContain(code);
    const receipt = await verified(body, hall.verifierKey);
    expect(receipt).toMatchObject({
      chain: tenant.id,
      policy_decision: "DENY",
      dispatched_at: null,
      decision: { deny: { code } },
    });
  });
});

it("a foreign tenant_id leaves its receipt on the chain of the key's own tenant, and nothing on the other's", async () => {
  const before = (await verifiedLedger(house, hall)).get(other.id)?.length;
  const { body } = await route({ tenant_id: other.identity });
  expect(body.deny_code).toBe("DENY_UNKNOWN_TENANT");
  const receipt = await verified(body, hall.verifierKey);
  expect(receipt.chain).toBe(tenant.id);
  expect((await verifiedLedger(house, hall)).get(other.id)?.length).toBe(before);
});

/** Contract 2.2: what the SDKs answer, what only the specification names, and what the published schema requires. */
const UNION = {
  sdk: [
    "decision_id timestamp correlation_id tenant_id capability_id matched_rule_id env data_label tenant_risk",
    "qos_class denied deny_reason_if_denied selected_worker_species_id candidate_workers_ranked",
    "required_controls_effective recommended_profiles_effective escalation_effective preconditions_checked",
    "artifact_hash worker_attestation_checked worker_attestation_valid dry_run telemetry_envelopes",
  ],
  specification: [
    "blast_score blast_gate_passed privilege_envelope_ok supervisor_required supervisor_level",
    "pending_approval_id approval_expires_at escalation_context selected_worker_id",
  ],
  schema: ["outcome correlation_id decided_at worker_id deny_code controls_applied"],
};

it("an answer has every field of the contract's union of shapes (2.2), whatever the outcome", async () => {
  const fields = Object.values(UNION)
    .flat()
    .flatMap((line) => line.split(" "));
  for (const changes of [{}, { capability_id: "cap.doc.nothing" }, { env: "nowhere" }]) {
    const { body } = await route(changes);
    expect(Object.keys(body)).toEqual(expect.arrayContaining(fields));
    expect(RouteAnswer.parse(body)).toEqual(body);
    expect(Object.keys(body).sort()).toEqual(Object.keys(RouteAnswer.shape).sort());
    expect(Object.keys(body.escalation_effective)).toEqual(
      expect.arrayContaining([
        "policy_gate",
        "msavx_step_up",
        "human_required_default",
        "human_required_if",
        "rationale",
      ]),
    );
    expect(Object.keys(body.preconditions_checked)).toEqual(
      expect.arrayContaining([
        "must_have_correlation_id",
        "must_attach_policy_version",
        "must_record_artifact_hash_if_executes",
        "deny_if_missing_required_controls",
        "deny_if_unsigned_artifact_in_prod",
        "deny_if_no_attestation_in_prod",
      ]),
    );
  }
});

it("a candidate's hint is a number again, and the input's hash is bare hex", async () => {
  const { body } = await route();
  expect(body.candidate_workers_ranked).toEqual([
    expect.objectContaining({
      worker_species_id: "wrk.doc.summarizer",
      score_hint: 0.9,
      requires_controls_minimum: [],
      skip_reason: null,
    }),
  ]);
  expect(body.artifact_hash).toMatch(/^[0-9a-f]{64}$/);
});

it("a dry run is decided and recorded like any other, and runs nothing", async () => {
  const before = worker.received.length;
  const { status, body } = await hall.ask<RouteAnswer & { dispatch: unknown; result: unknown }>(
    "POST",
    "/wcp/dispatch",
    { key: tenant.key, body: request(tenant.identity, { dry_run: true }) },
  );
  expect(status).toBe(200);
  expect(body).toMatchObject({
    outcome: "DISPATCH",
    denied: false,
    dry_run: true,
    dispatch: null,
    result: null,
    receipt: { dispatched_at: null },
  });
  await verified(body, hall.verifierKey);
  const { rows } = await house.admin.query("SELECT 1 FROM hall.dispatch WHERE id = $1", [body.decision_id]);
  expect(rows).toEqual([]);
  expect(worker.received.length).toBe(before);
});

it("a key without the scope is told which one it lacks", async () => {
  const reader = await addKey(hall.hall, tenant, { scopes: ["receipt:read"] });
  const asked = await hall.ask("POST", "/wcp/route", { key: reader.secret, body: request(tenant.identity) });
  expect([asked.status, asked.text]).toEqual([200, expect.stringContaining("decision:make")]);
  expect(asked.body).toMatchObject({ outcome: "DENY", deny_code: "DENY_KEY_SCOPE" });
  const router = await addKey(hall.hall, tenant, { scopes: ["decision:make"] });
  const started = await hall.ask("POST", "/wcp/dispatch", {
    key: router.secret,
    body: request(tenant.identity),
  });
  expect([started.status, started.text]).toEqual([200, expect.stringContaining("dispatch:start")]);
  expect(started.body).toMatchObject({ outcome: "DENY", deny_code: "DENY_KEY_SCOPE" });
});

it("a decision can be read again by its id, with its steps and the receipt before it", async () => {
  const { body } = await route();
  const { body: read } = await hall.ask<{
    summary: object;
    steps: object[];
    sealed: { receipt: object; seal: object };
    previous: { receipt_hash: string };
    verifier_key: string;
  }>("GET", `/wcp/decisions/${body.decision_id}`, { key: tenant.key });
  expect(read.summary).toMatchObject({ decision_id: body.decision_id, outcome: "ALLOW" });
  expect(read.steps.length).toBeGreaterThan(5);
  const receipt = await verified(read.sealed, read.verifier_key);
  expect(receipt.receipt_hash).toBe(body.receipt.receipt_hash);
  expect(receipt.prev_receipt_hash).toBe(read.previous.receipt_hash);
  const { body: list } = await hall.ask<{ decisions: { decision_id: string }[] }>(
    "GET",
    "/wcp/decisions?limit=1",
    { key: tenant.key },
  );
  expect(list.decisions.map((one) => one.decision_id)).toEqual([body.decision_id]);
});

it("after all of it every chain and the whole log verify", async () => {
  const chains = await verifiedLedger(house, hall);
  expect(chains.get(tenant.id)?.length).toBeGreaterThan(10);
});
