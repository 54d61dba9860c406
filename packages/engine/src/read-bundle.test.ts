import { RuleBundle, readStrictJson } from "@guildhall/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../test/runs.ts";
import type { BundleProblem } from "./bundle-error.ts";
import { explained } from "./bundle-problems.ts";
import { compileExpression } from "./expression.ts";
import { BUNDLE_MAX_BYTES, readBundle } from "./read-bundle.ts";

const candidates = [{ worker_species_id: "wrk.doc.summarizer" }];
const rule = (rule_id: unknown, match: unknown = {}, decision: unknown = {}) => ({
  rule_id,
  match,
  decision:
    typeof decision === "object" && decision !== null && !Array.isArray(decision)
      ? { candidate_workers_ranked: candidates, ...decision }
      : decision,
});
const policy = (policy_id: unknown, when: unknown = "true", more: object = {}) => ({
  policy_id,
  when,
  effect: "DENY",
  reason: "no",
  ...more,
});

function problemsOf(text: string | Uint8Array): BundleProblem[] {
  const read = readBundle(text);
  if (read.ok) throw new Error("the bundle should be refused");
  return read.problems;
}
const wrong = (document: unknown) => problemsOf(JSON.stringify(document));
/** What is wrong with one rule, as `path: expected`. */
const inRule = (match: unknown, decision?: unknown) =>
  wrong({ rules: [rule("r-1", match, decision)] }).map(({ rule_id, path, expected }) => {
    expect(rule_id).toBe("r-1");
    return `${path}: ${expected}`;
  });

const ENVS = "one of dev, stage, prod, edge";
const ENV_FORMS = `${ENVS}; or {"in": [...]}, {"eq": ...} or {"any": true}`;

it("two rules without an id are each told that, and not that they are alike", () => {
  const nameless = { match: {}, decision: { candidate_workers_ranked: candidates } };
  const problems = wrong({ rules: [nameless, nameless] });
  expect(problems.map(({ path }) => path)).toEqual(["rules[0].rule_id", "rules[1].rule_id"]);
});

describe("a bundle that is right", () => {
  it("is read with its defaults, from text and from bytes", () => {
    const document = {
      rules: [rule("r-1", { capability_id: "cap.doc_pdf.*", env: { in: ["dev"] } })],
      policies: [policy("pol.a.one", 'request.env == "prod"')],
      policy_tests: [{ name: "nothing speaks in dev", expect: { effect: "NONE" } }],
    };
    const text = JSON.stringify(document);
    const expected = { ok: true, bundle: RuleBundle.parse(document) };
    expect(readBundle(text)).toEqual(expected);
    expect(readBundle(new TextEncoder().encode(text))).toEqual(expected);
  });

  it("may hold ten thousand policies", () => {
    const policies = Array.from({ length: 10_000 }, (_, number) => policy(`pol.many.n${number}`));
    expect(readBundle(JSON.stringify({ rules: [], policies }))).toMatchObject({ ok: true });
  });
});

