import { canonicalBody, type Decision, type Instant, type TenantId } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { decide, explain, telemetryOf } from "../src/index.ts";
import { vectors } from "./vector.ts";

/** What one decision looks like as a whole: on paper, as events, in words. */

function decided(name: string, trial = 0): Decision {
  const one = vectors().find((vector) => vector.name === name)?.trials[trial];
  if (one === undefined) throw new Error(`there is no vector ${name}`);
  return decide(one.program, one.snapshot, one.request, one.nowMs);
}

const stamp = { decisionId: "id-1", timestamp: "2026-11-23T16:00:00.000Z" as Instant };

describe("a decision", () => {
  it("stays short on paper", () => {
    expect(canonicalBody(decided("a-narrow-envelope-passes-in-prod")).length).toBeLessThan(2_200);
  });

  it("does not change what it was made from, nor a later decision", () => {
    const first = decided("a-worker-lacking-a-control-is-denied");
    expect(() => first.required_controls.push("ctrl.x.y")).toThrow(TypeError);
    expect(() => Object.assign(first.preconditions, { must_be_attested: true })).toThrow(TypeError);
  });
});

describe("a decision that nothing was said about", () => {
  it("names no policies", () => {
    expect(decided("a-matching-rule-allows")).not.toHaveProperty("policies");
  });
});

it("a request is not decided against another tenant's view, and nothing of that view is told", () => {
  const { program, snapshot, request, nowMs } = vectors()[0]!.trials[0]!;
  const other = "00000000-0000-4000-8000-000000000002" as TenantId;
  expect(decide(program, snapshot, { ...request, tenantId: other }, nowMs)).toMatchObject({
    outcome: "DENY",
    deny: { code: "DENY_INTERNAL_ERROR", details: {} },
    inputs: {},
  });
});

