import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { runs } from "../test/runs.ts";
import { compileExpression, type Expression, ExpressionError } from "./expression.ts";
import { EVERYDAY_FACTS, type PolicyFacts, toActivation } from "./policy-facts.ts";
import { POLICY_VARIABLES } from "./policy-variables.ts";

const EVERYDAY = toActivation(EVERYDAY_FACTS);
const LARGEST = toActivation({
  ...EVERYDAY_FACTS,
  worker: { ...EVERYDAY_FACTS.worker, controls: entries("ctrl"), capabilities: entries("cap") },
});

function entries(prefix: string): string[] {
  return Array.from({ length: 1000 }, (_, at) => `${prefix}.${"a".repeat(118)}.${at + 1000}`);
}

function compiled(text: string): Expression {
  const read = compileExpression(text);
  if (!read.ok) throw new Error(`${text}: ${read.problem}`);
  return read.expression;
}

function holds(text: string, facts: PolicyFacts = EVERYDAY_FACTS): boolean {
  return compiled(text).holds(toActivation(facts));
}

function refused(text: string): { problem: string; at?: number } {
  const read = compileExpression(text);
  if (read.ok) throw new Error(`${text} compiles`);
  return read;
}

describe("an expression", () => {
  it.each([
    ['request.env == "dev" && !request.dry_run', true],
    ['request.env in ["prod", "edge"] || blast.score >= 50', false],
    ['worker.worker_id.startsWith("org.acme.") && worker.namespace == "org.acme"', true],
    ['"cap.doc.summarize" in worker.capabilities', true],
    ['worker.capabilities.exists(c, c.endsWith(".summarize"))', true],
    ['worker.capabilities.all(c, c.contains("doc"))', true],
    ["worker.capabilities.exists_one(c, size(c) > 3)", true],
    ['worker.controls.filter(c, c != "x").size() == 0', true],
    ['worker.capabilities.map(c, c + "!") == ["cap.doc.summarize!"]', true],
    ['{"dev": 50, "prod": 10}[request.env] > blast.score', true],
    ['"dev" in {"dev": 50}', true],
    ["(blast.score * 2 - 10) / 5 % 3 == 2", true],
    ["double(blast.score) / 4.0 > 2.4", true],
    ["agreement.in_force ? blast.score <= agreement.max_blast_score : blast.score < 20", true],
    ["now.getHours() == 12 && now.getDayOfWeek() == 3 && now.getDate() == 7 && now.getMonth() == 0", true],
    ['now >= timestamp("2026-01-07T12:00:00Z") && now < timestamp("2026-01-07T12:00:00.001Z")', true],
    ['now - timestamp("2026-01-06T12:00:00Z") == duration("24h")', true],
    ['now + duration("1h30m") > timestamp("2026-01-07T13:29:59.999Z")', true],
    ['now - duration("500ms") < now', true],
    ["request.blast_score == -1 // where the caller claims none", true],
    ['request.env == """dev""" && request.env == r\'dev\' && "matches(" != "("', true],
  ])("%s is %s of an everyday request", (text, answer) => {
    expect(holds(text)).toBe(answer);
  });

  it("reads each fact that is declared, as the type that is declared", () => {
    const same = { string: '""', bool: "true", int: "7", "list<string>": '["x"]', timestamp: "now" };
    for (const variable of POLICY_VARIABLES)
      for (const { name, type } of "fields" in variable ? variable.fields : [variable]) {
        const fact = "fields" in variable ? `${variable.name}.${name}` : name;
        const other = type === "string" ? `${fact} + ""` : same[type];
        expect(typeof holds(`${fact} == ${other}`)).toBe("boolean");
      }
  });

  it("has a value for each field of the facts and for nothing else", () => {
    const named = POLICY_VARIABLES.map((variable) => [
      variable.name,
      "fields" in variable ? variable.fields.map(({ name }) => name) : null,
    ]);
    const there = Object.entries(EVERYDAY_FACTS).map(([name, value]) => [
      name,
      typeof value === "object" ? Object.keys(value) : null,
    ]);
    expect(there).toEqual(named);
  });
});

function causeOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return (error as Error).cause;
  }
  throw new Error("it did not fail");
}