describe("an author is told which rule, where, and what should stand there", () => {
  it.each<[string, unknown, string[]]>([
    [
      "text where a list is meant",
      { env: { in: "dev,stage" } },
      ['match.env.in: a list of 1 to 1000 values like ["dev"]; this is "dev,stage"'],
    ],
    [
      "an empty list",
      { env: { in: [] } },
      ['match.env.in: a list of 1 to 1000 values like ["dev"]; this is a list of 0'],
    ],
    [
      "a wrong value in a list",
      { env: { in: ["dev", "production"] } },
      [`match.env.in[1]: ${ENVS}; this is "production"`],
    ],
    ["a wrong value", { env: "production" }, [`match.env: ${ENV_FORMS}; this is "production"`]],
    ["a wrong value of eq", { env: { eq: 1 } }, [`match.env.eq: ${ENVS}; this is 1`]],
    ["null", { env: null }, [`match.env: ${ENV_FORMS}; this is null`]],
    ["a list without in", { env: ["dev"] }, [`match.env: ${ENV_FORMS}; this is a list of 1`]],
    ["no operator at all", { env: {} }, [`match.env: ${ENV_FORMS}; this is {}`]],
    [
      "any: false",
      { env: { any: false } },
      ["match.env.any: true; without the condition the rule matches any value too; this is false"],
    ],
    ["an unknown operator", { env: { not: "prod" } }, ["match.env.not: one of the operators in, eq, any"]],
    ["two operators", { env: { in: ["dev"], eq: "dev" } }, ["match.env.eq: one of the keys in, eq, any"]],
    [
      "a key that rules do not match on",
      { tenant_id: "t" },
      ["match.tenant_id: one of the keys capability_id, env, data_label, tenant_risk, qos_class"],
    ],
    [
      "a capability that is none",
      { capability_id: { in: ["cap.doc.*", "doc.summarize"] } },
      ["match.capability_id.in[1]: an id like cap.doc.summarize, or a prefix like cap.doc.*"],
    ],
    [
      "a prefix that leaves no room",
      { capability_id: `cap.${"a".repeat(57)}.*` },
      ["match.capability_id: a prefix of at most 61 characters, so that names fit under it"],
    ],
    ["no object", null, ["match: an object of conditions; {} matches every request; this is null"]],
  ])("when a match has %s", (_, match, expected) => {
    expect(inRule(match)).toEqual(expected);
  });

  it.each<[string, unknown, string[]]>([
    [
      "null candidates",
      { candidate_workers_ranked: null },
      ["decision.candidate_workers_ranked: a list of at most 100 candidates; [] for none; this is null"],
    ],
    [
      "a candidate without an id",
      { candidate_workers_ranked: [{ score_hint: 1 }] },
      [
        "decision.candidate_workers_ranked[0].worker_species_id: a species id like wrk.doc.summarizer; it is missing",
      ],
    ],
    [
      "an integer id",
      { candidate_workers_ranked: [{ worker_species_id: 7 }] },
      [
        "decision.candidate_workers_ranked[0].worker_species_id: a species id like wrk.doc.summarizer; this is 7",
      ],
    ],
    [
      "one species twice",
      { candidate_workers_ranked: [...candidates, ...candidates] },
      [
        "decision.candidate_workers_ranked[1].worker_species_id: each species once; wrk.doc.summarizer stands twice",
      ],
    ],
    [
      "a score beyond 1",
      { candidate_workers_ranked: [{ ...candidates[0], score_hint: 2 }] },
      ["decision.candidate_workers_ranked[0].score_hint: a number from 0 to 1; this is 2"],
    ],
    [
      "half a rank",
      { candidate_workers_ranked: [{ ...candidates[0], rank: 0.5 }] },
      ["decision.candidate_workers_ranked[0].rank: a whole number from 0 to 10000; this is 0.5"],
    ],
    [
      "a limit beyond 100",
      { max_blast_score: { prod: 101 } },
      ["decision.max_blast_score.prod: a whole number from 0 to 100; this is 101"],
    ],
    [
      "a limit that is text",
      { max_blast_score: "60" },
      [
        'decision.max_blast_score: a whole number from 0 to 100, or one for each environment like {"prod": 60}; this is "60"',
      ],
    ],
    [
      "a limit that breaks the schema twice, told once",
      { max_blast_score: 1e30 },
      [
        'decision.max_blast_score: a whole number from 0 to 100, or one for each environment like {"prod": 60}; this is 1e+30',
      ],
    ],
    [
      "a limit for no environment",
      { max_blast_score: { production: 1 } },
      ["decision.max_blast_score.production: one of the keys dev, stage, prod, edge"],
    ],
    [
      "a word for a flag",
      { escalation: { policy_gate: "yes" } },
      ['decision.escalation.policy_gate: true or false; this is "yes"'],
    ],
    [
      "text where conditions are a list",
      { escalation: { human_required_if: "true" } },
      ['decision.escalation.human_required_if: a list of at most 20 CEL expressions; this is "true"'],
    ],
    [
      "an unknown precondition",
      { preconditions: { must_be_nice: true } },
      [
        expect.stringMatching(
          /^decision\.preconditions\.must_be_nice: one of the keys must_have_correlation_id, /,
        ),
      ] as unknown as string[],
    ],
    [
      "an expression that does not compile",
      { escalation: { human_required_if: ["true", "request.env =="] } },
      [
        expect.stringMatching(
          /^decision\.escalation\.human_required_if\[1\]: a CEL expression that compiles; this one does not at character \d+: /,
        ),
      ] as unknown as string[],
    ],
    [
      "long text where a list is meant",
      { candidate_workers_ranked: "x".repeat(41) },
      [
        `decision.candidate_workers_ranked: a list of at most 100 candidates; [] for none; this is "${"x".repeat(40)}…"`,
      ],
    ],
    [
      "text that is just short enough to be shown",
      { candidate_workers_ranked: "x".repeat(40) },
      [
        `decision.candidate_workers_ranked: a list of at most 100 candidates; [] for none; this is "${"x".repeat(40)}"`,
      ],
    ],
    [
      "an object where a list is meant",
      { candidate_workers_ranked: candidates[0] },
      ["decision.candidate_workers_ranked: a list of at most 100 candidates; [] for none; this is an object"],
    ],
    ["no object", 7, ["decision: an object with candidate_workers_ranked; this is 7"]],
  ])("when a decision has %s", (_, decision, expected) => {
    expect(inRule({}, decision)).toEqual(expected);
  });

  it.each<[string, unknown, BundleProblem[]]>([
    [
      "that is no object",
      [],
      [{ rule_id: null, path: "", expected: "an object with a list of rules; this is a list of 0" }],
    ],
    ["without rules", {}, [{ rule_id: null, path: "rules", expected: "a list; it is missing" }]],
    [
      "with an unknown key",
      { rules: [], rule: [] },
      [{ rule_id: null, path: "rule", expected: "one of the keys rules, policies, policy_tests" }],
    ],
    [
      "with null rules",
      { rules: [null] },
      [
        {
          rule_id: null,
          path: "rules[0]",
          expected: "a rule: an object with rule_id, match and decision; this is null",
        },
      ],
    ],
    [
      "with an integer id",
      { rules: [rule(5)] },
      [
        {
          rule_id: null,
          path: "rules[0].rule_id",
          expected: "a rule id: text of 1 to 128 printable characters; this is 5",
        },
      ],
    ],
    [
      "with an id that cannot be shown",
      { rules: [rule("r\u202e1", { env: 1 })] },
      [
        { rule_id: null, path: "rules[0].rule_id", expected: "a rule id: 1 to 128 printable characters" },
        { rule_id: null, path: "rules[0].match.env", expected: `${ENV_FORMS}; this is 1` },
      ],
    ],
    [
      "with one rule id twice",
      { rules: [rule("r-1"), rule("r-2"), rule("r-1"), rule("r-1")] },
      Array(2).fill({
        rule_id: "r-1",
        path: "rule_id",
        expected: "an id of its own; rules[0] has this one already",
      }),
    ],
    [
      "with one policy id twice",
      { rules: [], policies: [policy("pol.a.o-ne"), policy("pol.a.o_ne")] },
      [
        {
          rule_id: "pol.a.o-ne",
          path: "policy_id",
          expected: "an id of its own; policies[0] has this one already",
        },
      ],
    ],
    [
      "with a quorum of nobody",
      { rules: [], policies: [policy("pol.a.one", "true", { quorum: 2 })] },
      [
        {
          rule_id: "pol.a.one",
          path: "effect",
          expected: "REQUIRE_HUMAN where supervisor_level or quorum is set",
        },
      ],
    ],
    [
      "with 10,001 policies",
      { rules: [], policies: Array(10_001).fill(null) },
      [{ rule_id: null, path: "policies", expected: "a list of at most 10000; this is a list of 10001" }],
    ],
    [
      "with a test that expects nothing",
      { rules: [], policy_tests: [{ name: "t" }] },
      [
        {
          rule_id: null,
          path: "policy_tests[0].expect",
          expected: "an object with effect and, where it matters, policies; it is missing",
        },
      ],
    ],
    [
      "with a test that is given a list",
      { rules: [], policy_tests: [{ name: "t", given: [], expect: { effect: "NONE" } }] },
      [
        {
          rule_id: null,
          path: "policy_tests[0].given",
          expected: 'an object of variables like {"request": {"env": "prod"}}; this is a list of 0',
        },
      ],
    ],
    [
      "with a test that is given a number",
      { rules: [], policy_tests: [{ name: "t", given: { request: 1 }, expect: { effect: "NONE" } }] },
      [
        {
          rule_id: null,
          path: "policy_tests[0].given.request",
          expected: "an object of the variable's fields; of now a time as text; this is 1",
        },
      ],
    ],
  ])("in a bundle %s", (_, document, expected) => {
    expect(wrong(document)).toEqual(expected);
  });

  it("when a policy does not compile", () => {
    expect(wrong({ rules: [], policies: [policy("pol.a.one", "request.nobody == 1")] })).toEqual([
      {
        rule_id: "pol.a.one",
        path: "when",
        expected: expect.stringMatching(/expression that compiles; /),
      },
    ]);
  });

  it.each([
    ["__proto__", '{"rules":[{"rule_id":"r-1","match":{"__proto__":{"env":"dev"}}}]}', "match.__proto__"],
    ["constructor", '{"rules":[{"rule_id":"r-1","match":{},"constructor":1}]}', "constructor"],
    [
      "a key that stands twice",
      '{"rules":[{"rule_id":"r-1","match":{"env":"dev","env":"prod"}}]}',
      "match.env",
    ],
    ["-0", '{"rules":[{"match":{"env":-0},"rule_id":"r-1"}]}', "match.env"],
  ])("when JSON that only a lax reader takes has %s", (_, text, path) => {
    expect(problemsOf(text)).toEqual([{ rule_id: "r-1", path, expected: expect.any(String) }]);
  });

  it("where the JSON ends", () => {
    expect(problemsOf('{"rules":[{"rule_id":"r-1"')).toEqual([
      { rule_id: null, path: "rules[0].rule_id", expected: expect.stringContaining("a comma or }") },
    ]);
  });

  it("without the characters that forge a line or turn text around", () => {
    const problems = wrong({ rules: [rule("r-1", { "e\u202env\n": 1, env: "pr\u202eod\n" })] });
    expect(problems.length).toBe(2);
    for (const { path, expected } of problems) expect(path + expected).not.toMatch(/[\u202e\n]/);
  });
});

