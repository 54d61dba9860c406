import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

/**
 * H-115: no pattern in what we wrote takes long over anything that is sent to it. They are read from the sources, so a new one
 * is tried without being listed.
 */

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const sources = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts", "*.tsx"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  // What the console matches is what the person before it has typed there.
  .filter((file) => /^(?:packages\/[^/]+|apps\/(?:hall-api|runner))\/src\//.test(file))
  .filter((file) => !/\.test\.tsx?$|\/generated\/|\/testing\//.test(file));

/** A literal where an expression can begin. What is found by mistake is no pattern that compiles, or does no harm. */
const LITERAL =
  /(?<=(?:[(,=:[!&|?{};]|\breturn|=>)\s*)\/(?![*/])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([dgimsuvy]*)/g;

interface Pattern {
  file: string;
  pattern: RegExp;
}

function patternsIn(text: string, file: string): Pattern[] {
  return [...text.matchAll(LITERAL)].flatMap(([, source = "", flags = ""]) => {
    try {
      return [{ file, pattern: new RegExp(source, flags) }];
    } catch {
      return []; // a quotient, a path in a comment
    }
  });
}

const LONG = 64 * 1024;
/** What patterns of names, numbers, addresses, headers and JSON go over twice where they are written badly. */
const PIECES = [
  "a",
  "A",
  "0",
  " ",
  "-",
  ".",
  "_",
  "/",
  "\\",
  '"',
  "'",
  "=",
  ",",
  ":",
  "\n",
  "\t",
  "%",
  "é",
  "a.",
  "a-",
  "0.",
  "a ",
  " a",
  "-a",
  "a_",
  "aA0",
  "\\\\",
  '\\"',
  '{"',
  "[",
  "(",
  "<",
  "* ",
  "<a ",
  "a=",
  "a,",
  "::",
  "../",
];
const ATTACKS = PIECES.flatMap((piece) => {
  const body = piece.repeat(Math.ceil(LONG / piece.length)).slice(0, LONG);
  return [`${body}\u0000`, `org.${body}!`];
});
/** On a quiet machine ten milliseconds are enough for all; what is wrong takes seconds. */
const MOST_MS = 100;

/** The attack that a pattern takes too long over, of several tries the quickest, or null. */
function slowOver({ pattern }: Pattern): string | null {
  for (const attack of ATTACKS) {
    let least = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 3 && least > MOST_MS; n++) {
      pattern.lastIndex = 0;
      const startedAt = performance.now();
      pattern.test(attack);
      least = Math.min(least, performance.now() - startedAt);
    }
    if (least > MOST_MS) return `${attack.slice(0, 8)}… ${Math.round(least)} ms`;
  }
  return null;
}

/** Slow over long texts, which they never see: the line before measures them. */
const OF_SHORT_TEXTS = new Set(["packages/engine/src/expression-language.ts /(\\d+)(h|ms|m|s)/g"]);

const patterns = sources.flatMap((file) => patternsIn(readFileSync(join(ROOT, file), "utf8"), file));

it("finds the patterns, and the one that is bad", () => {
  expect(patterns.length).toBeGreaterThan(150);
  const bad = patternsIn("const bad = /^(?:a+)+$/;", "bad.ts");
  expect(bad).toHaveLength(1);
  // Short: what is bad would take for ever over the whole.
  const startedAt = performance.now();
  bad[0]!.pattern.test(`${"a".repeat(23)}!`);
  expect(performance.now() - startedAt).toBeGreaterThan(5);
});

it("H-115 none takes long over 64 kB of anything", () => {
  const tried = patterns.filter(({ file, pattern }) => !OF_SHORT_TEXTS.has(`${file} ${pattern}`));
  expect(tried.length).toBe(patterns.length - OF_SHORT_TEXTS.size);
  const slow = tried.flatMap((one) => {
    const over = slowOver(one);
    return over === null ? [] : [`${one.file} ${one.pattern}: ${over}`];
  });
  expect(slow).toEqual([]);
}, 120_000);