describe("what an author is told", () => {
  it.each([
    ["request.env == ", 15, "Unexpected token: the end"],
    ['request.env = "dev"', 12, "compare with =="],
    ['request.env == "dev" § true', 21, "§ cannot stand here"],
    ["request.env == 😀", 15, "😀 cannot stand here"],
    ['request.env == "dev', 15, "Unterminated string"],
    ["request.env", 0, "this is of type string; it has to be true or false"],
    ["request.env == 5", 0, "string == int: these do not go together"],
    ['reqest.env == "dev"', 0, "there is no variable reqest; there are request, worker"],
    ['request.dataLabel == "PUBLIC"', 8, "request has no field dataLabel; did you mean data_label?"],
    ['agreement.colour == ""', 10, "there are in_force, agreement_id, version, max_blast_score"],
    ['now.hour == "x"', 4, "now has no fields"],
    ['request.env.startWith("d")', 12, "there is no function startWith; did you mean startsWith?"],
    ['lookup("d")', 0, "there is no function lookup; there are contains"],
    [
      'request.env == "production"',
      15,
      'request.env is never "production"; it is one of dev, stage, prod, edge',
    ],
    ['"public" != request.data_label', 0, 'is never "public"; it is one of PUBLIC'],
    ['request.env in ["dev", "test"]', 23, 'request.env is never "test"'],
    ['worker.capabilities.exists(c, c.matches("a+"))', 32, "matches() is not available: its engine can take"],
    ["has(request.env)", 0, "has() is not available: every fact is always there"],
    ["dyn(request.env) == 5", 0, "dyn() is not available"],
    ['request.tenant_id.lowerAscii() == "x"', 18, "lowerAscii() is not available"],
    ["cel.bind(x, 1, x == 1)", 4, "bind() is not available"],
    ['now.getHours("Europe/Berlin") > 8', 0, "takes no time zone: times are UTC"],
    ["now.getDayOfYear() > 8", 4, "getDayOfYear() is not available"],
    ['timestamp("2026-01-07") < now', 0, 'written out like "2026-11-23T16:00:00Z"'],
    ['timestamp("2026-02-29T00:00:00Z") < now', 0, "timestamp() takes a time of UTC"],
    ["timestamp(request.env) < now", 0, "timestamp() takes a time of UTC"],
    ['now - now > duration("1 day")', 12, 'written out like "36h"'],
    ['now - now > duration("876601h")', 12, "at most 100 years"],
    ["now - now > duration(request.env)", 12, "written out"],
    ['duration("1h") - duration("30m") > duration("1m")', 0, "write it with a duration on a time"],
    ["now + (now - now) > now", 0, "write it with a duration on a time"],
    ["request.env == null", 15, "no fact is ever null"],
    ["blast.score > 5u", 14, "write 5 or text instead"],
    ["blast.score > 9223372036854775808", 14, "whole numbers go up to 9223372036854775807"],
    ['request["env"] == "dev"', 0, "write request.env, not request[...]"],
    ['request[request.env] == "dev"', 0, "write request.env, not request[...]"],
    ['worker.controls.exists("c", true)', 23, "predicate iteration variable"],
    ["worker.controls.exists(c)", 0, "exists() takes the name of an entry and a condition on it"],
    ['worker.controls.exists(request, request == "x")', 23, "request names something else already"],
    ['{"a": 1, "a": 2}["a"] == 1', 9, "this key stands twice"],
    ["{request.env: 1}.size() == 1", 1, "keys of a map must be written out"],
    ["size([[[1]]]) == 1", 7, "lists and maps may stand inside each other 2 deep"],
    ["size([1].map(c, [[c]])) == 1", 17, "results of map() too"],
    ["[].exists(x, x + 1 == 2)", 13, "has no type"],
    ["[].exists(x, 1 + x == 2)", 13, "has no type"],
    ['[].exists(x, x.startsWith("a"))', 13, "has no type"],
    ["[].map(x, x).exists(y, y + 1 == 2)", 23, "has no type"],
    ["", 0, "Unexpected token: the end"],
    ['request.?env == "dev"', 8, "Expected a name, got ?"],
    ['worker.controls[?0] == "a"', 16, "Unexpected token: ?"],
    ['double("1.5") > 1.0', 0, "double() takes a number"],
    ["double(true) > 1.0", 0, "'double(bool)': this function takes something else"],
    ["now.startsWith(true)", 0, "'Timestamp.startsWith(bool)': this function takes something else"],
    ["request == request", 0, "request == request: these do not go together; compare things of one type"],
    ["now + 1 == now", 0, "Timestamp + int: these do not go together"],
    ["size(1, 2, 3, 4, 5, 6, 7, 8, 9) == 1", 29, "no function takes that many arguments"],
    ['[1, "a"].size() == 2', 4, "must have the same type"],
    ['{"a": reqest}.size() == 1', 6, "there is no variable reqest; there are request, worker"],
    ["reqest.exists(x, true)", 0, "there is no variable reqest; there are request, worker"],
    ["{1: 1}.size() == 1", 1, "keys of a map must be written out as text"],
    ["{true: 1}.size() == 1", 1, "keys of a map must be written out as text"],
    ["worker.controls.exists(1, true)", 23, "predicate iteration variable"],
    ["worker.controls.exists(c, c == true)", 26, "string == bool: these do not go together"],
    ['blast.scor == "" && blast.score == ""', 6, "did you mean score?"],
    ["request.wirtes", 8, "did you mean writes?"],
    ["request.qqq", 8, "there are capability_id, env"],
    ["now.getMinuth() > 5", 4, "did you mean getMinutes?"],
    ["now.getMonutes() > 5", 4, "did you mean getMinutes?"],
    ["now.getDanth() > 5", 4, "did you mean getDate?"],
    ["blast.dimension_s > 1", 6, "did you mean dimensions?"],
    ["blast.dimension_ss > 1", 6, "did you mean dimension_sum?"],
    ["[].exists(x, x.size() == 0)", 13, "has no type"],
    ["[][0].size() == 0", 0, "has no type"],
    ["now.getSeconde() > 5", 4, "did you mean getSeconds?"],
    [`${"x".repeat(40)} == 1`, 0, `there is no variable ${"x".repeat(40)}; there are`],
    [`${"x".repeat(41)} == 1`, 0, `there is no variable ${"x".repeat(40)}…; there are`],
    ["true && in (1)", 8, "Unexpected token: IN"],
    ["-(9223372036854775807 + 1) == 1", 0, "this may leave 64 bits"],
    ["(9223372036854775807 + 1) / blast.score == 1", 1, "this may leave 64 bits"],
    ['timestamp("1900-02-29T00:00:00Z") < now', 0, "timestamp() takes a time of UTC"],
    ['timestamp("2026-04-31T00:00:00Z") < now', 0, "timestamp() takes a time of UTC"],
    ['timestamp("2026-13-01T00:00:00Z") < now', 0, "timestamp() takes a time of UTC"],
    ['timestamp("2026-00-10T00:00:00Z") < now', 0, "timestamp() takes a time of UTC"],
    ['timestamp("2026-12-00T00:00:00Z") < now', 0, "timestamp() takes a time of UTC"],
    ['timestamp("0000-12-31T00:00:00Z") < now', 0, "timestamp() takes a time of UTC"],
    ['timestamp("2026-11-23T24:00:00Z") < now', 0, "timestamp() takes a time of UTC"],
    ['timestamp("2026-11-23T16:00:00Z", "2026-11-23T16:00:00Z") < now', 0, "timestamp() takes a time of UTC"],
    ["timestamp() < now", 0, "timestamp() takes a time of UTC"],
    ["timestamp(5) < now", 0, "timestamp() takes a time of UTC"],
    ["now - now > duration(5)", 12, "written out"],
    [`now - now > duration("${"1h".repeat(33)}")`, 12, "written out"],
    ['now - now > duration("876600h1ms")', 12, "at most 100 years"],
  ])("%s: at %i, %s", (text, at, words) => {
    const read = refused(text);
    expect(read.problem).toContain(words);
    expect(read.at).toBe(at);
    expect(read.problem.length).toBeLessThan(256);
  });

  it.each([
    ["request.env == 5", "string == int: these do not go together; compare things of one type"],
    ["double(true) > 1.0", "'double(bool)': this function takes something else"],
    ['request.env == "dev', "Unterminated string"],
    ["[][0].size() == 0", "what this works on has no type; write out at least one entry"],
  ])("of %s is: %s", (text, words) => {
    expect(refused(text).problem).toBe(words);
  });

  it("never repeats unprintable characters or more than a line of what was sent", () => {
    for (const text of [
      "\u202e == 1",
      "\ud83d == 1",
      `${"x".repeat(3000)} == 1`,
      `"${"\u0000".repeat(9)}" == 1`,
    ]) {
      const { problem } = refused(text);
      expect(problem).not.toMatch(/[\u0000-\u001f\u202e]|\p{Surrogate}/u);
      expect(problem.length).toBeLessThan(256);
    }
  });
});

