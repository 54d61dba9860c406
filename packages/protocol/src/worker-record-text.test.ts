import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readStrictJsonWithLexemes } from "./strict-json.ts";
import { recordText } from "./worker-record-text.ts";

function textOf(json: string): string {
  return recordText(readStrictJsonWithLexemes(json, { bigIntegers: true }));
}

type Case = { name: string; json: string; text: string; sha256: string };

const vectors = new URL("../../../vectors/worker-record/", import.meta.url);

for (const file of readdirSync(vectors)) {
  const { description, cases }: { description: string; cases: Case[] } = parse(
    readFileSync(new URL(file, vectors), "utf8"),
  );
  describe(`${description} (${file})`, () => {
    it.each(cases)("$name", ({ json, text, sha256 }) => {
      expect(textOf(json)).toBe(text);
      expect(createHash("sha256").update(textOf(json)).digest("hex")).toBe(sha256);
    });
  });
}

describe("the text of a record", () => {
  it("does not depend on the order or spelling in which the record was sent", () => {
    expect(textOf('{"b":"\\u0041","a":1.0}')).toBe(textOf(' { "a": 1.00, "b": "A" } '));
  });

  it("tells 1 from 1.0, as Python does", () => {
    expect(textOf('{"a":1}')).not.toBe(textOf('{"a":1.0}'));
  });

  it("leaves the node as it was", () => {
    const node = readStrictJsonWithLexemes('{"b":1,"artifact_hash":"x","a":2}');
    const before = structuredClone(node);
    recordText(node);
    expect(node).toEqual(before);
  });
});

const PYTHON = `
import json, sys
for line in sys.stdin.buffer:
    record = json.loads(line)
    record.pop("artifact_hash", None)
    print(json.dumps(record, sort_keys=True, separators=(",", ":")))
`;

const hasPython = spawnSync("python3", ["-c", "import json"]).status === 0;
if (!hasPython)
  console.warn("worker-record-text: skipped the comparison with CPython, as there is no python3 here");

describe.skipIf(!hasPython)("beside CPython's json", () => {
  function pythonTexts(records: string[]): string[] {
    const { stdout, stderr, status } = spawnSync("python3", ["-c", PYTHON], {
      input: records.join("\n"),
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) throw new Error(`python3 failed: ${stderr}`);
    return stdout.trimEnd().split("\n");
  }

  const isCharacter = (text: string) => !/\p{Noncharacter_Code_Point}/u.test(text);
  const anyText = fc
    .oneof(fc.string({ unit: "binary", maxLength: 12 }), fc.string({ unit: "binary-ascii", maxLength: 12 }))
    .filter(isCharacter);
  const anyKey = fc
    .oneof(anyText, fc.constantFrom("artifact_hash", "a", "b", "aa", "\ue000", "\u{1f680}", "\uffee"))
    .filter((key) => !["__proto__", "constructor", "prototype"].includes(key));

  const digits = (maxLength: number) =>
    fc.stringMatching(/^[0-9]+$/, { maxLength }).map((text) => text.replace(/^0+(?=\d)/, ""));
  const anyNumber = fc
    .oneof(
      digits(40),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.tuple(digits(20), fc.stringMatching(/^[0-9]{1,20}$/)).map(([whole, part]) => `${whole}.${part}`),
      fc
        .tuple(digits(17), fc.integer({ min: -330, max: 290 }))
        .map(([whole, exponent]) => `${whole}e${exponent}`),
      fc.integer({ min: -24, max: 24 }).map((exponent) => `1E${exponent < 0 ? "" : "+"}${exponent}`),
    )
    .chain((lexeme) => fc.constantFrom(lexeme, lexeme.startsWith("-") ? lexeme : `-${lexeme}`))
    // -0, and what a double cannot hold, the reader refuses: no record has it.
    .filter((lexeme) =>
      Number(lexeme) === 0 ? /^[0.]+(e|$)/i.test(lexeme) : Number.isFinite(Number(lexeme)),
    );

  /** Text as a client might spell it: raw, or with every unit escaped. */
  const spelt = (text: fc.Arbitrary<string>) =>
    fc.tuple(text, fc.boolean()).map(([value, isRaw]) => {
      if (isRaw) return JSON.stringify(value);
      const escaped = (unit: string) =>
        `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
      return `"${value.replace(/[\s\S]/g, escaped)}"`;
    });

  const { record: anyRecord } = fc.letrec<{ record: string; value: string }>((tie) => ({
    record: fc
      .uniqueArray(fc.tuple(spelt(anyKey), tie("value")), {
        maxLength: 8,
        selector: ([key]) => JSON.parse(key) as string,
      })
      .map((members) => `{${members.map(([key, value]) => `${key}: ${value}`).join(" , ")}}`),
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom("null", "true", "false"),
      anyNumber,
      spelt(anyText),
      fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(", ")}]`),
      tie("record"),
    ),
  }));

  it("prints the same text for any record", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 400, maxLength: 500, size: "max" }), (records) => {
        expect(records.map(textOf)).toEqual(pythonTexts(records));
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });

  it("prints the same text for any double", () => {
    const bits = fc.bigUint64Array({ minLength: 5000, maxLength: 5000, size: "max" });
    fc.assert(
      fc.property(bits, (patterns) => {
        const doubles = [...new Float64Array(patterns.buffer)].filter((n) => Number.isFinite(n) && n !== 0);
        const record = `{"doubles":[${doubles.map((n) => n.toExponential()).join(",")}]}`;
        expect(textOf(record)).toBe(pythonTexts([record])[0]);
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });
});
