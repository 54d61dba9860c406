import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startCrashServer } from "./crash-server.ts";
import type { Violation } from "./knowledge.ts";
import { seeded } from "./random.ts";
import { describePlan, judge, type Plan, planRounds, runRound } from "./rounds.ts";
import { createWorld } from "./world.ts";

/**
 * Crashes for hours: `torture.ts --rounds 10000 --resume`. Each hundred has a database and a seed of its own, which
 * are printed; a run that was stopped goes on behind its last round. Ends with 1 at the first violation.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    seed: { type: "string" },
    resume: { type: "boolean", default: false },
    progress: { type: "string", default: join(tmpdir(), "guildhall-crash-torture.json") },
  },
});

interface Progress {
  seed: number;
  rounds: number;
  byHall: number;
  byPostgres: number;
  acknowledged: number;
  refused: number;
  unknown: number;
  worked: number;
  seconds: number;
}
const HUNDRED = { hall: 80, postgres: 20 };
const wanted = Number(values.rounds);
const progress: Progress =
  values.resume && existsSync(values.progress)
    ? (JSON.parse(readFileSync(values.progress, "utf8")) as Progress)
    : {
        seed: Number(values.seed ?? Date.now() % 2 ** 31),
        rounds: 0,
        byHall: 0,
        byPostgres: 0,
        acknowledged: 0,
        refused: 0,
        unknown: 0,
        worked: 0,
        seconds: 0,
      };

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    stopping = true;
    console.log("stopping after this round; once more ends it now, and leaves a server behind");
  });

console.log(`seed ${progress.seed}; ${progress.rounds} of ${wanted} rounds are behind us`);
while (progress.rounds < wanted && !stopping) {
  const startedAt = performance.now();
  const seed = progress.seed + progress.rounds;
  const violations = await hundred(seed);
  progress.seconds += Math.round((performance.now() - startedAt) / 1000);
  if (violations.length > 0) {
    for (const { invariant, what } of violations.slice(0, 50)) console.log(`${invariant}: ${what}`);
    console.log(`${violations.length} violations; seed ${seed} plans the same crashes again`);
    process.exit(1);
  }
  // Written beside and renamed: what is read again is one whole state.
  writeFileSync(`${values.progress}.new`, JSON.stringify(progress));
  renameSync(`${values.progress}.new`, values.progress);
  console.log(JSON.stringify(progress));
}
process.exit(0);

async function hundred(seed: number): Promise<Violation[]> {
  const random = seeded(seed);
  const server = await startCrashServer();
  try {
    // Every other hundred has a second Hall over the same database, under the same load.
    const halls = 1 + (Math.floor(progress.rounds / 100) % 2);
    const world = await createWorld({ server, random, halls, loadsNeighbours: true });
    try {
      const left = Math.min(1, (wanted - progress.rounds) / (HUNDRED.hall + HUNDRED.postgres));
      const plans = planRounds(random, {
        hall: Math.ceil(HUNDRED.hall * left),
        postgres: Math.floor(HUNDRED.postgres * left),
      });
      const done: Plan[] = [];
      for (const plan of plans) {
        const { violations } = await runRound(world, plan);
        if (violations.length > 0)
          return [{ invariant: "I1", what: `after killing ${describePlan(plan)}:` }, ...violations];
        done.push(plan);
        if (stopping) break;
      }
      const violations = await judge(world);
      const { seen } = world.checker;
      progress.rounds += done.length;
      progress.byHall += done.filter(({ kills }) => kills === "hall").length;
      progress.byPostgres += done.filter(({ kills }) => kills === "postgres").length;
      for (const what of ["acknowledged", "refused", "unknown", "worked"] as const)
        progress[what] += seen[what];
      return violations;
    } finally {
      await world.stop();
    }
  } finally {
    await server.stop();
  }
}