it.each([
  'timestamp("2000-02-29T00:00:00Z") < now',
  'timestamp("2024-02-29T00:00:00Z") < now',
  'timestamp("0001-01-01T00:00:00Z") < now',
  'timestamp("2024-12-31T23:59:59.999Z") < now',
  'duration("876600h") > now - now',
  `duration("${"1h".repeat(32)}") > now - now`,
])("%s holds at any time since", (text) => {
  expect(holds(text)).toBe(true);
});

describe("the bounds of an expression", () => {
  const padded = (bytes: number) => `true // ${"x".repeat(bytes - 8)}`;

  it("are 4096 bytes, not characters", () => {
    expect(compileExpression(padded(4096)).ok).toBe(true);
    expect(refused(padded(4097)).problem).toContain("at most 4096 bytes");
    expect(compileExpression(`true // ${"é".repeat(2044)}`).ok).toBe(true);
    const long = `true // ${"é".repeat(2045)}`;
    expect(refused(long)).toEqual({
      ok: false,
      problem: expect.stringContaining("at most 4096 bytes"),
      at: long.length,
    });
    expect(refused("x".repeat(10_000_000)).problem).toContain("at most 4096 bytes");
  });

  it("are two loops inside each other, however they are mixed", () => {
    const two = '["a"].exists(a, ["b"].all(b, a != b))';
    expect(holds(two)).toBe(true);
    const three = '["a"].map(a, ["b"].filter(b, ["c"].exists(c, a + b == c)).size()).size() == 1';
    expect(refused(three)).toMatchObject({ at: 29, problem: "loops may stand inside each other 2 deep" });
    expect(holds('["a"].filter(a, true).filter(b, true).filter(c, true).exists(d, d == "a")')).toBe(true);
    expect(holds("[1, 2].exists(a, a == 2) && [1].exists(a, [2].exists(b, b > a))")).toBe(true);
  });

  it("are a thousand entries of a list or map", () => {
    const list = (length: number) => `size([${"1,".repeat(length)}]) > 0`;
    expect(holds(list(1000))).toBe(true);
    expect(refused(list(1001)).problem).toBe("a list written out has at most 1000 entries");
    const map = `size({${'"":1,'.repeat(1001).slice(0, 4000)}`;
    expect(compileExpression(map).ok).toBe(false);
  });

  it.each([
    ["brackets", (n: number) => `${"(".repeat(n)}true${")".repeat(n)}`, 60, 70],
    ["lists", (n: number) => `${"[".repeat(n)}1${"]".repeat(n)} == [1]`, 1, 70],
    ["negations", (n: number) => `${"!".repeat(n * 2)}true`, 120, 130],
    ["minus signs", (n: number) => `${"-".repeat(n)}1 != 2`, 240, 260],
    ["conditions", (n: number) => `true${" || true".repeat(n)}`, 240, 260],
    ["sums", (n: number) => `1${"+1".repeat(n)} > 1`, 80, 260],
    ["choices", (n: number) => `${"true ? true : ".repeat(n)}true`, 60, 70],
  ])("leave room for few %s inside each other, and more are a problem", (_, nested, fine, deep) => {
    expect(holds(nested(fine))).toBe(true);
    for (const n of [deep, 1000, 2000, 10_000])
      expect(refused(nested(n).slice(0, 4096)).at).toBeTypeOf("number");
    expect(compileExpression(nested(10_000)).ok).toBe(false);
  });

  it("are a problem and no crash for what is no text at all", () => {
    for (const text of [undefined, null, 7, {}])
      expect(compileExpression(text as unknown as string)).toMatchObject({
        ok: false,
        problem: expect.stringContaining("nests too deep"),
      });
  });

  it("are a problem and no crash where little is left of the stack", () => {
    const below = (frames: number): unknown =>
      frames === 0 ? compileExpression(`${"!".repeat(4000)}true`) : below(frames - 1);
    const room = (frames: number): number => {
      try {
        return room(frames + 1);
      } catch {
        return frames;
      }
    };
    expect(below(Math.floor(room(0) * 0.75))).toMatchObject({
      ok: false,
      problem: expect.stringContaining("this nests too deep"),
    });
  });

  it("let one list of facts be looped over, also for each of a few values", () => {
    expect(compiled('worker.controls.exists(c, c.startsWith("ctrl.obs."))').steps).toBeLessThan(20_000);
    expect(compiled('["a", "b", "c"].all(a, worker.controls.exists(c, c.contains(a)))').steps).toBeLessThan(
      200_000,
    );
  });

  it.each([
    [
      "one list of facts for each of another",
      "worker.controls.exists(c, worker.capabilities.exists(d, c == d))",
    ],
    ["a list of facts searched for each of another", "worker.controls.all(c, c in worker.capabilities)"],
    ["an error for each entry, swallowed", "worker.controls.exists(c, 1 / 0 == 1)"],
    ["an overflow for each entry", "worker.controls.exists(c, agreement.version * agreement.version > 1)"],
    ["a missing key for each entry", 'worker.controls.exists(c, {"a": true}[c])'],
    ["a missing entry for each entry", "worker.controls.exists(c, [true][5])"],
    [
      "long texts built for each entry",
      `worker.controls.exists(c, c${" + request.tenant_id".repeat(30)} == c)`,
    ],
    [
      "a long text searched",
      `(request.tenant_id${" + request.tenant_id".repeat(99)}).contains("${"a".repeat(900)}b")`,
    ],
    ["lists built for each entry", "worker.controls.exists(c, size(worker.controls + worker.controls) == 1)"],
    ["lists compared for each entry", "worker.controls.exists(c, worker.controls == worker.capabilities)"],
    ["a list of lists compared", "worker.controls.map(a, worker.controls.filter(b, true)).size() == 1"],
    [
      "times read for each entry",
      `[${"now,".repeat(900)}].exists(n, ${'n < timestamp("2026-01-01T00:00:00Z") || '.repeat(4)}false)`,
    ],
  ])("refuse %s", (_, text) => {
    expect(refused(text).problem).toMatch(/^this may take \d+ steps and 200000 are allowed/);
  });

  it("hold in time: what is let pass answers within milliseconds on the largest facts", () => {
    const slowest = [
      `[${"1,".repeat(80)}].exists(c, 1 / 0 == 1)`,
      `${" ".repeat(3500)}[${"1,".repeat(80)}].exists(c, 1 / 0 == 1)`,
      '["a", "b", "c", "d"].exists(a, worker.controls.exists(c, c.contains(a + a)))',
      "worker.controls.exists(c, size(c) == 1)",
    ];
    for (const text of slowest) {
      const expression = compiled(text);
      const began = performance.now();
      for (let run = 0; run < 10; run++) attempt(expression);
      // Some 20 ms here; two orders of magnitude for a slow machine.
      expect(performance.now() - began).toBeLessThan(2_000);
    }
  });
});

