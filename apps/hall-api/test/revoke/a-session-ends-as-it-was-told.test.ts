import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seeded } from "../crash/random.ts";
import { openHouse, type TestHouse } from "../testing/running-hall.ts";
import { addMember, addTenant } from "../testing/tenant.ts";
import { forgetLastCheck } from "./sabotage.ts";
import { faultsOf, type Runners, raceToTheEnd, WAYS, type Way } from "./session-ends.ts";

/**
 * However a session ends, no act of its holder stands in the log behind the entry that ended it, in any of two instances,
 * and none is let in once the end is answered. `npm run torture -- sessions` does the same a thousand times.
 */

const seed = Number(process.env.CRASH_SEED ?? Date.now() % 2 ** 31);
let house: TestHouse;
let runners: Runners;

beforeAll(async () => {
  house = await openHouse();
  const halls = [await house.open(), await house.open()];
  const tenant = await addTenant(halls[0]!.hall);
  const { session: owner } = await addMember(halls[0]!.hall, tenant.id, "owner");
  runners = { random: seeded(seed), halls, tenant, owner, admin: house.admin };
});
afterAll(() => house?.close());

const faults = async (way: Way) => faultsOf(house.admin, await raceToTheEnd(runners, way));

describe(`with seed ${seed}`, () => {
  it.each(WAYS)(
    "by %s, 4 times",
    async (way) => {
      for (let n = 0; n < 4; n++) expect(await faults(way), `seed ${seed}`).toEqual([]);
    },
    60_000,
  );

  it("where nobody is asked once more, the judge finds acts behind the end", async () => {
    for (const { hall } of runners.halls) forgetLastCheck(hall);
    const found: string[] = [];
    for (let n = 0; n < 10 && found.length === 0; n++)
      found.push(...(await faults("removal")).filter((fault) => fault.includes("stands after")));
    expect(found.length, `seed ${seed}`).toBeGreaterThan(0);
  }, 60_000);
});
