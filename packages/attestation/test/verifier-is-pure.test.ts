import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const folder = join(import.meta.dirname, "../src/verify");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
);

describe("src/verify", () => {
  it("is where these tests look", () => {
    expect(files).toContain("receipt.ts");
    expect(files.length).toBeGreaterThan(8);
  });

  it.each(files)("%s imports only protocol and its own folder", (name) => {
    const source = readFileSync(join(folder, name), "utf8");
    const imports = [...source.matchAll(/\bfrom\s+"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g)].map(
      ([, from, bare]) => from ?? bare,
    );
    for (const specifier of imports)
      expect(specifier).toMatch(/^(?:@guildhall\/protocol|\.\/[a-z0-9-]+\.ts)$/);
    // Whatever else would bring a module in.
    expect(source).not.toMatch(/\brequire\b|\bimport\.meta\b|\bimport\s*\(/);
  });

  it.each(files)("%s uses nothing that only Node has", (name) => {
    const code = readFileSync(join(folder, name), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    expect(code).not.toMatch(/\b(?:Buffer|process|global|__dirname|__filename|setImmediate)\b/);
  });

  it("type-checks for a browser, without Node's types", { timeout: 240_000 }, async () => {
    const tsc = join(import.meta.dirname, "../../../node_modules/.bin/tsc");
    const options =
      "--noEmit --ignoreConfig --target es2024 --lib es2024,dom --types --module nodenext --moduleResolution nodenext --strict " +
      "--noUncheckedIndexedAccess --allowImportingTsExtensions --erasableSyntaxOnly --verbatimModuleSyntax --skipLibCheck";
    const args = options.split(" ").flatMap((option) => (option === "--types" ? ["--types", ""] : [option]));
    const { stdout } = await run(process.execPath, [tsc, ...args, join(folder, "index.ts")]).catch(
      (error) => error,
    );
    expect(stdout).toBe("");
  });

  it("runs without Node's globals", { timeout: 240_000 }, async () => {
    // What a browser would refuse at run time: take Node's own names away, then verify a receipt.
    const script = `
      const { hallKey, json, sealed } = await import(${JSON.stringify(join(import.meta.dirname, "forge.ts"))});
      const text = json(await sealed(0));
      const { verifySealedReceipt } = await import(${JSON.stringify(join(folder, "index.ts"))});
      const { log, exit } = { log: console.log, exit: process.exit };
      for (const name of ["Buffer", "process", "global", "setImmediate"]) delete globalThis[name];
      const good = await verifySealedReceipt(text, hallKey);
      const bad = await verifySealedReceipt(text.replace("ALLOW", "DENY"), hallKey);
      log(good.ok, bad.ok, typeof Buffer);
      exit(0);`;
    const { stdout } = await run(process.execPath, ["--input-type=module-typescript", "-e", script]);
    expect(stdout.trim()).toBe("true false undefined");
  });
});