function attempt(expression: Expression, activation = LARGEST): boolean | string {
  try {
    return expression.holds(activation);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return error.message;
  }
}

describe("an expression that has no answer", () => {
  it.each([
    ["9223372036854775807 + blast.score > 0", "at character 1: integer overflow"],
    ["-9223372036854775807 - blast.score < 0", "integer overflow"],
    ["4611686018427387904 * blast.score > 0", "integer overflow"],
    ["100 / chain.dimension_sum > 0", "division by zero"],
    ["100 % chain.dimension_sum > 0", "modulo by zero"],
    ['{"prod": 10}[request.env] > 1', "No such key: dev"],
    ['{"prod": 10}.dev > 1', "No such key: dev"],
    ['worker.capabilities[1] == "x"', "index out of bounds"],
    ['worker.capabilities[-1] == "x"', "index out of bounds"],
    ["[[1], []][1][0] == 1", "index out of bounds"],
    ["[1, 2].all(n, n / chain.dimension_sum == 1)", "division by zero"],
    ["[1, 2].map(n, n / chain.dimension_sum) == [1]", "division by zero"],
    ["[1, 2].exists_one(n, n / chain.dimension_sum == 1)", "division by zero"],
    ["1 / chain.dimension_sum == 1 && true", "division by zero"],
    ["false || 1 / chain.dimension_sum == 1", "division by zero"],
  ])("throws ExpressionError: %s", (text, words) => {
    const expression = compiled(text);
    for (let run = 0; run < 2; run++) {
      expect(() => expression.holds(EVERYDAY)).toThrow(ExpressionError);
      expect(() => expression.holds(EVERYDAY)).toThrow(words);
    }
  });

  it("has one where logic decides without the part that failed, on either side", () => {
    expect(holds("true || 1 / chain.dimension_sum == 1")).toBe(true);
    expect(holds("1 / chain.dimension_sum == 1 || true")).toBe(true);
    expect(holds("1 / chain.dimension_sum == 1 && false")).toBe(false);
    expect(holds("[0, 1].exists(n, 1 / n == 1)")).toBe(true);
  });

  it("is one that could leave 64 bits unseen: refused when it is read", () => {
    for (const text of ["-(-9223372036854775807 - 1) > 0", "(-9223372036854775807 - 1) / -1 > 0"])
      expect(refused(text).problem).toBe("this may leave 64 bits; work with smaller numbers");
    expect(holds("-9223372036854775807 - 1 < 0")).toBe(true);
  });

  it("is one whose facts fail or are of another type, whoever made them", () => {
    const failing = Object.defineProperty({ ...EVERYDAY }, "worker", {
      get() {
        throw new Error("the fact cannot be read");
      },
    });
    const { holds } = compiled("worker.certified || false");
    expect(() => holds(failing)).toThrow(ExpressionError);
    expect(() => holds(failing)).toThrow("the fact cannot be read");
    expect(causeOf(() => holds(failing))).toBeInstanceOf(Error);
    expect(causeOf(() => compiled("1 / chain.dimension_sum == 1").holds(EVERYDAY))).toBeInstanceOf(Error);
    expect(() => holds({ ...EVERYDAY, worker: { certified: "yes" } })).toThrow(ExpressionError);
  });

  it("is not made by facts that are no facts: they are refused first", () => {
    const wrong = (part: object) => () => toActivation({ ...EVERYDAY_FACTS, ...part } as PolicyFacts);
    const { request, worker, chain } = EVERYDAY_FACTS;
    expect(wrong({ request: { ...request, env: undefined } })).toThrow("request.env: expected text");
    expect(wrong({ request: { ...request, tenant_id: "x".repeat(129) } })).toThrow("at most 128 characters");
    expect(wrong({ request: { ...request, blast_score: 1.5 } })).toThrow(ExpressionError);
    expect(wrong({ chain: { ...chain, dimension_sum: Number.NaN } })).toThrow(ExpressionError);
    expect(wrong({ worker: { ...worker, controls: Array(1001).fill("x") } })).toThrow("at most 1000 texts");
    expect(wrong({ worker: { ...worker, controls: [7] } })).toThrow(ExpressionError);
    expect(wrong({ worker: undefined })).toThrow("worker.worker_id");
    expect(wrong({ now: Number.NaN })).toThrow("now: expected milliseconds");
    expect(wrong({ now: 9e15 })).toThrow("now: expected milliseconds");
  });
});

