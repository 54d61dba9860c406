import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { type OpenHall, openHouse, type TestHouse } from "../testing/running-hall.ts";
import { type Canaries, readCanaries } from "./canaries.ts";
import { type Kind, nobodys } from "./cases.ts";
import { type Credential, deadOf, livingOf, suspendedOf } from "./credentials.ts";
import { type Door, doorsOf } from "./doors.ts";
import { type Lived, live } from "./lived.ts";

/** One Hall with two tenants that have used everything, and every credential there is to show. */
export interface World {
  house: TestHouse;
  hall: OpenHall;
  app: FastifyInstance;
  ours: Lived;
  theirs: Lived;
  doors: Door[];
  /** Routes without a case, and where to add it. */
  missing: string[];
  living: Credential[];
  dead: Credential[];
  suspended: Credential[];
  canaries: Canaries;
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const house = await openHouse();
  const workers: Lived["worker"][] = [];
  try {
    const hall = await house.open();
    const mark = () => `m${randomBytes(8).toString("hex")}`;
    const [ours, theirs] = [await live(hall, mark(), 0), await live(hall, mark(), 2)];
    workers.push(ours.worker, theirs.worker);
    const living = await livingOf(hall, ours);
    const dead = await deadOf(house, hall, ours);
    const suspended = await suspendedOf(hall);
    return {
      ...{ house, hall, app: hall.app, ours, theirs, living, dead, suspended },
      ...doorsOf(hall.app),
      canaries: await readCanaries(house.admin, [ours, theirs]),
      async close() {
        for (const worker of workers) await worker.close();
        await house.close();
      },
    };
  } catch (error) {
    for (const worker of workers) await worker.close();
    await house.close();
    throw error;
  }
}

/** Whose an id is. */
export const WHOSE = ["own", "own, gone", "theirs", "theirs, gone", "nobody's"] as const;
export type Whose = (typeof WHOSE)[number];

/** The ids of one kind that are so; none where there are none. */
export function idsOf({ ours, theirs }: Pick<World, "ours" | "theirs">, kind: Kind, whose: Whose): string[] {
  switch (whose) {
    case "own":
      return ours.ids[kind];
    case "own, gone":
      return ours.gone[kind] ?? [];
    case "theirs":
      return theirs.ids[kind];
    case "theirs, gone":
      return theirs.gone[kind] ?? [];
    case "nobody's":
      return nobodys(kind, theirs.ids[kind][0] ?? "");
  }
}
