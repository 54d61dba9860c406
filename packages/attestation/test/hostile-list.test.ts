import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** Which hostile cases of receipts, chains and signatures are tried, by the titles of tests and vectors. */

const ROOT = join(import.meta.dirname, "../../..");
const WANTED = Array.from({ length: 16 }, (_, i) => hostile(50 + i));

/** Not tried, and why. Whoever tries one takes it out of here. */
const EXEMPT: ReadonlyMap<string, string> = new Map([
  [hostile(63), "tokens of a timestamp authority: none is used"],
]);

const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.test.ts", "vectors/*.yaml"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && !file.endsWith("hostile-list.test.ts"));

function titles(file: string): string {
  const text = readFileSync(join(ROOT, file), "utf8");
  const pattern = file.endsWith(".yaml")
    ? /^(?:description|\s+(?:- )?name): .*$/gm
    : /\b(?:it|test|describe)(?:\.\w+(?:\([^)]*\))?)?\(\s*(?:"[^"]*"|`[^`]*`)|^\s*"[^"]*H-\d{3}[^"]*"/gm;
  return (text.match(pattern) ?? []).join("\n");
}

function hostile(number: number): string {
  return `H-${String(number).padStart(3, "0")}`;
}

/** `H-051 to H-053` names the ones between as well. */
function idsIn(text: string): string[] {
  const ranges = [...text.matchAll(/H-(\d{3}) to H-(\d{3})/g)].flatMap(([, from, to]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => hostile(Number(from) + i)),
  );
  return [...ranges, ...(text.match(/H-\d{3}/g) ?? [])];
}

describe("H-050 to H-065", () => {
  const tried = new Set(files.flatMap((file) => idsIn(titles(file))));

  it("are each named by a test or a vector, but for those that are exempt", () => {
    expect(WANTED.filter((id) => !tried.has(id) && !EXEMPT.has(id))).toEqual([]);
  });

  it("are exempt only where nothing tries them", () => {
    expect([...EXEMPT.keys()].filter((id) => tried.has(id))).toEqual([]);
  });
});
