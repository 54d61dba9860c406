import { existsSync } from "node:fs";
import { bin, checked, finish, type Part, program, vitest } from "./run.ts";
import { provideSystemPackages } from "./system-packages.ts";

/**
 * `npm test`: every test there is, on a fresh clone. One part after the other, because some measure what a busy
 * machine would blur, and the list at the end says where the time went. Within a part as many files at once as there
 * are cores.
 */
const wanted = process.argv.slice(2);

if (!(await provideSystemPackages())) process.exit(1);

const PARTS: Record<string, () => Promise<Part>> = {
  lint: () => checked("format and lint", () => program(bin("biome"), ["check", "."])),
  types: () => checked("types", () => program(bin("tsc"), ["-p", "tsconfig.json"])),
  "console-types": () =>
    checked("types of the console", () => program(bin("tsc"), ["-p", "apps/console/tsconfig.json"])),
  house: () => vitest("house", "."),
  protocol: () => vitest("protocol", "packages/protocol"),
  engine: () => vitest("engine", "packages/engine"),
  attestation: () => vitest("attestation", "packages/attestation"),
  db: () => vitest("db", "packages/db"),
  sdk: () => vitest("sdk", "packages/sdk"),
  cli: () => vitest("cli", "packages/cli"),
  summarizer: () => vitest("summarizer", "examples/summarizer"),
  "hall-api": () =>
    vitest("hall-api", "apps/hall-api", ["--exclude=test/crash/**", "--exclude=test/revoke/**"]),
  revoke: () => vitest("hall-api: revocation", "apps/hall-api", ["test/revoke"]),
  // One file at a time: how soon a killed Hall is back is measured.
  crash: () => vitest("hall-api: crashes", "apps/hall-api", ["test/crash", "--maxWorkers=1"]),
  console: () => vitest("console", "apps/console"),
  "console-build": () =>
    checked("console build", () =>
      program(bin("turbo"), ["run", "build", "--filter=@guildhall/console", "--output-logs=errors-only"]),
    ),
  e2e: () => vitest("console in a browser", "apps/console", ["--config", "vitest.e2e.config.ts"]),
};

const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  process.stderr.write(
    `No part is called ${unknown.join(", ")}. There are: ${Object.keys(PARTS).join(", ")}\n`,
  );
  process.exit(2);
}
if (!existsSync(bin("vitest"))) throw new Error("node_modules is missing: start with npm test");

const parts: Part[] = [];
for (const [name, run] of Object.entries(PARTS))
  if (wanted.length === 0 || wanted.includes(name)) parts.push(await run());
finish(parts);
