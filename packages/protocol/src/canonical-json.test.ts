import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  type CanonicalJsonCode,
  CanonicalJsonError,
  canonicalBody,
  canonicalJson,
} from "./canonical-json.ts";
import { readStrictJson } from "./strict-json.ts";

function readVectors<Case>(name: string): { description: string; cases: Case[] } {
  return parse(
    readFileSync(new URL(`../../../vectors/canonical-json/${name}.yaml`, import.meta.url), "utf8"),
  );
}

function refusalOf(print: () => string): CanonicalJsonError {
  try {
    print();
  } catch (error) {
    if (error instanceof CanonicalJsonError) return error;
    throw error;
  }
  throw new Error("expected a refusal, but the value was printed");
}

function doubleOf(ieee754: string): number {
  return new DataView(Uint8Array.from(Buffer.from(ieee754, "hex")).buffer).getFloat64(0);
}

const documents = readVectors<{ name: string; json: string; canonical: string }>("documents-have-one-text");
describe(documents.description, () => {
  it.each(documents.cases)("$name", ({ json, canonical }) => {
    expect(canonicalJson(readStrictJson(json))).toBe(canonical);
    expect(canonicalJson(readStrictJson(canonical))).toBe(canonical);
  });
});

const numbers = readVectors<{ ieee754: string; canonical: string }>("numbers-print-as-ecmascript-does");
describe(numbers.description, () => {
  it.each(numbers.cases)("$ieee754 prints as $canonical", ({ ieee754, canonical }) => {
    expect(canonicalJson(doubleOf(ieee754))).toBe(canonical);
  });
});

const notNumbers = readVectors<{ ieee754: string; refused: CanonicalJsonCode }>(
  "numbers-without-a-text-are-refused",
);
describe(notNumbers.description, () => {
  it.each(notNumbers.cases)("$ieee754 is $refused", ({ ieee754, refused }) => {
    expect(refusalOf(() => canonicalJson({ a: [doubleOf(ieee754)] }))).toMatchObject({
      code: refused,
      path: "a[0]",
    });
    expect(refusalOf(() => canonicalBody(doubleOf(ieee754))).code).toBe(refused);
  });
});

type Body = { name: string; json: string } & (
  | { body: string }
  | { refused: CanonicalJsonCode; path: string }
);
const bodies = readVectors<Body>("hashed-bodies-hold-integers-only");
describe(bodies.description, () => {
  it.each(bodies.cases)("$name", (testCase) => {
    const value = readStrictJson(testCase.json);
    if ("body" in testCase) {
      expect(canonicalBody(value)).toBe(testCase.body);
      expect(canonicalJson(value)).toBe(testCase.body);
    } else {
      const { refused, path } = testCase;
      expect(refusalOf(() => canonicalBody(value))).toMatchObject({ code: refused, path });
      expect(canonicalJson(value)).toBeTypeOf("string");
    }
  });
});

