import { program } from "./run.ts";

/**
 * `npm run torture [-- name ...args]`: what needs hours. Each run is bounded and resumable and prints its seed;
 * `npm run torture -- crash --rounds 10000 --resume` goes on where it stopped.
 */
const RUNS: Record<string, string> = {
  crash: "apps/hall-api/test/crash/torture.ts",
  keys: "apps/hall-api/test/revoke/torture.ts",
  sessions: "apps/hall-api/test/revoke/session-torture.ts",
  probes: "apps/hall-api/test/probes/torture.ts",
  timing: "apps/hall-api/test/timing-torture.ts",
  hsm: "apps/hall-api/test/hsm/torture.ts",
  differential: "packages/engine/test/differential-torture.ts",
  numbers: "packages/protocol/test/numbers-torture.ts",
  bits: "packages/attestation/test/flipped-bits-torture.ts",
};

const [name, ...args] = process.argv.slice(2);
const chosen = name === undefined ? Object.keys(RUNS) : [name];
if (name !== undefined && !(name in RUNS)) {
  process.stderr.write(`No torture is called ${name}. There are: ${Object.keys(RUNS).join(", ")}\n`);
  process.exit(2);
}
let held = true;
for (const run of chosen) held = (await program(process.execPath, [RUNS[run] as string, ...args])) && held;
process.exit(held ? 0 : 1);
