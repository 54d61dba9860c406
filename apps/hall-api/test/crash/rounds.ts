import type { CrashPoint } from "../../src/ledger/entry.ts";
import type { Violation } from "./knowledge.ts";
import type { Random } from "./random.ts";
import type { Death, Moment, Round, World } from "./world.ts";

/** Where a Hall can be told to die, and how often a load of 50 passes there before it is through. */
const REACHED: Record<CrashPoint, number> = {
  decided: 60,
  "before-commit": 6,
  "between-commit-and-seal": 6,
  "between-seal-and-answer": 6,
  "seal-stored": 6,
  "before-dispatch": 40,
  "after-dispatch": 40,
};
export const CRASH_POINTS = Object.keys(REACHED) as CrashPoint[];

export type Plan = { kills: "hall"; death: Death } | { kills: "postgres"; moment: Moment };

/** Half of the Hall's deaths come at any time, the others at the named points in turn. */
export function planRounds(random: Random, { hall, postgres }: { hall: number; postgres: number }): Plan[] {
  const plans: Plan[] = [];
  for (let i = 0; i < hall; i++) {
    const point = CRASH_POINTS[(i >> 1) % CRASH_POINTS.length]!;
    const death = i % 2 === 0 ? { point, nth: random.whole(1, REACHED[point]) } : anyMoment(random);
    plans.push({ kills: "hall", death });
  }
  // Last, so that the Hall lives on: whoever waits for work that was cut off then gets an answer.
  for (let i = 0; i < postgres; i++) plans.push({ kills: "postgres", moment: anyMoment(random) });
  return plans;
}

function anyMoment(random: Random): Moment {
  return { answers: random.whole(0, 40), thenMs: random.whole(0, 40) };
}

/** One crash, one recovery, one judgement. */
export async function runRound(world: World, plan: Plan): Promise<{ round: Round; violations: Violation[] }> {
  const round =
    plan.kills === "hall" ? await world.killHall(plan.death) : await world.killPostgres(plan.moment);
  return { round, violations: await world.checker.check() };
}

/** How long interrupted work may take to be found, given back, and ended. */
export const SETTLE_MS = 30_000;

/** The last judgement: everything has ended, and everything is looked at anew. */
export async function judge(world: World): Promise<Violation[]> {
  const settled = await world.settle(SETTLE_MS);
  const violations = await world.checker.checkAll();
  return settled
    ? violations
    : [
        { invariant: "I6", what: `not everything has ended, and nothing more does for ${SETTLE_MS} ms` },
        ...violations,
      ];
}

export function describePlan(plan: Plan): string {
  if (plan.kills === "postgres") return `PostgreSQL after ${plan.moment.answers} answers`;
  const { death } = plan;
  return "point" in death
    ? `the Hall at ${death.point}, time ${death.nth}`
    : `the Hall after ${death.answers} answers`;
}