describe("its explanation", () => {
  it("of an allowed request", () => {
    expect(explain(decided("a-narrow-envelope-passes-in-prod"))).toMatchInlineSnapshot(`
      [
        {
          "mark": "passed",
          "sentence": "The request follows RouteInput.",
          "step": "input",
        },
        {
          "limit": 5000,
          "mark": "passed",
          "seen": 0,
          "sentence": "The view of the Hall was 0 ms old; the limit is 5000 ms.",
          "step": "snapshot",
        },
        {
          "mark": "passed",
          "sentence": "The tenant is active.",
          "step": "tenant",
        },
        {
          "mark": "passed",
          "seen": "tenant-1",
          "sentence": "tenant-1 is an identity of this key.",
          "step": "signatory",
        },
        {
          "mark": "passed",
          "seen": "c-1",
          "sentence": "The work can be followed as c-1.",
          "step": "correlation",
        },
        {
          "mark": "passed",
          "sentence": "No shadowed rule stands in the way.",
          "step": "shadow",
        },
        {
          "mark": "passed",
          "seen": "summarize",
          "sentence": "summarize is the first rule that matches.",
          "step": "rule",
        },
        {
          "mark": "passed",
          "sentence": "No profile stands over this request.",
          "step": "profile",
        },
        {
          "mark": "passed",
          "sentence": "No agreement is required.",
          "step": "agreement",
        },
        {
          "mark": "passed",
          "seen": "org.acme.summarizer",
          "sentence": "org.acme.summarizer serves the capability and is available; no control is required of it.",
          "step": "worker",
        },
        {
          "limit": 85,
          "mark": "passed",
          "seen": 65,
          "sentence": "The blast score is 65 of 100, under the gate of 85.",
          "step": "blast",
        },
        {
          "mark": "passed",
          "sentence": "No policy speaks about this request.",
          "step": "policy",
        },
        {
          "mark": "passed",
          "sentence": "No certification is required.",
          "step": "certification",
        },
        {
          "mark": "passed",
          "sentence": "No attestation is required in prod.",
          "step": "attestation",
        },
        {
          "mark": "passed",
          "sentence": "The worker's privilege envelope stays within what prod allows.",
          "step": "privilege",
        },
        {
          "mark": "passed",
          "sentence": "No human is asked for.",
          "step": "approval",
        },
      ]
    `);
  });

  it("of a request that needs a human", () => {
    expect(explain(decided("restricted-p0-writes-in-prod-need-a-human")).slice(6, 10)).toMatchInlineSnapshot(`
      [
        {
          "mark": "passed",
          "seen": "summarize",
          "sentence": "summarize is the first rule that matches.",
          "step": "rule",
        },
        {
          "mark": "passed",
          "sentence": "No profile stands over this request.",
          "step": "profile",
        },
        {
          "mark": "passed",
          "sentence": "No agreement is required.",
          "step": "agreement",
        },
        {
          "mark": "passed",
          "seen": "org.acme.summarizer",
          "sentence": "org.acme.summarizer serves the capability and is available; no control is required of it.",
          "step": "worker",
        },
      ]
    `);
  });

  it.each([
    ["an-unknown-capability-is-denied", 0],
    ["a-foreign-tenant-id-is-denied", 1],
    ["a-worker-lacking-a-control-is-denied", 0],
    ["a-banned-worker-is-denied", 0],
    ["input-that-breaks-its-schema-is-denied", 0],
    ["a-rule-that-asks-for-certification-is-denied", 0],
    ["a-failure-inside-is-a-denial", 0],
  ])("of %s", (name, trial) => {
    const failed = explain(decided(name, trial)).find((step) => step.mark === "failed");
    expect(failed?.sentence).toMatchSnapshot();
  });

  it("has a sentence for a held step", () => {
    const steps = explain(decided("everybody-who-asks-for-a-human-is-named"));
    expect(
      steps.filter(({ mark }) => mark === "held").map(({ step, sentence }) => `${step}: ${sentence}`),
    ).toMatchInlineSnapshot(`
      [
        "blast: A human is asked for: the blast score is 45 of 100, the gate is 10, the worker's dimensions add up to 0.",
        "policy: A human is asked for: pol.own.a says REQUIRE_HUMAN: because",
        "approval: Held for a person (gatekeeper): The blast score reaches the gate, so a human must decide. Asked: cap.doc.summarize in dev with INTERNAL data at P2. The score is 45 and the gate is 10. Lower what the request does, or have it approved.",
      ]
    `);
  });

  it("reads decisions that another version wrote, however little they say", () => {
    const decision = decided("a-matching-rule-allows");
    const said = (changes: Partial<Decision>, at: number) =>
      explain({ ...decision, ...changes })[at]?.sentence;
    expect(said({ steps: [{ step: "blast", mark: "held" }], blast: null }, 10)).toBe("A human is asked for.");
    expect(said({ steps: [{ step: "approval", mark: "held" }] }, 15)).toBe(
      "Held: the decision names no reason.",
    );
    expect(said({ steps: [{ step: "rule", mark: "failed" }] }, 6)).toBe(
      "Denied: the decision names no reason.",
    );
    expect(said({ steps: ["worker"], selected: null }, 9)).toBe("A worker was selected.");
    const human = { level: "executor" as const, quorum: 2, step_up: false, asked_by: ["pol.own.a"] };
    expect(said({ steps: [{ step: "approval", mark: "held" }], human }, 15)).toMatch(
      /^Held for 2 people \(executor\): /,
    );
    expect(said({ steps: [{ step: "policy", mark: "held" }], policies: [] }, 11)).toBe(
      "A human is asked for: No policy speaks about this request.",
    );
    const seen = (changes: Partial<Decision>, at: number) => explain({ ...decision, ...changes })[at]?.seen;
    expect(seen({ steps: [{ step: "rule", mark: "passed", seen: "r-1" }] }, 6)).toBe("r-1");
    expect(seen({ steps: ["snapshot"], inputs: {} }, 1)).toBeUndefined();
    expect(seen({ steps: ["snapshot"], inputs: { snapshot_age_ms: "0.5" } }, 1)).toBe("0.5");
    expect(seen({ steps: ["worker"], selected: null }, 9)).toBeUndefined();
    expect(seen({ steps: ["signatory"], inputs: {} }, 3)).toBeUndefined();
  });

  it("shows nothing seen and no limit at a step that was not reached", () => {
    const { inputs } = decided("a-matching-rule-allows");
    const failedEarly = { ...decided("a-failure-inside-is-a-denial"), inputs };
    for (const step of explain(failedEarly).slice(1))
      expect(step).toEqual({ step: step.step, mark: "skipped", sentence: "Not reached." });
  });

  it("carries no text of a stored decision that could forge a line or turn text around", () => {
    const decision = decided("a-matching-rule-allows");
    const hostile = explain({
      ...decision,
      inputs: { ...decision.inputs, snapshot_age_ms: "0\u202e.5", snapshot_max_age_ms: "5\n000" },
      steps: ["input", "snapshot", { step: "tenant", mark: "passed", seen: "act\u2028ive" }],
    });
    expect(hostile[1]).toMatchObject({ seen: "0.5", limit: "5000" });
    expect(hostile[2]).toMatchObject({ seen: "active" });
  });

  it("says how many better-ranked candidates were passed over", () => {
    expect(explain(decided("a-banned-worker-gives-way-to-the-next"))[9]?.sentence).toContain(
      "Passed over above it: 1 candidate.",
    );
  });
});

