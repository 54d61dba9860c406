import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { canonicalJson } from "./canonical-json.ts";
import {
  type JsonLimits,
  jsonPath,
  plainValue,
  readStrictJson,
  readStrictJsonWithLexemes,
  type StrictJson,
  type StrictJsonCode,
  StrictJsonError,
} from "./strict-json.ts";

type Case = { name: string; text?: string; hex?: string } & (
  | { means: string }
  | { refused: StrictJsonCode; at?: number; path?: string }
);

const vectors = new URL("../../../vectors/strict-json/", import.meta.url);

for (const file of readdirSync(vectors)) {
  const { description, cases }: { description: string; cases: Case[] } = parse(
    readFileSync(new URL(file, vectors), "utf8"),
  );
  describe(`${description} (${file})`, () => {
    it.each(cases)("$name", (testCase) => {
      for (const input of inputsOf(testCase)) {
        if ("means" in testCase) {
          expect(canonicalJson(readStrictJson(input))).toBe(testCase.means);
          expect(plainValue(readStrictJsonWithLexemes(input))).toEqual(readStrictJson(input));
        } else {
          const { refused, at, path } = testCase;
          const expected = {
            code: refused,
            ...(at !== undefined && { at }),
            ...(path !== undefined && { path }),
          };
          expect(refusalOf(() => readStrictJson(input))).toMatchObject(expected);
          expect(refusalOf(() => readStrictJsonWithLexemes(input))).toMatchObject(expected);
        }
      }
    });
  });
}

/** Text is read as it stands and as its bytes: both roads must lead to the same answer. */
function inputsOf({ text, hex }: Case): (string | Uint8Array)[] {
  if (typeof text === "string") return [text, new TextEncoder().encode(text)];
  // YAML reads an unquoted 22e2 as a number.
  if (typeof hex !== "string" || !/^([0-9a-f]{2})+$/.test(hex))
    throw new Error("expected text, or hex in quotes");
  return [Uint8Array.from(Buffer.from(hex, "hex"))];
}

function refusalOf(read: () => unknown): StrictJsonError {
  try {
    read();
  } catch (error) {
    if (error instanceof StrictJsonError) return error;
    throw error;
  }
  throw new Error("expected a refusal, but the text was read");
}

function codeOf(text: string, limits?: JsonLimits): StrictJsonCode {
  return refusalOf(() => readStrictJson(text, limits)).code;
}

describe("what only a JavaScript string can hold", () => {
  it("H-007 refuses a raw half of a surrogate pair, in values and in keys", () => {
    expect(refusalOf(() => readStrictJson('["\ud800"]'))).toMatchObject({
      code: "JSON_LONE_SURROGATE",
      at: 2,
    });
    expect(codeOf('"a\udc00"')).toBe("JSON_LONE_SURROGATE");
    expect(codeOf('"\ud83d"')).toBe("JSON_LONE_SURROGATE");
    expect(codeOf('"\ud83d\ue000"')).toBe("JSON_LONE_SURROGATE");
    expect(codeOf('{"\ud83d":1}')).toBe("JSON_LONE_SURROGATE");
  });

  it("H-007 refuses a pair of which one half is escaped and the other raw", () => {
    expect(codeOf('"\\ud83d\ude80"')).toBe("JSON_LONE_SURROGATE");
    expect(codeOf('"\ud83d\\ude80"')).toBe("JSON_LONE_SURROGATE");
  });

  it("H-014 refuses a byte order mark at the start of a string", () => {
    expect(refusalOf(() => readStrictJson("\ufeff{}"))).toMatchObject({ code: "JSON_BOM", at: 0 });
  });

  it("H-014 reads valid UTF-8 after it refused invalid UTF-8", () => {
    const cut = new Uint8Array([0x22, 0xe2, 0x82]);
    expect(refusalOf(() => readStrictJson(cut)).code).toBe("JSON_NOT_UTF8");
    expect(readStrictJson(new Uint8Array([0x22, 0xc3, 0xa9, 0x22]))).toBe("é");
  });
});

