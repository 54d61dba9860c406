import { canonicalBody, RuleBundle } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { compile } from "./compile.ts";

const bundle = (...decisions: object[]) =>
  RuleBundle.parse({
    rules: decisions.map((decision, index) => ({
      rule_id: `r-${index}`,
      match: { capability_id: `cap.doc.n${index}` },
      decision: { candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer" }], ...decision },
    })),
  });

describe("compile", () => {
  it("freezes what decisions will carry", () => {
    const program = compile(
      bundle({
        required_controls_suggested: ["ctrl.a.one"],
        recommended_profiles: [{ profile_id: "prof.prod.strict", score: 1 }],
        escalation: { human_required_if: ["always"] },
      }),
      "bundle-1",
    );
    const open: string[] = [];
    const look = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || value instanceof Map)
        return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, member] of Object.entries(value)) look(member, `${path}.${key}`);
    };
    look(program, "program");
    expect(open).toEqual([]);
  });

  it("leaves the bundle as it was", () => {
    const rules = bundle({ required_controls_suggested: ["ctrl.b.two", "ctrl.a.one"] });
    const before = structuredClone(rules);
    compile(rules, "bundle-1");
    expect(rules).toEqual(before);
    expect(Object.isFrozen(rules.rules[0]?.decision.escalation)).toBe(false);
  });

  it("puts controls in order, each once, and keeps equal lists once", () => {
    const program = compile(
      bundle(
        { required_controls_suggested: ["ctrl.b.two", "ctrl.a_x.one", "ctrl.a-x.one"] },
        { required_controls_suggested: ["ctrl.a-x.one", "ctrl.b.two"] },
      ),
      "bundle-1",
    );
    expect(program.rules[0]?.floor).toEqual(["ctrl.a-x.one", "ctrl.b.two"]);
    expect(program.rules[1]?.floor).toBe(program.rules[0]?.floor);
  });

  it("leaves nothing in a rule that has no canonical text", () => {
    const program = compile(
      bundle({
        candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer", score_hint: -0 }],
        recommended_profiles: [{ profile_id: "prof.prod.strict", score: 0.25 }],
        escalation: { rationale: "half \ud83d", human_required_if: ["\udc4b half"] },
      }),
      "bundle-1",
    );
    expect(() => canonicalBody(program.rules)).not.toThrow();
  });

  it("knows the capabilities that rules name, sorted", () => {
    expect(compile(bundle({}, {}, {}), "bundle-1").capabilities).toEqual([
      "cap.doc.n0",
      "cap.doc.n1",
      "cap.doc.n2",
    ]);
  });
});
