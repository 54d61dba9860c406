import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seeded } from "../crash/random.ts";
import { readProgress, writeProgress } from "../testing/progress.ts";
import { openHouse } from "../testing/running-hall.ts";
import { addMember, addTenant } from "../testing/tenant.ts";
import { faultsOf, type Runners, raceToTheEnd, WAYS, type Way } from "./session-ends.ts";

/**
 * Sessions ended while they are used, on two instances: `session-torture.ts --trials 1000 --seed 7 --resume`. Prints its
 * seed and how many trials each way had; ends with 1 at the first act that should not be.
 */
const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "1000" },
    seed: { type: "string" },
    resume: { type: "boolean", default: false },
    progress: { type: "string", default: join(tmpdir(), "guildhall-sessions-torture.json") },
  },
});
const wanted = Number(values.trials);
/** A log that has grown long is read slowly: each so many have a database of their own. */
const HUNDRED = 100;
const progress = readProgress(values.progress, values.resume, {
  seed: Number(values.seed ?? Date.now() % 2 ** 31),
  done: Object.fromEntries(WAYS.map((way) => [way, 0])) as Record<Way, number>,
  acts: 0,
});
const total = () => Object.values(progress.done).reduce((sum, n) => sum + n, 0);
const told = () =>
  Object.entries(progress.done)
    .map(([way, n]) => `${way} ${n}`)
    .join(", ");

console.log(`seed ${progress.seed}; ${total()} of ${wanted} trials are behind us`);
const faults: string[] = [];
while (total() < wanted && faults.length === 0) {
  const random = seeded(progress.seed + total());
  const house = await openHouse();
  try {
    const halls = [await house.open(), await house.open()];
    const tenant = await addTenant(halls[0]!.hall);
    const { session: owner } = await addMember(halls[0]!.hall, tenant.id, "owner");
    const runners: Runners = { random, halls, tenant, owner, admin: house.admin };
    for (let n = 0; n < HUNDRED && total() < wanted && faults.length === 0; n++) {
      await house.admin.query("UPDATE hall.session SET step_up_at = now()");
      const way = random.pick(WAYS);
      const ended = await raceToTheEnd(runners, way);
      faults.push(
        ...(await faultsOf(house.admin, ended)).map((fault) => `${way} ${ended.sessionId}: ${fault}`),
      );
      progress.acts += ended.answers.filter(({ said, isAct }) => isAct && said === "done").length;
      progress.done[way]++;
    }
    if (faults.length === 0) writeProgress(values.progress, progress);
    console.log(`${total()} trials: ${told()}`);
  } finally {
    await house.close();
  }
}
for (const fault of faults.slice(0, 20)) console.log(fault);
console.log(`${told()}: ${progress.acts} acts, ${faults.length} that should not be.`);
process.exit(faults.length === 0 ? 0 : 1);
