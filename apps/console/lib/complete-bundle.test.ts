import { jsonLanguage } from "@codemirror/lang-json";
import { Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { POLICY_VARIABLES } from "../../../packages/engine/src/policy-variables.ts";
import type { KnownWords } from "./bundle-words.ts";
import { completeBundle } from "./complete-bundle.ts";

const KNOWN: KnownWords = {
  capabilities: ["cap.doc.summarize"],
  species: ["wrk.doc.summarizer", "wrk.doc.translator"],
  controls: ["ctrl.obs.audit-log-append-only"],
  profiles: ["prof.prod.strict"],
  policies: ["pol.night"],
  // As it comes over the wire.
  variables: JSON.parse(JSON.stringify(POLICY_VARIABLES)),
};

/** What is offered at the bar in the text, which is not part of it. */
function offered(marked: string, isAsked = true): { labels: string[]; replaces: string } | null {
  const pos = marked.indexOf("|");
  const text = marked.replace("|", "");
  const found = completeBundle(
    Text.of(text.split("\n")),
    jsonLanguage.parser.parse(text),
    pos,
    KNOWN,
    isAsked,
  );
  return (
    found && {
      labels: found.options.map(({ label }) => label),
      replaces: text.slice(found.from, found.to ?? pos),
    }
  );
}

const labels = (marked: string) => offered(marked)?.labels;
const rule = (inside: string) => `{"rules": [{"rule_id": "a", ${inside}}]}`;

describe("while a bundle is written", () => {
  it("a rule offers the keys that it does not have yet, and replaces what is typed", () => {
    expect(offered(rule('"ma|"'))).toEqual({ labels: ["match", "decision"], replaces: "ma" });
    expect(labels(rule('"match": {}, "|"'))).toEqual(["decision"]);
  });

  it("the bundle itself offers its lists", () => {
    expect(labels('{"|"}')).toEqual(["rules", "policies", "policy_tests"]);
    expect(labels("{|}")).toEqual(["rules", "policies", "policy_tests"]);
  });

  it("a key that is being renamed stays among what is offered", () => {
    expect(labels(rule('"ma|tch": {}'))).toEqual(["match", "decision"]);
  });

  it("a condition offers the values of its field, also in its other forms", () => {
    expect(labels(rule('"match": {"env": "|"}'))).toEqual(["dev", "stage", "prod", "edge"]);
    expect(labels(rule('"match": {"env": {"in": ["dev", "|"]}}'))).toEqual(["dev", "stage", "prod", "edge"]);
    expect(labels(rule('"match": {"env": {"|"}}'))).toEqual(["in", "eq", "any"]);
    expect(labels(rule('"match": {"capability_id": "|"}'))).toEqual(["cap.doc.summarize"]);
  });

  it("known species, controls and profiles are offered where they belong", () => {
    const decision = (inside: string) => labels(rule(`"decision": {${inside}}`));
    expect(decision('"candidate_workers_ranked": [{"worker_species_id": "wrk|"}]')).toEqual(KNOWN.species);
    expect(decision('"required_controls_suggested": ["|"]')).toEqual(KNOWN.controls);
    expect(decision('"recommended_profiles": [{"profile_id": "|"}]')).toEqual(KNOWN.profiles);
    expect(decision('"escalation": {"policy_gate": |}')).toEqual(["true", "false"]);
  });

  it("text of the author's own is left alone", () => {
    expect(offered('{"rules": [{"rule_id": "|"}]}')).toBeNull();
    expect(offered('{"policies": [{"reason": "|"}]}')).toBeNull();
  });

  it("nothing is offered between the words, unless somebody asks", () => {
    expect(offered(rule("|"), false)).toBeNull();
    expect(labels(rule("|"))).toEqual(["match", "decision"]);
  });

  it("a text in ruins is no accident", () => {
    for (const marked of ["|", '{"|', '{"rules": [|', '{"rules": [{|', "]|", '{"rules": {"x": "|"}}'])
      expect(() => offered(marked)).not.toThrow();
  });
});

describe("inside of an expression", () => {
  const when = (text: string) => offered(`{"policies": [{"when": "${text}"}]}`, false);

  it("the variables of policies are offered, and the fields of one", () => {
    expect(when("|")?.labels).toEqual(expect.arrayContaining(["request.", "worker.", "blast.", "now"]));
    expect(when("request.e|")).toEqual({
      labels: expect.arrayContaining(["env", "egress", "external_call"]),
      replaces: "e",
    });
    expect(when("blast.score > 10 && req|")?.replaces).toBe("req");
  });

  it("a rule's human_required_if has them too", () => {
    expect(offered(rule('"decision": {"escalation": {"human_required_if": ["blast.|"]}}'))?.labels).toContain(
      "score",
    );
  });

  it("the values of a field that is compared are offered, in either quotes", () => {
    expect(when(String.raw`request.env == \"|\"`)?.labels).toEqual(["dev", "stage", "prod", "edge"]);
    expect(when("request.env != 'pr|'")).toEqual({
      labels: ["dev", "stage", "prod", "edge"],
      replaces: "pr",
    });
    expect(when("request.data_label in ['PUBLIC', '|']")?.labels).toContain("RESTRICTED");
    expect(when("request.tenant_id == '|'")).toBeNull();
  });

  it("a test of the policies is given the same variables", () => {
    const given = (text: string) => labels(`{"policy_tests": [{"given": ${text}}]}`);
    expect(given('{"|"}')).toEqual(expect.arrayContaining(["request", "worker", "now"]));
    expect(given('{"request": {"|"}}')).toEqual(expect.arrayContaining(["env", "data_label"]));
    expect(given('{"request": {"env": "|"}}')).toEqual(["dev", "stage", "prod", "edge"]);
    expect(given('{"request": {"egress": |}}')).toEqual(["true", "false"]);
  });
});
