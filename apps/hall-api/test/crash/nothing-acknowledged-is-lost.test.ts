import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CrashServer, startCrashServer } from "./crash-server.ts";
import { seeded } from "./random.ts";
import { CRASH_POINTS, describePlan, judge, planRounds, runRound } from "./rounds.ts";
import { breakDurability, breakEnqueueing, mendDurability } from "./sabotage.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

/**
 * `kill -9` of the Hall, and of the whole of PostgreSQL, during 50 concurrent dispatches (RELIABILITY H-070, H-071,
 * G1, G2). The Hall's key is on a token whose module writes down what it signs. What is promised stands in checker.ts, I1 to I6. Each control breaks one of the things that make it true
 * and sees the same judge say so. More rounds: torture.ts.
 */

const seed = Number(process.env.CRASH_SEED ?? Date.now() % 2 ** 31);
const worlds: World[] = [];
let server: CrashServer;

beforeAll(async () => {
  server = await startCrashServer();
});
afterAll(async () => {
  for (const world of worlds) await world.stop();
  await server?.stop();
});

async function newWorld(options: Partial<WorldOptions> = {}): Promise<World> {
  const world = await createWorld({ server, random: seeded(seed), ...options });
  worlds.push(world);
  return world;
}

async function endWorld(world: World): Promise<void> {
  worlds.splice(worlds.indexOf(world), 1);
  await world.stop();
}

describe(`with seed ${seed}`, () => {
  it("survives 45 kills of the Hall and 15 of the whole database: nothing acknowledged is lost, nothing runs unsealed or twice", async () => {
    const world = await newWorld();
    const plans = planRounds(seeded(seed), { hall: 45, postgres: 15 });
    expect(
      new Set(plans.flatMap((p) => (p.kills === "hall" && "point" in p.death ? [p.death.point] : []))),
    ).toEqual(new Set(CRASH_POINTS));
    let acknowledgedBeforeKill = 0;
    for (const [i, plan] of plans.entries()) {
      const { round, violations } = await runRound(world, plan);
      expect(violations, `seed ${seed}, round ${i}: after killing ${describePlan(plan)}`).toEqual([]);
      expect(round.recoveryMs, `recovery from killing ${describePlan(plan)}`).toBeLessThan(10_000);
      acknowledgedBeforeKill += round.acknowledged;
    }
    expect(await judge(world), `seed ${seed}, at the end`).toEqual([]);

    // None of it was vacuous.
    const { seen } = world.checker;
    expect(acknowledgedBeforeKill).toBeGreaterThan(100);
    expect(seen.worked).toBeGreaterThan(100);
    expect(seen.unknown).toBeGreaterThan(30);
    expect(seen.refused).toBeGreaterThan(0);
    await endWorld(world);
  }, 600_000);

  it("lets a neighbour seal what a killed Hall had committed; where jobs are inserted at commit, the judge sees unsealed work", async () => {
    const world = await newWorld({ halls: 2 });
    const kill = { point: "between-commit-and-seal", nth: 2 } as const;
    await world.crashHall(kill);
    expect(await judge(world), `seed ${seed}`).toEqual([]);
    expect(world.checker.seen.worked).toBeGreaterThan(0);
    await world.startHall();

    await breakEnqueueing(world.admin);
    await until("I4", world, () => world.killHall(kill));
    await endWorld(world);
  }, 240_000);

  it("signs only what is committed; where it signs before, the judge sees a second body for one (tenant, seq)", async () => {
    const world = await newWorld();
    await world.crashHall({ answers: 30, thenMs: 0 });
    await world.startHall({ signsBeforeCommit: true });
    expect(await world.checker.check(), `seed ${seed}`).toEqual([]);
    await until("I5", world, async () => {
      await world.killHall({ point: "between-commit-and-seal", nth: 1000 });
    });
    await endWorld(world);
  }, 240_000);

  it("loses nothing to a power cut; with synchronous_commit off, the judge misses acknowledged receipts", async () => {
    const world = await newWorld();
    await breakDurability(world.admin);
    try {
      await until("I1", world, () => world.killPostgres({ answers: 60, thenMs: 0 }));
    } finally {
      await mendDurability(world.admin);
      await endWorld(world);
    }
  }, 240_000);
});

/** A control that has to turn red, within a dozen crashes, however busy the machine is. */
async function until(invariant: string, world: World, crash: () => Promise<unknown>): Promise<void> {
  const found = new Set<string>();
  for (let round = 0; round < 12 && !found.has(invariant); round++) {
    await crash();
    for (const violation of await world.checker.check()) found.add(violation.invariant);
  }
  expect([...found], `seed ${seed}`).toContain(invariant);
}
