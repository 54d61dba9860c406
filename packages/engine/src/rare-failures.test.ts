import { type Decision, Rule, STEPS } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { applyPolicies, compilePolicies } from "./apply-policy.ts";
import { checkConditions } from "./check-policies.ts";
import { compile } from "./compile.ts";
import { expressionExpected } from "./compile-conditions.ts";
import type { Activation } from "./policy-facts.ts";
import { readBundle } from "./read-bundle.ts";
import { failed, undecided } from "./record-decision.ts";
import { requestOf } from "./replay.ts";

/** What no request brings about: errors of our own making must come through, and be written down. */

const broken = new Proxy({} as Activation, {
  get() {
    throw new TypeError("ours");
  },
});

describe("an error that is not an expression's", () => {
  it("comes through a policy", () => {
    const { policies } = compilePolicies([
      { policy_id: "pol.own.a", when: 'request.env == "dev"', effect: "DENY", reason: "because" } as never,
    ]);
    expect(() => applyPolicies(policies, [broken])).toThrow("ours");
  });

  it("comes through a rule's condition", () => {
    const rule = Rule.parse({
      rule_id: "r",
      match: {},
      decision: {
        candidate_workers_ranked: [],
        escalation: { human_required_if: ['request.env == "dev"'] },
      },
    });
    const program = compile({ rules: [rule], policies: [], policy_tests: [] } as never, "bundle-1");
    expect(() => checkConditions(program.rules[0] as never, () => [broken])).toThrow("ours");
  });

  it("comes through a bundle that is no text", () => {
    expect(() => readBundle({ length: 1 } as never)).toThrow(TypeError);
  });

  it("is a denial even where every step was written down already", () => {
    const decision: Decision = { ...undecided(), outcome: "ALLOW", steps: [...STEPS] };
    expect(failed(decision)).toMatchObject({
      outcome: "DENY",
      deny: { code: "DENY_INTERNAL_ERROR" },
      steps: STEPS,
    });
  });
});

it("a decision that read nothing of the request stands under the first policy version, and names nothing", () => {
  expect(undecided()).toMatchObject({
    policy_version: "policy.v0",
    candidates: [],
    required_controls: [],
    controls_verified: [],
    recommended_profiles: [],
  });
});

it("an expression without a place is refused without one", () => {
  expect(expressionExpected({ problem: "no" })).toBe("a CEL expression that compiles; this one does not: no");
});

it("inputs that name no facts are those of a request without any", () => {
  const read = requestOf({
    capability_id: "cap.doc.summarize",
    env: "dev",
    data_label: "PUBLIC",
    tenant_risk: "low",
    qos_class: "P2",
    tenant_id: "tenant-1",
    correlation_id: "c-1",
    dry_run: false,
    policy_version: "policy.v0",
  });
  expect(read).toMatchObject({ valid: true, input: { request: {} } });
});