describe("its telemetry", () => {
  it("of an allowed request holds the contract's fields", () => {
    expect(
      telemetryOf(decided("events-of-an-allowed-request-come-in-order", 1), stamp),
    ).toMatchInlineSnapshot(`
      [
        {
          "blast_score": 45,
          "correlation_id": "c-1",
          "data_label": "INTERNAL",
          "decision": "ALLOW",
          "decision_id": "id-1",
          "env": "prod",
          "event_id": "evt.gov.blast_scored",
          "policy_version": "policy.v0",
          "tenant_id": "tenant-1",
          "timestamp": "2026-11-23T16:00:00.000Z",
        },
        {
          "correlation_id": "c-1",
          "data_label": "INTERNAL",
          "decision": "ALLOW",
          "decision_id": "id-1",
          "env": "prod",
          "event_id": "evt.gov.privilege_envelope.checked",
          "policy_version": "policy.v0",
          "tenant_id": "tenant-1",
          "timestamp": "2026-11-23T16:00:00.000Z",
          "worker_species_id": "wrk.doc.summarizer",
        },
        {
          "correlation_id": "c-1",
          "decision_id": "id-1",
          "env": "prod",
          "event_id": "evt.os.worker.attestation_skipped",
          "reason": "attestation_not_required",
          "severity": "warn",
          "worker_species_id": "wrk.doc.summarizer",
        },
        {
          "capability_id": "cap.doc.summarize",
          "correlation_id": "c-1",
          "decision_id": "id-1",
          "event_id": "evt.os.task.routed",
          "matched_rule_id": "summarize",
          "policy_version": "policy.v0",
          "qos_class": "P2",
          "selected_worker_species_id": "wrk.doc.summarizer",
          "task_id": "task_default",
          "tenant_id": "tenant-1",
          "timestamp": "2026-11-23T16:00:00.000Z",
        },
        {
          "capability_id": "cap.doc.summarize",
          "correlation_id": "c-1",
          "decision_id": "id-1",
          "event_id": "evt.os.worker.selected",
          "reason": "first_available_candidate",
          "selected_worker_species_id": "wrk.doc.summarizer",
          "tenant_id": "tenant-1",
          "timestamp": "2026-11-23T16:00:00.000Z",
        },
        {
          "capability_id": "cap.doc.summarize",
          "correlation_id": "c-1",
          "decision": "ALLOW",
          "decision_id": "id-1",
          "event_id": "evt.os.policy.gated",
          "policy_version": "policy.v0",
          "reason": "no_gate_required",
          "tenant_id": "tenant-1",
          "timestamp": "2026-11-23T16:00:00.000Z",
        },
      ]
    `);
  });

  it("of a denied request holds the contract's fields", () => {
    expect(telemetryOf(decided("a-banned-worker-is-denied"), stamp)).toMatchInlineSnapshot(`
      [
        {
          "capability_id": "cap.doc.summarize",
          "correlation_id": "c-1",
          "decision_id": "id-1",
          "deny_code": "DENY_WORKER_BANNED",
          "deny_message": "The worker is banned. Asked: cap.doc.summarize in dev with INTERNAL data at P2. org.acme.summarizer is on the ban list.",
          "event_id": "evt.os.task.denied",
          "matched_rule_id": "summarize",
          "tenant_id": "tenant-1",
          "timestamp": "2026-11-23T16:00:00.000Z",
        },
      ]
    `);
  });

  it("is sanitised even where the decision is not", () => {
    const decision = decided("a-matching-rule-allows");
    const hostile: Decision = {
      ...decision,
      policy_version: "v\u20281",
      inputs: { ...decision.inputs, tenant_id: "a\nb", correlation_id: "c\u202ed" },
    };
    const said = JSON.stringify(telemetryOf(hostile, { ...stamp, decisionId: "id\r-1" }));
    expect(said).toContain('"tenant_id":"ab"');
    expect(said).not.toMatch(/\\n|\\r|\u2028|\u202e/);
  });
});
