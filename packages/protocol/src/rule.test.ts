import { describe, expect, it } from "vitest";
import { Rule, RuleBundle } from "./rule.ts";

const rule = (match: object, decision: object = {}) => ({
  rule_id: "summarize",
  match,
  decision: { candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer" }], ...decision },
});
const accepts = (value: unknown) => Rule.safeParse(value).success;

describe("a rule's match", () => {
  it.each([
    ["nothing at all", {}],
    ["a value", { env: "prod" }],
    ["a list of values", { env: { in: ["dev", "stage"] } }],
    ["an eq", { env: { eq: "dev" } }],
    ["an any", { env: { any: true } }],
    ["a prefix", { capability_id: "cap.doc.*" }],
    ["a prefix in a list", { capability_id: { in: ["cap.doc.*", "cap.model.embed"] } }],
    ["every capability", { capability_id: { eq: "cap.*" } }],
  ])("may be %s", (_, match) => {
    expect(accepts(rule(match))).toBe(true);
  });

  it.each([
    ["a key that is not matched on", { tenant_id: "tenant-1" }],
    ["an unknown operator", { env: { not: "prod" } }],
    ["two operators", { env: { in: ["dev"], eq: "prod" } }],
    ["null", { env: null }],
    ["an empty list", { env: { in: [] } }],
    ["text where a list is meant", { env: { in: "dev,stage" } }],
    ["any: false", { env: { any: false } }],
    ["an environment that there is not", { env: "production" }],
    ["a star in the middle", { capability_id: "cap.*.summarize" }],
    ["a star within a name", { capability_id: "cap.doc.sum*" }],
    ["a bare star", { capability_id: "*" }],
    ["a prefix with no level left below it", { capability_id: "cap.a.b.c.*" }],
    ["a prefix under which no name fits", { capability_id: `cap.${"a".repeat(56)}.*` }],
  ])("may not be %s", (_, match) => {
    expect(accepts(rule(match))).toBe(false);
  });

  it("takes the longest prefix under which names still fit", () => {
    expect(accepts(rule({ capability_id: `cap.${"a".repeat(55)}.*` }))).toBe(true);
  });

  it("is read in the canonical spelling", () => {
    expect(Rule.parse(rule({ capability_id: "cap.doc_pdf.*" })).match.capability_id).toBe("cap.doc-pdf.*");
  });
});

describe("a rule's decision", () => {
  it.each([
    ["one blast limit for all environments", { max_blast_score: 60 }],
    ["a blast limit for each environment", { max_blast_score: { prod: 60, edge: 40 } }],
    ["a rank", { candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer", rank: 0 }] }],
    ["no candidates", { candidate_workers_ranked: [] }],
  ])("may have %s", (_, decision) => {
    expect(accepts(rule({}, decision))).toBe(true);
  });

  it.each([
    ["a blast limit beyond 100", { max_blast_score: 101 }],
    ["a blast limit for an environment that there is not", { max_blast_score: { production: 60 } }],
    ["no list of candidates", { candidate_workers_ranked: null }],
    ["half a rank", { candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer", rank: 0.5 }] }],
    [
      "one species twice, in whatever spelling",
      {
        candidate_workers_ranked: [
          { worker_species_id: "wrk.doc.sum-up" },
          { worker_species_id: "wrk.doc.sum_up", rank: 1 },
        ],
      },
    ],
    ["more than a thousand controls", { required_controls_suggested: Array(1001).fill("ctrl.a.one") }],
  ])("may not have %s", (_, decision) => {
    expect(accepts(rule({}, decision))).toBe(false);
  });
});

describe("a bundle", () => {
  const policy = { policy_id: "pol.a.one", when: "true", effect: "DENY", reason: "no" };

  it("has no policies and no tests where it names none", () => {
    expect(RuleBundle.parse({ rules: [] })).toEqual({ rules: [], policies: [], policy_tests: [] });
  });

  it.each([
    ["two rules of one id", { rules: [rule({}), rule({ env: "dev" })] }, ["rules", 1, "rule_id"]],
    [
      "two policies of one id, in whatever spelling",
      {
        rules: [],
        policies: [
          { ...policy, policy_id: "pol.a.o-ne" },
          { ...policy, policy_id: "pol.a.o_ne" },
        ],
      },
      ["policies", 1, "policy_id"],
    ],
  ])("may not have %s", (_, bundle, path) => {
    expect(RuleBundle.safeParse(bundle).error?.issues.map((issue) => issue.path)).toEqual([path]);
  });
});
