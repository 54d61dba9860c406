import { type CapabilityPattern, canonicalBody, type Rule, RuleBundle } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { BundleError } from "./bundle-error.ts";
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
    const { rules } = bundle({
      required_controls_suggested: ["ctrl.a.one"],
      recommended_profiles: [{ profile_id: "prof.prod.strict", score: 1 }],
      escalation: { human_required_if: ["blast.score > 50"] },
    });
    const policies = [{ policy_id: "pol.a.one", when: "true", effect: "DENY", reason: "no" }];
    const again = { ...rules[0], rule_id: "again" };
    const program = compile(RuleBundle.parse({ rules: [...rules, again], policies }), "bundle-1");
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
    const named = { in: ["cap.doc.one"] as CapabilityPattern[] };
    (rules.rules[0] as Rule).match.capability_id = named;
    const before = structuredClone(rules);
    compile(rules, "bundle-1");
    expect(rules).toEqual(before);
    expect(Object.isFrozen(rules.rules[0]?.decision.escalation)).toBe(false);
    expect(Object.isFrozen(named.in)).toBe(false);
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

  it("keeps of each rule for its decisions only what departs from the defaults", () => {
    const { rules } = compile(bundle({}, { escalation: { policy_gate: true } }), "bundle-1");
    expect(rules.map(({ told }) => told)).toEqual([
      { escalation: {}, preconditions: {} },
      { escalation: { policy_gate: true }, preconditions: {} },
    ]);
  });

  it("keeps equal tables of answers once", () => {
    const rules = [
      {
        rule_id: "all",
        match: { capability_id: { in: ["cap.doc.a", "cap.doc.b", "cap.doc.c"] }, env: "dev" },
      },
      { rule_id: "one", match: { capability_id: "cap.doc.b" } },
    ].map((rule) => ({ ...rule, decision: { candidate_workers_ranked: [] } }));
    const program = compile(RuleBundle.parse({ rules }), "bundle-1");
    const [a, b, c] = ["cap.doc.a", "cap.doc.b", "cap.doc.c"].map((id) => program.offsets.get(id as never));
    expect(a).toBe(c);
    expect(a).not.toBe(b);
    // Of each its shape and its rules: nothing; "all" or nothing; "all" or "one".
    expect(program.tables.length).toBe(2 + 3 + 3);
  });

  it("keeps once the shape of tables that differ in their rules alone", () => {
    const rules = ["a", "b", "c"].map((name) => ({
      rule_id: name,
      match: { capability_id: `cap.doc.${name}`, env: "dev" },
      decision: { candidate_workers_ranked: [] },
    }));
    const { tables, shapes, offsets } = compile(RuleBundle.parse({ rules }), "bundle-1");
    expect([...offsets.values()]).toEqual([2, 5, 8]);
    // The shape of the capabilities that no rule names, and that of the three.
    expect([...tables]).toEqual([0, -1, 144, 0, -1, 144, 1, -1, 144, 2, -1]);
    expect(shapes.length).toBe(2 * 144);
  });

  it("leaves nothing in a rule that has no canonical text", () => {
    const program = compile(
      bundle({
        candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer", score_hint: -0 }],
        recommended_profiles: [{ profile_id: "prof.prod.strict", score: 0.25 }],
        escalation: { rationale: "half \ud83d", human_required_if: ['"\udc4b" == "half"'] },
      }),
      "bundle-1",
    );
    const told = program.rules.map(({ humanIf: _, ...rule }) => rule);
    expect(() => canonicalBody(told)).not.toThrow();
  });

  it("leaves nothing in a policy that has no canonical text", () => {
    const program = compile(
      RuleBundle.parse({
        rules: [],
        policies: [{ policy_id: "pol.a.one", when: "true", effect: "DENY", reason: "half \ud83d" }],
      }),
      "bundle-1",
    );
    expect(() => canonicalBody(program.policies.map(({ verdict }) => verdict))).not.toThrow();
  });

  it("knows the capabilities that rules name, sorted", () => {
    expect(compile(bundle({}, {}, {}), "bundle-1").capabilities).toEqual([
      "cap.doc.n0",
      "cap.doc.n1",
      "cap.doc.n2",
    ]);
  });

  it("does not count a prefix among the capabilities that may be meant", () => {
    const rules = [
      {
        rule_id: "docs",
        match: { capability_id: { in: ["cap.doc.*", "cap.model.embed"] } },
        decision: { candidate_workers_ranked: [] },
      },
    ];
    const every = { rule_id: "every", match: {}, decision: { candidate_workers_ranked: [] } };
    expect(compile(RuleBundle.parse({ rules: [...rules, every] }), "bundle-1").capabilities).toEqual([
      "cap.model.embed",
    ]);
  });
});

