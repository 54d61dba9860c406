import { canonicalJson, RuleBundle } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { DEMO_RULES } from "../../hall-api/src/demo-rules.ts";
import { bundleDifference, differenceWords, isSame } from "./bundle-difference.ts";

const rule = (id: string, env = "dev") => ({
  rule_id: id,
  match: { env },
  decision: { candidate_workers_ranked: [] },
});
const text = (...rules: unknown[]) => JSON.stringify({ rules });

describe("the difference of two bundles", () => {
  it("names what was added, removed and changed", () => {
    const difference = bundleDifference(text(rule("a"), rule("b")), text(rule("b", "prod"), rule("c")));
    expect(difference?.rules).toEqual({ added: ["c"], removed: ["a"], changed: ["b"], isReordered: false });
    expect(difference && differenceWords(difference)).toEqual([
      "1 rule added",
      "1 rule removed",
      "1 rule changed",
    ]);
  });

  it("sees that two rules have changed places", () => {
    const difference = bundleDifference(text(rule("a"), rule("b")), text(rule("b"), rule("a")));
    expect(difference && differenceWords(difference)).toEqual(["the rules stand in another order"]);
    expect(difference && isSame(difference)).toBe(false);
    const pushed = bundleDifference(text(rule("a"), rule("b")), text(rule("new"), rule("a"), rule("b")));
    expect(pushed?.rules.isReordered).toBe(false);
  });

  it("is none between a bundle as written and its canonical form", () => {
    const difference = bundleDifference(
      JSON.stringify(DEMO_RULES),
      canonicalJson(RuleBundle.parse(DEMO_RULES)),
    );
    expect(difference && isSame(difference)).toBe(true);
    expect(difference && differenceWords(difference)).toEqual([]);
  });

  it("counts policies and their tests by themselves", () => {
    const policy = { policy_id: "pol.a", when: "true", effect: "DENY", reason: "r" };
    const after = JSON.stringify({
      rules: [],
      policies: [policy],
      policy_tests: [{ name: "t", expect: { effect: "DENY" } }],
    });
    const difference = bundleDifference(null, after);
    expect(difference && differenceWords(difference)).toEqual(["1 policy added", "1 test added"]);
  });

  it("cannot be told where one of the two is no JSON", () => {
    expect(bundleDifference("{", text())).toBeNull();
    expect(bundleDifference(text(), "[]")).toBeNull();
  });
});
