import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startCrashServer } from "../crash/crash-server.ts";
import { seeded } from "../crash/random.ts";
import { createWorld } from "../crash/world.ts";
import { readProgress, writeProgress } from "../testing/progress.ts";
import {
  createKey,
  faultsOf,
  type LiveKey,
  type Runners,
  raceToTheEnd,
  treeSize,
  WAYS,
  type Way,
} from "./key-ends.ts";
import { signIn } from "./race.ts";

/**
 * Keys ended while they are used, on two instances: `torture.ts --trials 1000 --seed 7 --resume`. Each fifth one runs out
 * by itself. Prints its seed and how many trials each way had; ends with 1 at the first decision that should not be. A run
 * that was stopped goes on behind its last fifty.
 */
const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "1000" },
    seed: { type: "string" },
    resume: { type: "boolean", default: false },
    progress: { type: "string", default: join(tmpdir(), "guildhall-keys-torture.json") },
  },
});
const wanted = Number(values.trials);
const progress = readProgress(values.progress, values.resume, {
  seed: Number(values.seed ?? Date.now() % 2 ** 31),
  done: {} as { [way in Way]?: number },
  decisions: 0,
});
const done = new Map<Way, number>(WAYS.map((way) => [way, progress.done[way] ?? 0]));
const total = () => [...done.values()].reduce((sum, n) => sum + n, 0);
const random = seeded(progress.seed + total());
/** The shortest life that a key can be given. */
const LIFE_SECONDS = 60;
/** Used at once, around the moment at which all of them run out. */
const POOL = 20;
/** Reports of leaks that one address may make in a minute. */
const LEAKS_A_MINUTE = 10;

console.log(`seed ${progress.seed}; ${total()} of ${wanted} trials are behind us`);
const server = await startCrashServer();
const world = await createWorld({ server, random, halls: 2, tenants: ["victim"] });
const faults: string[] = [];
let leaks: number[] = [];
try {
  const victim = world.tenants[0]!;
  const runners: Runners = { random, urls: world.urls(), victim, session: "" };
  /** To make a key asks for a factor of the last five minutes, so the link is good once more for each pool. */
  async function signInAgain(): Promise<void> {
    await world.admin.query("UPDATE hall.sign_in_link SET used_at = NULL WHERE tenant_id = $1", [
      victim.tenantId,
    ]);
    runners.session = await signIn(runners.urls[0]!, victim);
  }
  let pool: LiveKey[] = [];
  async function trial(way: Way, key: LiveKey, from: number): Promise<void> {
    const ended = await raceToTheEnd(runners, way, key);
    faults.push(...(await faultsOf(world.admin, ended, from)).map((fault) => `${way} ${key.id}: ${fault}`));
    progress.decisions += ended.answers.filter(({ said }) => said === "200").length;
    done.set(way, (done.get(way) ?? 0) + 1);
  }

  while (total() < wanted && faults.length === 0) {
    if (pool.length === 0) {
      await signInAgain();
      pool = await Promise.all(Array.from({ length: POOL }, () => createKey(runners, LIFE_SECONDS)));
    }
    const from = await treeSize(world.admin);
    const leastMs = Math.min(...pool.map(({ untilMs }) => untilMs!)) - Date.now();
    if (leastMs < 500) {
      // The machine was too busy to come to them in time: a key that nobody uses shows nothing.
      pool = [];
    } else if (leastMs < 2000) {
      await Promise.all(pool.map((key) => trial("expiry", key, from)));
      pool = [];
    } else {
      const now = Date.now();
      leaks = leaks.filter((at) => now - at < 62_000);
      const way = random.pick(
        (["revoke", "rotate", "rotate", "leak", "grace"] as const).filter(
          (one) => one !== "leak" || leaks.length < LEAKS_A_MINUTE,
        ),
      );
      if (way === "leak") leaks.push(now);
      await trial(way, await createKey(runners), from);
    }
    if (faults.length === 0 && total() % 50 < POOL)
      writeProgress(values.progress, { ...progress, done: Object.fromEntries(done) });
    if (total() % 50 < POOL)
      console.log(`${total()} trials: ${[...done].map(([way, n]) => `${way} ${n}`).join(", ")}`);
  }
} finally {
  await world.stop();
  await server.stop();
}
for (const fault of faults.slice(0, 20)) console.log(fault);
console.log(
  `${[...done].map(([way, n]) => `${way} ${n}`).join(", ")}: ${progress.decisions} decisions, ${faults.length} that should not be.`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
