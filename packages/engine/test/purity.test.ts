import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const SRC = new URL("../src/", import.meta.url);
const files = readdirSync(SRC)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => ({ file, text: readFileSync(new URL(file, SRC), "utf8") }));

describe("the engine's source", () => {
  it("imports nothing but the protocol, the expressions' library and its own files", () => {
    const foreign = files.flatMap(({ file, text }) =>
      [...text.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*["']([^"']+)["']/g)]
        .map(([, target]) => `${file}: ${target}`)
        .filter((line) => !/: (?:@guildhall\/protocol$|@marcbachmann\/cel-js$|\.\/[a-z-]+\.ts$)/.test(line)),
    );
    expect(foreign).toEqual([]);
  });

  it("knows no clock, no randomness, no log, no timer and no process", () => {
    const impure =
      /\bDate\.now|\bnew Date\(\)|\b(?:Math\.random|crypto|performance|console|process|globalThis|setTimeout|setInterval|fetch|eval|Temporal)\b(?!-)/;
    const found = files.flatMap(({ file, text }) =>
      text
        .replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "")
        .split("\n")
        .filter((line) => impure.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  it("is there to be read", () => {
    expect(files.length).toBeGreaterThan(15);
  });
});