describe("limits", () => {
  it("H-008 refuses four million open brackets at the 33rd, before it recurses", () => {
    const error = refusalOf(() => readStrictJson("[".repeat(4_000_000)));
    expect(error).toMatchObject({ code: "JSON_TOO_DEEP", at: 32 });
    expect(refusalOf(() => readStrictJson('{"a":'.repeat(1_000_000)))).toMatchObject({
      code: "JSON_TOO_DEEP",
      at: 160,
    });
  });

  it("counts levels, not containers: siblings may be many", () => {
    expect(readStrictJson(`[${"[],".repeat(5000)}{}]`)).toHaveLength(5001);
  });

  it("lets the caller set another depth", () => {
    expect(readStrictJson("[[]]", { maxDepth: 2 })).toEqual([[]]);
    expect(codeOf("[[[]]]", { maxDepth: 2 })).toBe("JSON_TOO_DEEP");
    expect(codeOf("[]", { maxDepth: 0 })).toBe("JSON_TOO_DEEP");
  });

  it("H-009 reads 1,000 keys and refuses the 1,001st, over the whole document", () => {
    const keys = (count: number, from = 0) =>
      Array.from({ length: count }, (_, i) => `"k${i + from}":0`).join(",");
    expect(Object.keys(readStrictJson(`{${keys(1000)}}`) as object)).toHaveLength(1000);
    expect(refusalOf(() => readStrictJson(`{${keys(1001)}}`))).toMatchObject({
      code: "JSON_TOO_MANY_KEYS",
      path: "k1000",
    });
    expect(codeOf(`[{${keys(500)}},{${keys(501)}}]`)).toBe("JSON_TOO_MANY_KEYS");
    expect(readStrictJson(`{${keys(1001)}}`, { maxKeys: 2000 })).toBeTypeOf("object");
    expect(codeOf('{"a":1}', { maxKeys: 0 })).toBe("JSON_TOO_MANY_KEYS");
  });

  it("H-009 refuses a string or key beyond maxStringLength, counted after unescaping, and only if one is set", () => {
    const limits = { maxStringLength: 4 };
    expect(readStrictJson('{"abcd":"\\u0061\\u0062cd"}', limits)).toEqual({ abcd: "abcd" });
    expect(codeOf('["abcde"]', limits)).toBe("JSON_TOO_LONG_STRING");
    expect(codeOf('["\\u0061bcde"]', limits)).toBe("JSON_TOO_LONG_STRING");
    expect(codeOf('{"abcde":1}', limits)).toBe("JSON_TOO_LONG_STRING");
    expect(readStrictJson(`"${"a".repeat(1_000_000)}"`)).toHaveLength(1_000_000);
  });
});

describe("H-011 a document cannot reach a prototype", () => {
  it("leaves Object.prototype as it was", () => {
    expect(codeOf('{"__proto__":{"isAdmin":true}}')).toBe("JSON_FORBIDDEN_KEY");
    expect("isAdmin" in {}).toBe(false);
  });

  it("returns own properties where a name is inherited", () => {
    const value = readStrictJson('{"toString":null,"hasOwnProperty":0}');
    expect(Object.hasOwn(value as object, "toString")).toBe(true);
    expect(value).toEqual({ toString: null, hasOwnProperty: 0 });
  });

  it("does not mistake an inherited name for a repeated key, even on a polluted prototype", () => {
    Object.defineProperty(Object.prototype, "leaked", { value: 1, configurable: true, writable: true });
    try {
      expect(Object.hasOwn(readStrictJson('{"leaked":2}') as object, "leaked")).toBe(true);
      expect(codeOf('{"leaked":2,"leaked":3}')).toBe("JSON_DUPLICATE_KEY");
    } finally {
      Reflect.deleteProperty(Object.prototype, "leaked");
    }
  });
});

describe("a refusal helps", () => {
  it("says what was expected and what to do, in one sentence, and never repeats the text", () => {
    const texts = [
      '{"secret":1,"secret":2}',
      '{"secret":-0}',
      '{"secret":1e400}',
      '{"secret":x}',
      '["secret" 1]',
    ];
    for (const text of texts) {
      const { message } = refusalOf(() => readStrictJson(text));
      expect(message).toMatch(/^Expected [^\n]+; [^\n]+\.$/);
      expect(message.length).toBeLessThan(100);
      expect(message).not.toContain("secret");
    }
  });

  it("names the path in dots, indexes and quoted keys, and cuts a long key", () => {
    expect(jsonPath([])).toBe("");
    expect(jsonPath(["request", "items", 3])).toBe("request.items[3]");
    expect(jsonPath([0, "odd key", "a"])).toBe('[0]["odd key"].a');
    expect(jsonPath(["x".repeat(1000)]).length).toBeLessThan(80);
    expect(jsonPath([`${"x".repeat(62)}🚀🚀`]).isWellFormed()).toBe(true);
  });

  it("names the place it reached, not one it left", () => {
    const pathOf = (text: string) => refusalOf(() => readStrictJson(text)).path;
    expect(pathOf('{"a":{"b":[1]},"c":[{},{"d":-0}]}')).toBe("c[1].d");
    expect(pathOf('{"a":{"b":1},x}')).toBe("");
    expect(pathOf('{"a":[[],[1,x]]}')).toBe("a[1][1]");
  });
});