describe("names that JavaScript gives every object", () => {
  const names = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "__defineGetter__",
  ];

  it.each(names)("%s is neither a variable nor a field nor a fact", (name) => {
    for (const text of [
      `${name} == 1`,
      `request.${name} == "x"`,
      `request.env.${name} == "x"`,
      `worker.controls.${name} == 1`,
      `[1].${name} == 1`,
      `request.${name}() == "x"`,
      `${name}() == 1`,
      `"x".${name}("y") == 1`,
      `[${name}].size() == 1`,
    ])
      expect(compileExpression(text).ok, text).toBe(false);
    expect(() => holds(`{"a": "x"}["${name}"] == "x"`)).toThrow("No such key");
    expect(() => holds(`{"a": "x"}[request.tenant_id] == "x"`, as(name))).toThrow("No such key");
    expect(holds(`"${name}" in {"a": 1}`)).toBe(false);
    expect(holds(`"${name}" in worker.controls`)).toBe(false);
    expect(holds(`request.tenant_id in {"a": 1}`, as(name))).toBe(false);
    expect(holds(`request.tenant_id == "${name}"`, as(name))).toBe(true);
    expect(holds(`["${name}"].exists(${name === "toString" ? "x" : "y"}, true)`)).toBe(true);
  });

  it("are no keys of a map where the library would lose them, and are keys where it keeps them", () => {
    for (const name of ["__proto__", "constructor", "prototype"])
      expect(refused(`{"${name}": 1}["${name}"] == 1`).problem).toBe(
        `${name} cannot be a key; compare with == instead`,
      );
    expect(holds('{"toString": 1}["toString"] == 1 && "toString" in {"toString": 1}')).toBe(true);
    expect(holds('{"toString": "x"} == {"valueOf": "x"}')).toBe(false);
  });

  it("leave Object.prototype as it was", () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    for (const name of names)
      compileExpression(`{"a": 1}.map(${name === "prototype" ? "p" : name}, {"${name}x": 1}).size() == 1`);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });

  function as(tenant_id: string): PolicyFacts {
    return { ...EVERYDAY_FACTS, request: { ...EVERYDAY_FACTS.request, tenant_id } };
  }
});

