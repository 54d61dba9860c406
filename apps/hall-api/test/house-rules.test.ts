import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const SRC = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({
    name: relative(SRC, join(SRC, name)),
    text: code(readFileSync(join(SRC, name), "utf8")),
  }));

/** The text without its comments, which may speak of anything. */
function code(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

function filesWith(pattern: RegExp): string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ name }) => name);
}

it("there is something to look at", () => {
  expect(files.length).toBeGreaterThan(50);
});

it("only env.ts reads the environment", () => {
  expect(filesWith(/process\s*\.\s*env|["']node:process["']|import\.meta\.env/)).toEqual(["env.ts"]);
});

it("only outbound.ts calls out, and only text-records.ts asks name servers", () => {
  // A method named fetch (the queue's) is no call to the network; the global is.
  const calls =
    /(?<![.\w])fetch\s*\(|globalThis\s*\.\s*fetch|(?:from|import\(|import)\s*["'](?:undici|(?:node:)?(?:http|https|http2|net|tls|dgram|dns|dns\/promises))["']/;
  expect(filesWith(calls).sort()).toEqual(["names/text-records.ts", "outbound.ts"]);
  expect(filesWith(/["'](?:node:)?dns\/promises["']/)).toEqual(["names/text-records.ts"]);
});

it("nothing is imported from where tests keep their fakes", () => {
  expect(filesWith(/["'][^"']*\/testing(?:\/[^"']*)?["']|["'][^"']*\.test\.ts["']|["']vitest["']/)).toEqual(
    [],
  );
});

it("no process is started but the audit's own: the Hall runs no tenant's code", () => {
  expect(
    filesWith(/["'](?:node:)?(?:child_process|cluster|worker_threads|vm)["']|\beval\s*\(|new Function\b/),
  ).toEqual(["ledger/audits.ts"]);
  const { text } = files.find(({ name }) => name === "ledger/audits.ts")!;
  expect(text.match(/import \{[^}]*\} from "node:child_process"/g)).toEqual([
    'import { type ChildProcess, fork } from "node:child_process"',
  ]);
  expect(text.match(/\bfork\([^,]*/g)).toEqual(["fork(SCRIPT"]);
});

it("operations know nothing of the doors", () => {
  const doors = files.filter(
    ({ name, text }) => name.startsWith("operations") && /["'](?:fastify|@trpc\/[^"']*)["']/.test(text),
  );
  expect(doors.map(({ name }) => name)).toEqual([]);
});
