import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CrashServer, startCrashServer } from "../crash/crash-server.ts";
import { seeded } from "../crash/random.ts";
import { createWorld, type World } from "../crash/world.ts";
import {
  createKey,
  type Ended,
  faultsOf,
  type Runners,
  raceToTheEnd,
  treeSize,
  type Way,
} from "./key-ends.ts";
import { signIn } from "./race.ts";
import { removeFence, silenceSnapshots } from "./sabotage.ts";

/**
 * However a key ends, no decision stands in the log that it could not ask for any more, in any of two instances. An
 * act is held against its place in the log; a time that runs out against the times of the decisions. `npm run torture
 * -- keys` does the same a thousand times, and lets keys run out by themselves.
 */

const seed = Number(process.env.CRASH_SEED ?? Date.now() % 2 ** 31);
const random = seeded(seed);
let server: CrashServer;
let world: World;
let runners: Runners;

beforeAll(async () => {
  server = await startCrashServer();
  world = await createWorld({ server, random, halls: 2, tenants: ["victim"] });
  const session = await signIn(world.urls()[0]!, world.tenants[0]!);
  runners = { random, urls: world.urls(), victim: world.tenants[0]!, session };
});
afterAll(async () => {
  await world?.stop();
  await server?.stop();
});

async function faults(way: Way, changes: Partial<Runners> = {}): Promise<string[]> {
  const from = await treeSize(world.admin);
  const using = { ...runners, ...changes };
  const ended: Ended = await raceToTheEnd(using, way, await createKey(using));
  return faultsOf(world.admin, ended, from);
}

describe(`with seed ${seed}`, () => {
  it.each<[Way, number]>([
    ["revoke", 5],
    ["leak", 5],
    ["rotate", 5],
    ["grace", 2],
  ])(
    "by %s, %i times",
    async (way, times) => {
      for (let n = 0; n < times; n++) expect(await faults(way), `seed ${seed}`).toEqual([]);
    },
    60_000,
  );

  it("and where the instances hear of it late", async () => {
    await silenceSnapshots(world.admin);
    for (const way of ["rotate", "leak", "grace"] as const)
      expect(await faults(way), `seed ${seed}`).toEqual([]);
  }, 60_000);

  it("the judge sees a key whose grace was made longer behind the Hall's back", async () => {
    const from = await treeSize(world.admin);
    const key = await createKey(runners);
    const racing = raceToTheEnd(runners, "grace", key);
    const longer =
      "UPDATE hall.api_key SET expires_at = expires_at + interval '2 s' WHERE id = $1 AND replaced_by IS NOT NULL";
    while ((await world.admin.query(longer, [key.id])).rowCount === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const found = await faultsOf(world.admin, await racing, from);
    expect(found.filter((fault) => fault.endsWith("after the key's end")).length).toBeGreaterThan(0);
  }, 60_000);

  it("without the fence it finds decisions after the entry", async () => {
    await removeFence(world.admin);
    const found: string[] = [];
    for (let n = 0; n < 8 && found.length === 0; n++)
      found.push(
        ...(await faults("rotate", { lanes: 64, before: 300 })).filter((fault) =>
          fault.includes("stands after"),
        ),
      );
    expect(found.length, `seed ${seed}`).toBeGreaterThan(0);
  }, 120_000);
});