describe("the same facts", () => {
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it("get the same answer in every time zone of the machine", () => {
    const text =
      'now.getHours() == 12 && now.getDate() == 7 && now.getDayOfWeek() == 3 && now == timestamp("2026-01-07T12:00:00Z")';
    for (const name of ["UTC", "Pacific/Auckland", "America/Los_Angeles"]) {
      process.env.TZ = name;
      expect(holds(text)).toBe(true);
    }
  });

  it("get the same answer whatever was asked before, and after an error", () => {
    const expression = compiled(
      '["a"].exists(c, worker.capabilities[0] == c) || ["a"].map(x, x + request.env).filter(y, y == "aprod").size() > 0',
    );
    const other = toActivation({
      ...EVERYDAY_FACTS,
      worker: { ...EVERYDAY_FACTS.worker, capabilities: [], controls: ["z"] },
    });
    const prod = toActivation({ ...EVERYDAY_FACTS, request: { ...EVERYDAY_FACTS.request, env: "prod" } });
    const first = [EVERYDAY, other, prod, LARGEST].map((facts) => attempt(expression, facts));
    expect(first).toEqual([false, expect.stringContaining("index out of bounds"), true, false]);
    for (const order of [
      [3, 2, 1, 0],
      [1, 1, 0, 2],
      [2, 0, 3, 1],
    ])
      for (const at of order)
        expect(attempt(expression, [EVERYDAY, other, prod, LARGEST][at])).toEqual(first[at]);
  });

  it("are not changed by being asked about", () => {
    const facts = structuredClone(EVERYDAY_FACTS) as PolicyFacts;
    const activation = toActivation(facts);
    compiled("worker.capabilities.map(c, c).filter(c, true) + worker.controls == worker.capabilities").holds(
      activation,
    );
    expect(facts).toEqual(EVERYDAY_FACTS);
  });
});