describe("numbers keep their lexeme", () => {
  it("H-005 with bigIntegers an integer of any length is kept as it was written", () => {
    const digits = "12345678901234567890".repeat(30);
    const node = readStrictJsonWithLexemes(`[${digits},-9007199254740993]`, { bigIntegers: true });
    expect(node).toMatchObject({
      items: [{ lexeme: digits, isInteger: true }, { lexeme: "-9007199254740993" }],
    });
    expect(plainValue(node)).toEqual([digits, "-9007199254740993"]);
  });

  it("H-003 H-004 H-005 everything else about numbers is as strict with lexemes", () => {
    const codeWith = (text: string, bigIntegers: boolean) =>
      refusalOf(() => readStrictJsonWithLexemes(text, { bigIntegers })).code;
    expect(codeWith("9007199254740992", false)).toBe("JSON_NUMBER_RANGE");
    expect(codeWith("1e400", true)).toBe("JSON_NUMBER_RANGE");
    expect(codeWith("-0", true)).toBe("JSON_NEGATIVE_ZERO");
    expect(codeWith("[1,01]", true)).toBe("JSON_SYNTAX");
  });

  it("tells an integer from a double by how it was written", () => {
    const node = readStrictJsonWithLexemes("[1,1.0,1e0,-12,1E2]");
    expect(node).toEqual({
      kind: "array",
      items: [
        { kind: "number", lexeme: "1", value: 1, isInteger: true },
        { kind: "number", lexeme: "1.0", value: 1, isInteger: false },
        { kind: "number", lexeme: "1e0", value: 1, isInteger: false },
        { kind: "number", lexeme: "-12", value: -12, isInteger: true },
        { kind: "number", lexeme: "1E2", value: 100, isInteger: false },
      ],
    });
  });

  it("keeps members in the order of the text", () => {
    expect(readStrictJsonWithLexemes('{"b":null,"1":true,"a":"x"}')).toEqual({
      kind: "object",
      entries: [
        ["b", { kind: "null" }],
        ["1", { kind: "boolean", value: true }],
        ["a", { kind: "string", value: "x" }],
      ],
    });
  });
});

describe("beside JSON.parse", () => {
  /** Fragments that make and break JSON; a random row of them is often almost JSON. */
  const nearlyJson = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          ...'[]{},:"\\ \n-+.eE019',
          "true",
          "null",
          '"a"',
          '"b":',
          "\\u0061",
          "\\ud83d",
          "\\ude80",
        ),
        fc.constantFrom(
          "1.5",
          "1e5",
          "1e400",
          "-0",
          "12345678901234567890",
          '"a":',
          '"__proto__":',
          "\uffff",
        ),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(""));

  const mutated = fc
    .tuple(
      fc.json({ maxDepth: 3 }),
      fc.nat(),
      fc.constantFrom("", '"', ",", "}", "]", "0", "\\", "-", " ", "\u0001"),
    )
    .map(([text, at, insert]) => {
      const cut = at % (text.length + 1);
      return text.slice(0, cut) + insert + text.slice(cut + (at % 2));
    });

  it("reads no text that JSON.parse refuses, reads it the same way, and calls no valid JSON a syntax error", () => {
    fc.assert(
      fc.property(fc.oneof(nearlyJson, mutated, fc.json()), (text) => {
        const ours = attempt(() => readStrictJson(text));
        const nodes = attempt(() => plainValue(readStrictJsonWithLexemes(text)));
        const theirs = attempt(() => JSON.parse(text) as StrictJson);
        expect(nodes).toEqual(ours);
        if ("value" in ours) expect(theirs).toEqual(ours);
        else if ("value" in theirs) expect(ours.code).not.toMatch(/^JSON_(SYNTAX|TRAILING)$/);
      }),
      { numRuns: 3000 },
    );
  });

  function attempt(read: () => StrictJson): { value: StrictJson } | { code: string } {
    try {
      return { value: read() };
    } catch (error) {
      return { code: error instanceof StrictJsonError ? error.code : "PARSE" };
    }
  }
});
