import { RuleBundle } from "@guildhall/protocol";
import { expect, it } from "vitest";
import { compile, decide, type Program, type RecordedRequest, simulate } from "../src/index.ts";
import { readVector } from "./vector.ts";

const [trial] = readVector(
  "simulate",
  `
description: A summarizer and a translator.
rules: []
snapshot:
  workers:
    - record: { worker_id: org.acme.a, worker_species_id: wrk.doc.a, capabilities: [cap.doc.summarize] }
    - record: { worker_id: org.acme.b, worker_species_id: wrk.doc.b, capabilities: [cap.doc.summarize, cap.doc.translate] }
request: { capability_id: cap.doc.summarize, env: dev, data_label: PUBLIC, tenant_risk: low, qos_class: P2, tenant_id: tenant-1, correlation_id: c-1 }
expect: {}
`,
).trials;

function program(rules: Record<string, string>): Program {
  const list = Object.entries(rules).map(([capability_id, species]) => ({
    rule_id: `for ${capability_id}`,
    match: { capability_id },
    decision: { candidate_workers_ranked: [{ worker_species_id: species }] },
  }));
  return compile(RuleBundle.parse({ rules: list }), JSON.stringify(rules));
}

const ACTIVE = program({ "cap.doc.summarize": "wrk.doc.a", "cap.doc.translate": "wrk.doc.b" });

/** Requests as their decisions were recorded under the active bundle. */
function recorded(...asked: Record<string, unknown>[]): RecordedRequest[] {
  return asked.map((body, at) => {
    const request = requestOf(body);
    const { inputs } = decide(ACTIVE, trial!.snapshot, request, trial!.nowMs);
    return { decisionId: `decision-${at}`, inputs, agent: "agent-1" };
  });
}

function requestOf(body: Record<string, unknown>) {
  const { trials } = readVector(
    "one request",
    JSON.stringify({
      description: "One request.",
      rules: [],
      snapshot: {},
      request: { ...trial!.materials.body, ...body },
      expect: {},
    }),
  );
  return trials[0]!.request;
}

const simulated = (draft: Program, requests: RecordedRequest[]) =>
  simulate(ACTIVE, draft, trial!.snapshot, requests, trial!.nowMs);

it("the same rules change nothing", () => {
  const requests = recorded({}, { capability_id: "cap.doc.translate" }, { capability_id: "cap.doc.shred" });
  expect(simulated(ACTIVE, requests)).toMatchObject({ asked: 3, invalid: 0, changed: 0, changes: [] });
});

it("what changes is told with both verdicts, and counted by rule, tenant, worker and outcome", () => {
  const draft = program({ "cap.doc.summarize": "wrk.doc.b" });
  const requests = recorded(
    {},
    { capability_id: "cap.doc.translate" },
    { capability_id: "cap.doc.shred" },
    {},
  );
  const result = simulated(draft, requests);
  expect(result).toMatchObject({ asked: 4, changed: 3 });
  expect({ ...result.by_rule }).toEqual({ "for cap.doc.summarize": 2, "for cap.doc.translate": 1 });
  expect({ ...result.by_tenant }).toEqual({ "tenant-1": 3 });
  expect({ ...result.by_worker }).toEqual({ "org.acme.a": 2, "org.acme.b": 1 });
  expect({ ...result.by_outcome }).toEqual({ "ALLOW to ALLOW": 2, "ALLOW to DENY": 1 });
  expect(result.changes[1]).toEqual({
    decision_id: "decision-1",
    capability_id: "cap.doc.translate",
    tenant_id: "tenant-1",
    before: { outcome: "ALLOW", code: null, rule: "for cap.doc.translate", worker: "org.acme.b" },
    after: { outcome: "DENY", code: "DENY_NO_MATCHING_RULE", rule: "NO_MATCH", worker: null },
  });
});

it("a change from nobody to somebody counts under none", () => {
  const draft = program({
    "cap.doc.summarize": "wrk.doc.a",
    "cap.doc.translate": "wrk.doc.b",
    "cap.doc.shred": "wrk.doc.a",
  });
  const result = simulated(draft, recorded({ capability_id: "cap.doc.shred" }));
  expect({ ...result.by_worker }).toEqual({ none: 1 });
  expect({ ...result.by_rule }).toEqual({ NO_MATCH: 1 });
});

it("a request that breaks RouteInput is counted and not asked", () => {
  expect(simulated(program({}), recorded({ env: "nowhere" }))).toMatchObject({
    asked: 0,
    invalid: 1,
    changed: 0,
  });
});

it("an identity that was not the key's is not the key's now", () => {
  const [request] = recorded({ tenant_id: "stranger" });
  expect(request!.inputs.signatory_bound).toBe(false);
  expect(simulated(program({}), [request!]).changed).toBe(0);
});

it("names that objects have by themselves are counted like others", () => {
  const draft = program({});
  const result = simulated(draft, recorded({ tenant_id: "tenant-1" }));
  expect(Object.getPrototypeOf(result.by_tenant)).toBeNull();
});

it("at most two hundred changes are told, all are counted", () => {
  const [one] = recorded({});
  const result = simulated(program({}), Array<RecordedRequest>(250).fill(one!));
  expect(result.changed).toBe(250);
  expect(result.changes).toHaveLength(200);
});
