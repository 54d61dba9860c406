import { Rule } from "@guildhall/protocol";
import { expect, it } from "vitest";
import { ruleInWords } from "../src/operations/rule/rule-in-words.ts";

const said = (match: object, decision: object = {}) =>
  ruleInWords(
    Rule.parse({
      rule_id: "r",
      match,
      decision: { candidate_workers_ranked: [{ worker_species_id: "wrk.doc.a" }], ...decision },
    }),
  );

it.each([
  [{}, "r: any request goes to wrk.doc.a."],
  [{ capability_id: { any: true } }, "r: any request goes to wrk.doc.a."],
  [{ capability_id: "cap.*" }, "r: any request goes to wrk.doc.a."],
  [{ capability_id: "cap.doc.x" }, "r: a request for cap.doc.x goes to wrk.doc.a."],
  [
    { capability_id: { in: ["cap.doc.*", "cap.mail.send"] } },
    "r: a request for anything under cap.doc or cap.mail.send goes to wrk.doc.a.",
  ],
  [
    {
      env: { in: ["stage", "prod"] },
      data_label: "RESTRICTED",
      tenant_risk: { eq: "high" },
      qos_class: "P0",
    },
    "r: any request in stage or prod with RESTRICTED data of a tenant of high risk of class P0 goes to wrk.doc.a.",
  ],
])("says of %j what it matches", (match, sentence) => {
  expect(said(match)).toBe(sentence);
});

it.each([
  [{ candidate_workers_ranked: [] }, "r: any request is denied, because no candidate is named."],
  [
    {
      candidate_workers_ranked: [
        { worker_species_id: "wrk.doc.late", rank: 5 },
        { worker_species_id: "wrk.doc.first", rank: 1, requires_controls_minimum: ["ctrl.a.b", "ctrl.c.d"] },
      ],
    },
    "r: any request goes to wrk.doc.first with ctrl.a.b and ctrl.c.d else wrk.doc.late.",
  ],
  [
    { required_controls_suggested: ["ctrl.a.b"], preconditions: { must_be_certified: true } },
    "r: any request goes to wrk.doc.a, provided that the worker implements ctrl.a.b, and that the worker is certified.",
  ],
  [
    { recommended_profiles: [{ profile_id: "prof.prod.strict", score: 1 }], max_blast_score: { prod: 60 } },
    "r: any request goes to wrk.doc.a, provided that it meets prof.prod.strict, and that the blast score is at most 60 in prod.",
  ],
  [
    {
      escalation: {
        policy_gate: true,
        human_required_default: true,
        human_required_if: ["blast.score > 50"],
      },
    },
    "r: any request goes to wrk.doc.a, provided that a policy allows it, and that a human agrees, and that a human agrees where `blast.score > 50`.",
  ],
])("says of %j what becomes of it", (decision, sentence) => {
  expect(said({}, decision)).toBe(sentence);
});

it("cuts long lists, and says by how much", () => {
  const ids = Array.from({ length: 9 }, (_, n) => `cap.doc.x${n}`);
  expect(said({ capability_id: { in: ids } })).toMatch(/cap\.doc\.x5 and 3 more goes to/);
});
