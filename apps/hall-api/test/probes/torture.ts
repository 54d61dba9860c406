import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seeded } from "../crash/random.ts";
import { readProgress, writeProgress } from "../testing/progress.ts";
import { leakFinder } from "./judge.ts";
import { randomProbes } from "./random-probes.ts";
import { createWorld } from "./world.ts";

/**
 * Random probes of every door: `torture.ts --probes 100000 --seed 7 --resume`. Each ten thousand have tenants of their own;
 * a run that was stopped goes on behind its last thousand. Ends with 1 at the first answer that should not be.
 */
const { values } = parseArgs({
  options: {
    probes: { type: "string", default: "100000" },
    seed: { type: "string" },
    resume: { type: "boolean", default: false },
    progress: { type: "string", default: join(tmpdir(), "guildhall-probes-torture.json") },
  },
});
const wanted = Number(values.probes);
const THOUSAND = 1000;
const WORLD = 10_000;
const progress = readProgress(values.progress, values.resume, {
  seed: Number(values.seed ?? Date.now() % 2 ** 31),
  probes: 0,
  seconds: 0,
});

console.log(`seed ${progress.seed}; ${progress.probes} of ${wanted} probes are behind us`);
while (progress.probes < wanted) {
  const seed = progress.seed + progress.probes;
  const faults = await tenThousand(seed);
  if (faults.length > 0) {
    for (const fault of faults.slice(0, 20)) console.log(fault);
    console.log(`${faults.length} faults; seed ${seed} asks the same again`);
    process.exit(1);
  }
}
console.log(
  `${progress.probes} probes in ${progress.seconds} s, seed ${progress.seed}: nothing was shown or told apart.`,
);
process.exit(0);

async function tenThousand(seed: number): Promise<string[]> {
  const world = await createWorld();
  try {
    if (world.missing.length > 0) return world.missing;
    const probes = randomProbes(world, leakFinder(world.canaries), seeded(seed));
    for (let sent = 0; sent < WORLD && progress.probes < wanted; sent += THOUSAND) {
      const startedAt = performance.now();
      // Sensitive acts are asked for with a factor shown a moment ago, however long this takes.
      await world.house.admin.query("UPDATE hall.session SET step_up_at = now()");
      const faults = await probes.send(Math.min(THOUSAND, wanted - progress.probes));
      if (faults.length > 0) return faults;
      progress.probes += THOUSAND;
      progress.seconds += Math.round((performance.now() - startedAt) / 1000);
      writeProgress(values.progress, progress);
    }
    console.log(JSON.stringify(progress));
    return [];
  } finally {
    await world.close();
  }
}
