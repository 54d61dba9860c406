import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Cycle, lossAndReturn, startHsmWorld } from "./cycles.ts";

/**
 * The token taken away and brought back under load, again and again: `torture.ts --cycles 200 --resume`. Prints each
 * cycle's times and, at the end, those of all. Ends with 1 at the first wrong receipt or late answer of the breaker.
 */
const { values } = parseArgs({
  options: {
    cycles: { type: "string", default: "50" },
    resume: { type: "boolean", default: false },
    progress: { type: "string", default: join(tmpdir(), "guildhall-hsm-torture.json") },
  },
});
const wanted = Number(values.cycles);
const done: Cycle[] =
  values.resume && existsSync(values.progress) ? JSON.parse(readFileSync(values.progress, "utf8")) : [];
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    stopping = true;
    console.log("stopping after this cycle");
  });

const BREAKER_MS = 1000;
const RECOVERY_MS = 5000;
let held = true;
console.log(`${done.length} of ${wanted} cycles are behind us`);
const world = await startHsmWorld();
try {
  while (done.length < wanted && held && !stopping) {
    // From an outage that nobody would notice to one that outlasts every start-by time.
    const outageMs = [50, 300, 1500, 6000][done.length % 4] as number;
    const cycle = await lossAndReturn(world, outageMs);
    done.push(cycle);
    held = cycle.wrong.length === 0 && cycle.breakerMs < BREAKER_MS && cycle.recoveryMs < RECOVERY_MS;
    // Written beside and renamed: what is read again is one whole state.
    writeFileSync(`${values.progress}.new`, JSON.stringify(done));
    renameSync(`${values.progress}.new`, values.progress);
    const { breakerMs, recoveryMs, acknowledged, refused, wrong } = cycle;
    console.log(
      `cycle ${done.length}: away ${outageMs} ms, breaker ${Math.round(breakerMs)} ms, recovery ${Math.round(recoveryMs)} ms, ` +
        `${acknowledged} receipts verified, ${refused} refused, ${wrong.length} wrong`,
    );
    for (const what of wrong.slice(0, 20)) console.log(`  ${what}`);
  }
} finally {
  await world.stop();
}
const times = (of: "breakerMs" | "recoveryMs") => {
  const sorted = done.map((cycle) => cycle[of]).toSorted((a, b) => a - b);
  const at = (part: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  return `median ${at(0.5)} ms, p95 ${at(0.95)} ms, largest ${at(1)} ms`;
};
const sum = (of: (cycle: Cycle) => number) => done.reduce((total, cycle) => total + of(cycle), 0);
console.log(`${done.length} cycles. Breaker: ${times("breakerMs")}. Recovery: ${times("recoveryMs")}.`);
console.log(
  `${sum((c) => c.acknowledged)} receipts verified, ${sum((c) => c.refused)} requests refused, ${sum((c) => c.wrong.length)} wrong.`,
);
process.exit(held ? 0 : 1);