describe("a key that stands twice", () => {
  const twice = '{"rules":[{"rule_id":"r-1","rule_id":"r-1","match":{}}]';

  it("is told with its rule, from text and from bytes", () => {
    const expected = [expect.objectContaining({ rule_id: "r-1", path: "rule_id" })];
    expect(problemsOf(`${twice}}`)).toEqual(expected);
    expect(problemsOf(new TextEncoder().encode(`${twice}}`))).toEqual(expected);
  });

  it("is told with its rule wherever in the list that stands", () => {
    const rules = Array.from({ length: 11 }, (_, number) => `{"rule_id":"r-${number}"}`);
    expect(problemsOf(`{"rules":[${rules},{"rule_id":"r-11","match":{},"match":{}}]}`)).toEqual([
      expect.objectContaining({ rule_id: "r-11", path: "match" }),
    ]);
  });

  it("is told with its place where no rule can be found there", () => {
    expect(problemsOf(`${twice},"rules":5}`)).toEqual([
      expect.objectContaining({ rule_id: null, path: "rules[0].rule_id" }),
    ]);
  });
});

it("a place that an author has no words for is told all the same", () => {
  const issue = { code: "invalid_type", path: ["nowhere"] } as never;
  expect([...explained({ list: "rules", index: 0, id: "r-1" }, {}, issue)]).toEqual([
    { rule_id: "r-1", path: "nowhere", expected: "what the form of a bundle asks for; it is missing" },
  ]);
});