describe("conditions joined by &&", () => {
  const part = fc.constantFrom(
    'request.env == "dev"',
    '"prod" == request.env',
    'request.env in ["dev", "edge"]',
    'request.env in ["prod"]',
    'request.tenant_id in ["tenant-1", "tenant-" + "2"]',
    "request.egress",
    "!request.egress",
    "!(request.egress && request.dry_run)",
    'request.env != "dev"',
    'request.env == "dev" || request.egress',
    "1 / chain.dimension_sum == 1",
    "worker.certified == request.egress",
    '["x"].exists(env, env == "x")',
    "[true, false].exists(egress, egress)",
  );
  const joined = fc
    .array(part, { minLength: 1, maxLength: 4 })
    .chain((parts) =>
      fc.constantFrom(
        parts.join(" && "),
        parts.map((one) => `(${one})`).join(" && "),
        `(${parts.join(" && ")})`,
      ),
    );
  const facts = fc
    .record({
      env: fc.constantFrom("dev", "prod"),
      tenant_id: fc.constantFrom("tenant-1", "tenant-2"),
      egress: fc.boolean(),
      dry_run: fc.boolean(),
    })
    .map((said) => toActivation({ ...EVERYDAY_FACTS, request: { ...EVERYDAY_FACTS.request, ...said } }));

  it("are answered as CEL answers them, whichever of them is looked at first", () => {
    fc.assert(
      fc.property(joined, facts, (text, activation) => {
        const answer = attempt(compiled(text), activation);
        // What is compared with true is walked in full.
        const full = attempt(compiled(`(${text}) == true`), activation);
        if (typeof answer === "string") expect(full).toBeTypeOf("string");
        else expect(full).toBe(answer);
      }),
      { numRuns: runs(2_000) },
    );
  });
});

