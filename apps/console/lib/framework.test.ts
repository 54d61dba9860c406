import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

/** What others' holes would be in this console, and why they are not. */

const CONSOLE = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(CONSOLE, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};
const sources = ["app", "components", "lib", "ui"].flatMap((folder) =>
  readdirSync(join(CONSOLE, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => ({ name: join(folder, name), text: readFileSync(join(CONSOLE, folder, name), "utf8") })),
);

const filesWith = (pattern: RegExp) =>
  sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);

const isAtLeast = (version = "", least: readonly number[]) => {
  const parts = version.split(".").map(Number);
  const at = least.findIndex((part, n) => part !== parts[n]);
  return at === -1 || (parts[at] ?? 0) > (least[at] ?? 0);
};

it("H-104 no server action is there to be called, and the framework is newer than the holes in its payloads", () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(filesWith(/["']use server["']/)).toEqual([]);
  // Middleware that one header switched off; code run from a payload; a form that reached Object's prototype.
  expect(isAtLeast(manifest.dependencies.next, [16, 0, 7])).toBe(true);
  expect(isAtLeast(manifest.dependencies.react, [19, 2, 1])).toBe(true);
  expect(isAtLeast(manifest.dependencies["@trpc/server"], [11, 8, 0])).toBe(true);
  expect(isAtLeast("16.0.6", [16, 0, 7])).toBe(false);
});

it("H-110 nothing is put into a page as markup, and no link is made of what somebody wrote", () => {
  expect(
    filesWith(/dangerouslySetInnerHTML|\.innerHTML\b|\.outerHTML\s*=|insertAdjacentHTML|document\.write/),
  ).toEqual([]);
  expect(filesWith(/\beval\s*\(|new Function\b|javascript:/)).toEqual([]);
});