it("a limit for one environment is refused in that environment", () => {
  expect(inRule({}, { max_blast_score: { prod: 200 } })).toEqual([
    "decision.max_blast_score.prod: a whole number from 0 to 100; this is 200",
  ]);
  expect(inRule({}, { max_blast_score: { prod: "60" } })).toEqual([
    'decision.max_blast_score.prod: a whole number from 0 to 100; this is "60"',
  ]);
});

describe("a hostile bundle", () => {
  it("has fifty of its problems told and the others counted", () => {
    const rules = Array.from({ length: 60 }, (_, number) =>
      rule(`r-${number}`, { env: "x", qos_class: "y" }),
    );
    const read = readBundle(JSON.stringify({ rules }));
    expect(read).toMatchObject({ ok: false, untold: 70 });
    if (!read.ok) expect(read.problems.length).toBe(50);
  });

  it.each([
    ["four million numbers for rules", `{"rules":[${"0,".repeat(4_000_000)}0]}`],
    ["millions of empty rules", `{"rules":[${"{},".repeat(2_600_000)}{}]}`],
  ])("of %s is given up on after ten thousand problems", (_, text) => {
    const read = readBundle(text);
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.untold).toBeOneOf([10_000, 10_001, 10_002]);
  });

  it.each([
    [
      "millions of controls",
      `{"rules":[{"rule_id":"r","match":{},"decision":{"required_controls_suggested":[${"0,".repeat(4_000_000)}0]}}]}`,
      "at most 50000 values in all",
    ],
    [
      "very many keys",
      `{"rules":[{"rule_id":"r",${Array.from({ length: 400_000 }, (_, n) => `"k${n}":0`)}}]}`,
      "at most 50000 values in all",
    ],
    [
      "brackets without end",
      `{"rules":${"[".repeat(8_000_000)}`,
      "at most 32 levels of nesting; flatten the document",
    ],
    [
      "one very long string",
      `{"rules":["${"x".repeat(8_000_000)}"]}`,
      `a rule: an object with rule_id, match and decision; this is "${"x".repeat(40)}…"`,
    ],
  ])("of %s is refused in one sentence", (_, text, expected) => {
    expect(problemsOf(text)).toEqual([
      { rule_id: expect.toBeOneOf(["r", null]), path: expect.stringMatching(/^$|^rules\[0\]/), expected },
    ]);
  });

  it("has room for 50,000 values in a rule, and for no more", () => {
    // The rule, its id, its match and its decision, the list and what the list holds.
    const of = (count: number) =>
      inRule({}, { candidate_workers_ranked: [], required_controls_suggested: Array(count).fill(0) }).at(0);
    expect(of(49_994)).toMatch(/^decision\.required_controls_suggested: a list of at most 1000 control ids/);
    expect(of(49_995)).toBe(": at most 50000 values in all");
  });

  it("is not even read beyond 8 MB, whatever its characters", () => {
    const tooLong = [{ rule_id: null, path: "", expected: "a bundle of at most 8 MB" }];
    expect(problemsOf(" ".repeat(BUNDLE_MAX_BYTES + 1))).toEqual(tooLong);
    expect(problemsOf(new Uint8Array(10_000_000))).toEqual(tooLong);
    expect(problemsOf(`"${"€".repeat(BUNDLE_MAX_BYTES / 3 + 1)}"`)).toEqual(tooLong);
    expect(problemsOf(" ".repeat(BUNDLE_MAX_BYTES))).not.toEqual(tooLong);
    expect(problemsOf(new Uint8Array(BUNDLE_MAX_BYTES))).not.toEqual(tooLong);
  });
});

