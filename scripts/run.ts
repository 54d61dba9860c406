import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./local-hall.ts";

/** One part of a longer run: what it is called, how it went, how long it took. */
export interface Part {
  name: string;
  ok: boolean;
  seconds: number;
  passed: number;
  failed: number;
  skipped: number;
  /** Requests that the suites of probes sent. */
  probes?: number;
}

/** Runs a program in the project, its output shown as it comes. */
export function program(command: string, args: string[], cwd = ROOT): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", TURBO_TELEMETRY_DISABLED: "1" },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.once("exit", (code) => resolve(code === 0));
    child.once("error", () => resolve(false));
  });
}

export const bin = (name: string) => join(ROOT, "node_modules", ".bin", name);

/** A check that passes or fails as a whole. */
export async function checked(name: string, work: () => Promise<boolean>): Promise<Part> {
  process.stdout.write(`\n── ${name}\n`);
  const started = Date.now();
  const ok = await work();
  return {
    name,
    ok,
    seconds: (Date.now() - started) / 1000,
    passed: ok ? 1 : 0,
    failed: ok ? 0 : 1,
    skipped: 0,
  };
}

/** A folder's vitest run, with its counts. */
export async function vitest(name: string, folder: string, args: string[] = []): Promise<Part> {
  process.stdout.write(`\n── ${name}\n`);
  const started = Date.now();
  const report = join(mkdtempSync(join(tmpdir(), "guildhall-report-")), "report.json");
  const ok = await program(
    bin("vitest"),
    [
      "run",
      // On a terminal, a dot a test; in a log, where dots drown what matters, only what failed and the counts.
      process.stdout.isTTY ? "--reporter=dot" : "--reporter=agent",
      "--reporter=json",
      `--outputFile.json=${report}`,
      ...args,
    ],
    join(ROOT, folder),
  );
  const counts = readCounts(report);
  return {
    name,
    ok: ok && counts.failed === 0 && counts.passed > 0,
    seconds: (Date.now() - started) / 1000,
    ...counts,
  };
}

function readCounts(report: string): Pick<Part, "passed" | "failed" | "skipped" | "probes"> {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
      readFileSync(report, "utf8"),
    );
    const tests = (testResults as { assertionResults: { meta?: { probes?: number } }[] }[]).flatMap(
      ({ assertionResults }) => assertionResults,
    );
    const probes = tests.reduce((sum, { meta }) => sum + (meta?.probes ?? 0), 0);
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests, probes };
  } catch {
    // The run ended before it could report: that is one failure, and its output stands above.
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(join(report, ".."), { recursive: true, force: true });
  }
}

/** Where the time went, the counts, and the exit code. */
export function finish(parts: Part[]): never {
  const total = { passed: 0, failed: 0, skipped: 0, seconds: 0, probes: 0 };
  process.stdout.write("\nWhere the time went\n");
  for (const part of parts) {
    for (const key of ["passed", "failed", "skipped", "seconds"] as const) total[key] += part[key];
    total.probes += part.probes ?? 0;
    // A part that fails without a failed test (a crash, a type error) counts as one.
    if (!part.ok && part.failed === 0) total.failed += 1;
    const counts = `${part.passed} passed${part.failed ? `, ${part.failed} failed` : ""}${part.skipped ? `, ${part.skipped} skipped` : ""}${part.probes ? `, ${part.probes} probes` : ""}`;
    process.stdout.write(
      `  ${part.ok ? "●" : "✕"} ${part.name.padEnd(28)} ${part.seconds.toFixed(1).padStart(7)} s   ${counts}\n`,
    );
  }
  const asked = total.probes === 0 ? "" : `   ${total.probes} probes`;
  process.stdout.write(`  ${"".padEnd(30)} ${total.seconds.toFixed(1).padStart(7)} s${asked}\n\n`);
  process.stdout.write(
    `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ""}\n`,
  );
  process.exit(total.failed === 0 ? 0 : 1);
}