describe("the order in which candidates are tried", () => {
  const tried = (...candidates: [name: string, rank?: number, score_hint?: number][]) => {
    const candidate_workers_ranked = candidates.map(([name, rank, score_hint]) => ({
      worker_species_id: `wrk.doc.${name}`,
      ...(rank !== undefined && { rank }),
      ...(score_hint !== undefined && { score_hint }),
    }));
    const program = compile(bundle({ candidate_workers_ranked }), "bundle-1");
    return program.rules[0]?.candidates.map(({ speciesId }) => speciesId.slice("wrk.doc.".length));
  };

  it("is that of the list where no rank is given, whatever the scores", () => {
    expect(tried(["c", undefined, 0.1], ["a", undefined, 0.9], ["b"])).toEqual(["c", "a", "b"]);
  });

  it("is that of the ranks where they are given, and the place in the list is a rank too", () => {
    expect(tried(["c", 9], ["a", 3], ["b", 0])).toEqual(["b", "a", "c"]);
    expect(tried(["last", 3], ["first", 0], ["third"], ["fourth"])).toEqual([
      "first",
      "third",
      "fourth",
      "last",
    ]);
  });

  it("is that of the scores where ranks are equal, none being 0, and then of the species", () => {
    expect(tried(["a", 1], ["b", 1, 0], ["c", 1, 0.5], ["d", 1, 0.9])).toEqual(["d", "c", "a", "b"]);
  });
});

describe("a rule's blast limit", () => {
  it.each([
    [undefined, { dev: null, stage: null, prod: null, edge: null }],
    [60, { dev: 60, stage: 60, prod: 60, edge: 60 }],
    [
      { prod: 60, edge: 0 },
      { dev: null, stage: null, prod: 60, edge: 0 },
    ],
  ])("of %j is known for each environment", (max_blast_score, expected) => {
    expect(compile(bundle({ max_blast_score }), "bundle-1").rules[0]?.maxBlast).toEqual(expected);
  });
});

describe("expressions", () => {
  const asks = (...human_required_if: string[]) => ({ escalation: { human_required_if } });

  it("of a rule are compiled once for all that ask the same", () => {
    const program = compile(bundle(asks("true", "false"), asks("false")), "bundle-1");
    const [first, second] = program.rules;
    expect(first?.humanIf.map(({ text }) => text)).toEqual(["true", "false"]);
    expect(second?.humanIf[0]).toBe(first?.humanIf[1]);
  });

  it("that do not compile are all named, and there is no program", () => {
    const broken = RuleBundle.parse({
      rules: bundle(asks("true"), asks("true", "1 +")).rules,
      policies: [{ policy_id: "pol.a.one", when: "nobody", effect: "DENY", reason: "no" }],
    });
    const compiling = () => compile(broken, "bundle-1");
    expect(compiling).toThrow(BundleError);
    expect(compiling).toThrow(
      expect.objectContaining({
        name: "BundleError",
        code: "BUNDLE_EXPRESSION",
        message: "2 of the bundle's expressions do not compile",
        problems: [
          {
            rule_id: "r-1",
            path: "decision.escalation.human_required_if[1]",
            expected: expect.stringContaining("at character 4:"),
          },
          { rule_id: "pol.a.one", path: "when", expected: expect.any(String) },
        ],
      }),
    );
  });
});