/** A bundle with something put in, taken out or exchanged somewhere. */
const whole = {
  rules: [
    rule(
      "r-1",
      {
        capability_id: { in: ["cap.doc.*"] },
        env: "dev",
        data_label: { eq: "PUBLIC" },
        qos_class: { any: true },
      },
      {
        candidate_workers_ranked: [
          { worker_species_id: "wrk.a.b", score_hint: 0.5, requires_controls_minimum: ["ctrl.a.b"], rank: 1 },
        ],
        required_controls_suggested: ["ctrl.a.b"],
        recommended_profiles: [{ profile_id: "prof.a.b", score: 1 }],
        escalation: { policy_gate: true, human_required_if: ["true"], rationale: null },
        preconditions: { must_be_certified: true },
        max_blast_score: { prod: 60 },
      },
    ),
    rule("r-2", {}, { max_blast_score: 3 }),
  ],
  policies: [policy("pol.a.b", "true", { effect: "REQUIRE_HUMAN", quorum: 2 })],
  policy_tests: [
    { name: "t", given: { request: { env: "dev" } }, expect: { effect: "NONE", policies: ["pol.a.b"] } },
  ],
};

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    "",
    0,
    1.5,
    -1,
    true,
    [],
    {},
    [null],
    { in: "dev,stage" },
    { any: false },
    "r-1",
  ),
  fc.jsonValue(),
);