describe("what is not plainly JSON is refused, and the path says where", () => {
  class Receipt {
    id = "r-1";
  }
  class Items extends Array<number> {}
  const sparse = [1, 2, 3];
  delete sparse[1];

  it.each<[string, unknown, CanonicalJsonCode]>([
    ["undefined", undefined, "CANONICAL_UNDEFINED"],
    ["a function", () => 1, "CANONICAL_FUNCTION"],
    ["a symbol", Symbol("a"), "CANONICAL_SYMBOL"],
    ["a symbol as a key", { [Symbol("a")]: 1 }, "CANONICAL_SYMBOL"],
    ["a bigint", 1n, "CANONICAL_BIGINT"],
    ["a lone surrogate", "a\ud83d", "CANONICAL_LONE_SURROGATE"],
    ["a high surrogate in a long string", `${"a".repeat(100)}\ud83d`, "CANONICAL_LONE_SURROGATE"],
    ["a low surrogate in a long string", `${"a".repeat(100)}\ude80`, "CANONICAL_LONE_SURROGATE"],
    ["a lone surrogate in a key", { "\ud83d": 1 }, "CANONICAL_LONE_SURROGATE"],
    ["a Date", new Date(0), "CANONICAL_NOT_PLAIN"],
    ["a Map", new Map([["a", 1]]), "CANONICAL_NOT_PLAIN"],
    ["a Set", new Set([1]), "CANONICAL_NOT_PLAIN"],
    ["a regular expression", /a/, "CANONICAL_NOT_PLAIN"],
    ["an Error", new Error("a"), "CANONICAL_NOT_PLAIN"],
    ["bytes", new Uint8Array(1), "CANONICAL_NOT_PLAIN"],
    ["a promise", Promise.resolve(1), "CANONICAL_NOT_PLAIN"],
    ["a boxed number", Object(1), "CANONICAL_NOT_PLAIN"],
    ["a boxed string", Object("a"), "CANONICAL_NOT_PLAIN"],
    ["a class instance", new Receipt(), "CANONICAL_NOT_PLAIN"],
    ["an object that inherits its members", Object.create({ a: 1 }), "CANONICAL_NOT_PLAIN"],
    ["an array of another class", Items.of(1), "CANONICAL_NOT_PLAIN"],
    ["a toJSON of its own", { toJSON: () => "forged" }, "CANONICAL_FUNCTION"],
    ["undefined in an array", [undefined], "CANONICAL_UNDEFINED"],
    ["undefined as a member", { a: undefined }, "CANONICAL_UNDEFINED"],
    ["an array with a hole", sparse, "CANONICAL_SPARSE_ARRAY"],
    ["an array of holes", new Array(3), "CANONICAL_SPARSE_ARRAY"],
  ])("%s", (_name, value, code) => {
    for (const print of [canonicalJson, canonicalBody]) {
      expect(refusalOf(() => print(value)).code).toBe(code);
      const { path } = refusalOf(() => print({ ok: [{}], request: { items: [0, "a", [], value] } }));
      expect(path).toMatch(/^request\.items\[3\]/);
    }
  });

  it("names the member itself where a member is at fault", () => {
    const pathOf = (value: unknown) => refusalOf(() => canonicalJson(value)).path;
    expect(pathOf({ a: [{ b: 1, c: undefined }] })).toBe("a[0].c");
    expect(pathOf({ a: [1, sparse] })).toBe("a[1][1]");
    expect(pathOf(Number.NaN)).toBe("");
    expect(pathOf({ a: { "\ud83d": 1 } })).toBe("a");
  });

  it("never calls toJSON, not even one that every object inherits", () => {
    const toJSON = () => "forged";
    Object.defineProperty(Object.prototype, "toJSON", { value: toJSON, configurable: true });
    try {
      expect(canonicalJson({ a: ['"', { b: "\n" }] })).toBe('{"a":["\\"",{"b":"\\n"}]}');
    } finally {
      Reflect.deleteProperty(Object.prototype, "toJSON");
    }
  });

  it("refuses a cycle, and a value deeper than 64 levels", () => {
    const cycle: { [key: string]: unknown } = {};
    cycle.self = { list: [cycle] };
    expect(refusalOf(() => canonicalJson(cycle)).code).toBe("CANONICAL_TOO_DEEP");

    const nest = (levels: number): unknown => (levels === 0 ? 1 : [nest(levels - 1)]);
    expect(canonicalJson(nest(64))).toBe("[".repeat(64) + 1 + "]".repeat(64));
    expect(refusalOf(() => canonicalJson(nest(65))).code).toBe("CANONICAL_TOO_DEEP");
  });

  it("takes an object without a prototype, and not one of another realm", () => {
    expect(canonicalJson(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}');
    expect(refusalOf(() => canonicalJson(runInNewContext("({a:1})"))).code).toBe("CANONICAL_NOT_PLAIN");
  });

  it("says what was expected and what to do, in one sentence", () => {
    expect(refusalOf(() => canonicalJson([-0])).message).toMatch(/^Expected [^\n]+; [^\n]+\.$/);
  });
});

describe("for any JSON value", () => {
  const keys = fc
    .string({ unit: "grapheme", maxLength: 8 })
    .filter((key) => !["__proto__", "constructor", "prototype"].includes(key));
  const { value: anyJson } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(null, true, false),
      fc
        .oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
        .map((n) => n + 0),
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.array(tie("value"), { maxLength: 5 }),
      fc.dictionary(keys, tie("value"), { maxKeys: 30, noNullPrototype: true }),
    ),
  }));
  // A whole double beyond 2^53 prints without a point, which the strict reader refuses as an integer (H-005).
  const isReadable = (text: string) => !/(^|[[:,])-?\d{16,}(?=[\],}]|$)/.test(text);

  it("the text is a fixed point: reading and printing it again changes nothing", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(value);
        fc.pre(isReadable(text));
        expect(canonicalJson(readStrictJson(text))).toBe(text);
      }),
    );
  });

  it("the order of keys does not matter", () => {
    fc.assert(
      fc.property(anyJson, fc.infiniteStream(fc.nat()), (value, random) => {
        expect(canonicalJson(shuffled(value, random))).toBe(canonicalJson(value));
      }),
    );
  });

  it("H-065 every double reads back as itself, and every integer body prints as JSON.stringify does", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.maxSafeInteger(),
        (double, integer) => {
          fc.pre(!Object.is(double, -0));
          expect(Object.is(Number(canonicalJson(double)), double)).toBe(true);
          expect(canonicalBody([integer])).toBe(JSON.stringify([integer]));
        },
      ),
      { numRuns: 2000 },
    );
  });

  function shuffled(value: unknown, random: Iterator<number>): unknown {
    if (Array.isArray(value)) return value.map((item) => shuffled(item, random));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([key, member]) => ({
      key,
      member,
      rank: random.next().value,
    }));
    entries.sort((a, b) => a.rank - b.rank);
    return Object.fromEntries(entries.map(({ key, member }) => [key, shuffled(member, random)]));
  }
});