describe("whatever is sent as an expression", () => {
  const words = fc.constantFrom(
    ...'request . env worker controls capabilities == != < && || ! - + * / % ? : ( ) [ ] { } , in true false null 1 0 2.5 9223372036854775807 "a" \'b\' r"c" """ // \n x y now timestamp("2026-01-01T00:00:00Z") duration("1h") .size() .exists(x, .map(y, .filter(x, .all(y, size( double( .contains( .getHours() matches( has( __proto__ constructor 1e400 0xff 5u b"x" \\ " \' @ \u0000 \ud800 é'.split(
      " ",
    ),
  );
  const soup = fc.array(words, { maxLength: 60 }).map((parts) => parts.join(""));
  const spaced = fc.array(words, { maxLength: 60 }).map((parts) => parts.join(" "));

  it("is an expression or a problem, never an exception; and an answer or an ExpressionError", () => {
    let fine = 0;
    fc.assert(
      fc.property(
        fc.oneof(soup, spaced, fc.string({ unit: "binary", maxLength: 200 }), sentence()),
        (text) => {
          const read = compileExpression(text);
          if (!read.ok) {
            expect(read.problem).not.toBe("this cannot be read");
            expect(read.problem.length).toBeLessThan(256);
            expect(read.at ?? 0).toBeLessThanOrEqual(text.length);
            return;
          }
          fine++;
          const answer = attempt(read.expression, EVERYDAY);
          expect(attempt(read.expression, EVERYDAY)).toBe(answer);
          expect(attempt(compiled(text), EVERYDAY)).toBe(answer);
        },
      ),
      { numRuns: runs(5_000) },
    );
    expect(fine).toBeGreaterThan(runs(300));
  });

  /** Mostly well typed, so that many of them compile. */
  function sentence(): fc.Arbitrary<string> {
    const { bool } = fc.letrec<{ bool: string; int: string; text: string; list: string }>((tie) => ({
      bool: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.constantFrom("true", "request.dry_run", "worker.certified"),
        fc.tuple(tie("int"), fc.constantFrom("==", "<", ">="), tie("int")).map((parts) => parts.join(" ")),
        fc.tuple(tie("text"), fc.constantFrom("==", "!=", "<"), tie("text")).map((parts) => parts.join(" ")),
        fc.tuple(tie("text"), tie("list")).map(([text, list]) => `(${text}) in (${list})`),
        fc
          .tuple(tie("bool"), fc.constantFrom("&&", "||"), tie("bool"))
          .map((parts) => `(${parts.join(" ")})`),
        fc
          .tuple(tie("list"), fc.constantFrom("all", "exists", "exists_one"), tie("bool"))
          .map(([list, loop, bool]) => `(${list}).${loop}(x, ${bool})`),
      ),
      int: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.constantFrom("0", "1", "9223372036854775807", "blast.score", "chain.dimension_sum"),
        fc
          .tuple(tie("int"), fc.constantFrom("+", "-", "*", "/", "%"), tie("int"))
          .map((parts) => `(${parts.join(" ")})`),
        tie("list").map((list) => `size(${list})`),
        tie("text").map((text) => `{"a": 1, "": 2}[${text}]`),
      ),
      text: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.constantFrom('""', '"a"', "worker.worker_id", "request.tenant_id", "x"),
        fc.tuple(tie("text"), tie("text")).map((parts) => `(${parts.join(" + ")})`),
        fc.tuple(tie("list"), tie("int")).map(([list, int]) => `(${list})[${int}]`),
      ),
      list: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.constantFrom("worker.capabilities", "worker.controls", '["a"]'),
        fc.tuple(tie("list"), tie("bool")).map(([list, bool]) => `(${list}).filter(y, ${bool})`),
        fc.tuple(tie("list"), tie("text")).map(([list, text]) => `(${list}).map(z, ${text})`),
      ),
    }));
    return bool.map((text) => `["a", "b"].exists(x, ${text})`);
  }
});