const spoilt = fc
  .tuple(fc.array(fc.nat(), { maxLength: 8 }), odd, fc.constantFrom("set", "add", "drop"))
  .map(([steps, value, act]) => {
    const document = structuredClone(whole) as unknown;
    let here = document as Record<string, unknown>;
    let key: string | null = null;
    for (const step of steps) {
      const keys = Object.keys(here);
      if (keys.length === 0) break;
      key = keys[step % keys.length] as string;
      const next = here[key];
      if (typeof next !== "object" || next === null || step === steps.at(-1)) break;
      here = next as Record<string, unknown>;
    }
    if (key === null) return value;
    if (act === "set") here[key] = value;
    else if (act === "drop") delete here[key];
    else if (Array.isArray(here)) here.push(value);
    else here.odd = value;
    return document;
  });

function isStrict(text: string): boolean {
  try {
    readStrictJson(text);
    return true;
  } catch {
    return false;
  }
}

function hasExpressions({ rules, policies }: RuleBundle): boolean {
  const texts = [
    ...rules.flatMap(({ decision }) => decision.escalation.human_required_if),
    ...policies.map(({ when }) => when),
  ];
  return texts.every((text) => compileExpression(text).ok);
}

describe("whatever is sent", () => {
  it("is read exactly where the schema takes it, and in no other way", () => {
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(spoilt, (document) => {
        const text = JSON.stringify(document);
        const read = readBundle(text);
        const expected = RuleBundle.safeParse(JSON.parse(text));
        const isRight = expected.success && isStrict(text) && hasExpressions(expected.data);
        expect(read.ok).toBe(isRight);
        if (read.ok) {
          expect(read.bundle).toEqual(expected.data);
          taken++;
          return;
        }
        refused++;
        expect(read.problems.length).toBeGreaterThan(0);
        for (const { expected, path } of read.problems) {
          // What is wrong inside an expression is said in the words of its own language.
          if (!/expression that compiles/.test(expected))
            expect(expected).not.toMatch(/invalid|undefined|what the form of a bundle/i);
          expect(expected).not.toBe("");
          expect(path).not.toContain("undefined");
        }
      }),
      { numRuns: runs(3_000) },
    );
    expect(taken).toBeGreaterThan(runs(100));
    expect(refused).toBeGreaterThan(runs(1_000));
  });

  it("is never an exception", () => {
    const text = JSON.stringify(whole);
    const cut = fc
      .tuple(fc.nat(text.length), fc.nat(20), fc.string({ unit: "binary", maxLength: 8 }))
      .map(([at, drop, put]) => text.slice(0, at) + put + text.slice(at + drop));
    fc.assert(
      fc.property(fc.oneof(cut, fc.string(), fc.json(), fc.uint8Array()), (sent) => {
        const read = readBundle(sent);
        if (!read.ok) expect(read.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: runs(3_000) },
    );
  });
});
