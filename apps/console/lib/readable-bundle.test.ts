import { canonicalJson, RuleBundle, type RuleBundleInput } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { DEMO_RULES } from "../../hall-api/src/demo-rules.ts";
import { readableBundle } from "./readable-bundle.ts";

const EVERYTHING: RuleBundleInput = {
  rules: [
    {
      rule_id: "all",
      match: {
        capability_id: { in: ["cap.doc.*", "cap.mail.send"] },
        env: { eq: "prod" },
        qos_class: { any: true },
      },
      decision: {
        candidate_workers_ranked: [
          { worker_species_id: "wrk.doc.summarizer", rank: 2, requires_controls_minimum: ["ctrl.obs.x"] },
        ],
        required_controls_suggested: ["ctrl.obs.audit-log-append-only"],
        recommended_profiles: [{ profile_id: "prof.prod.strict", score: 1 }],
        escalation: {
          policy_gate: true,
          msavx_step_up: true,
          human_required_default: true,
          human_required_if: ["blast.score > 10"],
          rationale: "because",
        },
        preconditions: {
          must_have_correlation_id: false,
          must_attach_policy_version: false,
          must_record_artifact_hash_if_executes: false,
          deny_if_missing_required_controls: false,
          deny_if_unsigned_artifact_in_prod: true,
          deny_if_no_attestation_in_prod: true,
          must_be_certified: true,
          must_be_attested: true,
        },
        max_blast_score: { prod: 60 },
      },
    },
  ],
  policies: [
    { policy_id: "pol.a", description: "x", when: "true", effect: "REQUIRE_HUMAN", reason: "r", quorum: 2 },
    { policy_id: "pol.b", when: "true", effect: "DENY", reason: "r" },
  ],
  policy_tests: [
    { name: "none speaks", expect: { effect: "NONE", policies: [] } },
    { name: "given", given: { request: { env: "prod", policies: [] } }, expect: { effect: "DENY" } },
  ],
};

describe("a readable bundle", () => {
  it("says the same as the canonical one", () => {
    for (const rules of [DEMO_RULES, EVERYTHING, { rules: [] }]) {
      const canonical = canonicalJson(RuleBundle.parse(rules));
      const readable = readableBundle(JSON.parse(canonical));
      expect(canonicalJson(RuleBundle.parse(JSON.parse(readable)))).toBe(canonical);
    }
  });

  it("leaves out what goes without saying, in the order in which it is read", () => {
    expect(readableBundle(RuleBundle.parse(DEMO_RULES))).toMatchInlineSnapshot(`
      "{
        "rules": [
          {
            "rule_id": "summarize-restricted-in-stage",
            "match": {
              "capability_id": "cap.doc.summarize",
              "env": "stage",
              "data_label": "RESTRICTED"
            },
            "decision": {
              "candidate_workers_ranked": [{ "worker_species_id": "wrk.doc.summarizer" }],
              "required_controls_suggested": ["ctrl.data.redaction-before-egress"]
            }
          },
          {
            "rule_id": "summarize",
            "match": { "capability_id": "cap.doc.summarize" },
            "decision": {
              "candidate_workers_ranked": [{ "worker_species_id": "wrk.doc.summarizer", "score_hint": 0.9 }],
              "required_controls_suggested": ["ctrl.obs.audit-log-append-only"]
            }
          }
        ]
      }
      "
    `);
  });

  it("keeps what no bundle should hold, so that its author sees it", () => {
    expect(JSON.parse(readableBundle({ rules: [{ rule_id: "a", odd: [] }], more: 1 }))).toEqual({
      rules: [{ rule_id: "a", odd: [] }],
      more: 1,
    });
    for (const value of [null, [], 3, "x", { rules: 7 }, { rules: [7] }])
      expect(JSON.parse(readableBundle(value))).toEqual(value);
  });
});
