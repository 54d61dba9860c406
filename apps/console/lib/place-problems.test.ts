import { jsonLanguage } from "@codemirror/lang-json";
import { Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { readSteps } from "./json-steps.ts";
import { placeProblems } from "./place-problems.ts";
import type { BundleProblem } from "./rule-types.ts";

/** Where the problems stand, as the text that would be underlined. */
function underlined(text: string, ...problems: [rule_id: string | null, path: string, expected?: string][]) {
  const doc = Text.of(text.split("\n"));
  const told: BundleProblem[] = problems.map(([rule_id, path, expected = "something else"]) => ({
    rule_id,
    path,
    expected,
  }));
  return placeProblems(doc, jsonLanguage.parser.parse(text), told).map(({ from, to, problem }) => {
    expect(to).toBeLessThanOrEqual(doc.length);
    expect(from).toBeLessThanOrEqual(to);
    return `${doc.lineAt(from).number}: ${doc.sliceString(from, to)} (${problem.path})`;
  });
}

const BUNDLE = `{
  "rules": [
    {
      "rule_id": "first",
      "match": { "env": "dev" },
      "decision": { "candidate_workers_ranked": [] }
    },
    {
      "rule_id": "second",
      "match": { "env": { "in": ["prod", "moon"] }, "colour": "red" },
      "decision": {
        "candidate_workers_ranked": [{ "worker_species_id": "wrk.a.b", "score_hint": 2 }],
        "escalation": { "human_required_if": ["true", "blast.score > "] }
      }
    }
  ],
  "policies": [
    { "policy_id": "pol.night_time.v1", "when": "now.x", "effect": "DENY", "reason": "dark" }
  ],
  "policy_tests": [{ "name": "a", "given": { "odd key": {} }, "expect": { "effect": "MAYBE" } }]
}`;

describe("a problem of a bundle stands where its author looks", () => {
  it("at the value that is wrong", () => {
    expect(underlined(BUNDLE, ["second", "match.env.in[1]"])).toEqual(['10: "moon" (match.env.in[1])']);
    expect(underlined(BUNDLE, ["second", "decision.candidate_workers_ranked[0].score_hint"])).toEqual([
      "12: 2 (decision.candidate_workers_ranked[0].score_hint)",
    ]);
    expect(underlined(BUNDLE, ["second", "decision.escalation.human_required_if[1]"])).toEqual([
      '13: "blast.score > " (decision.escalation.human_required_if[1])',
    ]);
  });

  it("at the name of a key that should not be there", () => {
    expect(underlined(BUNDLE, ["second", "match.colour", "one of the keys env, data_label"])).toEqual([
      '10: "colour" (match.colour)',
    ]);
  });

  it("at the nearest that is there, where something is missing", () => {
    expect(underlined(BUNDLE, ["first", "decision.escalation.rationale"])).toEqual([
      '6: "decision" (decision.escalation.rationale)',
    ]);
    expect(underlined(BUNDLE, ["first", "nothing"])).toEqual(["3: { (nothing)"]);
    expect(underlined(BUNDLE, ["nobody", "match.env"])).toEqual(["1: { (match.env)"]);
  });

  it("on one line, where the value goes over many", () => {
    expect(underlined(BUNDLE, ["second", "decision"])).toEqual(["11: { (decision)"]);
  });

  it("by the document's own path, where no rule is named", () => {
    expect(underlined(BUNDLE, [null, "policy_tests[0].expect.effect"], [null, "rules[0].match"])).toEqual([
      '20: "MAYBE" (policy_tests[0].expect.effect)',
      '5: { "env": "dev" } (rules[0].match)',
    ]);
    expect(underlined(BUNDLE, [null, 'policy_tests[0].given["odd key"]'])).toEqual([
      '20: {} (policy_tests[0].given["odd key"])',
    ]);
  });

  it("in the policy, by the canonical spelling in which the Hall names it", () => {
    expect(underlined(BUNDLE, ["pol.night-time", "when"])).toEqual(['18: "now.x" (when)']);
  });

  it("at the second of two that have one id", () => {
    const twice = BUNDLE.replace('"first"', '"second"');
    expect(underlined(twice, ["second", "rule_id"], ["second", "match.env"])).toEqual([
      '9: "second" (rule_id)',
      '5: "dev" (match.env)',
    ]);
  });

  it("where the text stops being JSON", () => {
    expect(underlined(BUNDLE.replace('"first",', '"first"'), [null, "rules[0]", "a comma"])).toEqual([
      expect.stringMatching(/^[45]: /),
    ]);
    expect(underlined("", [null, ""])).toEqual(["1:  ()"]);
    expect(underlined("nonsense", [null, ""])).toHaveLength(1);
    expect(underlined('{ "rules": [', [null, "rules", "a value"])).toHaveLength(1);
  });
});

describe("readSteps", () => {
  it("reads what the Hall prints", () => {
    expect(readSteps("match.env.in[0]")).toEqual(["match", "env", "in", 0]);
    expect(readSteps('given["odd \\"key"].x')).toEqual(["given", 'odd "key', "x"]);
    expect(readSteps("rules[12]")).toEqual(["rules", 12]);
    expect(readSteps("")).toEqual([]);
  });

  it("goes as far as it can read", () => {
    expect(readSteps("match[oops].env")).toEqual(["match"]);
  });
});
