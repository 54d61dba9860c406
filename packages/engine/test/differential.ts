import type { RuleBundle } from "@guildhall/protocol";
import fc from "fast-check";
import { compile, decide, type KeyBounds, verdictOf } from "../src/index.ts";
import { body, bundle, routeRequest, snapshot } from "./arbitraries.ts";
import { type NaiveVerdict, naiveDecide } from "./naive.ts";

/** Where the compiled engine and the naive one part: the world by its seed, and both answers. */
export interface Disagreement {
  seed: number;
  world: number;
  sent: Record<string, unknown>;
  rules: RuleBundle["rules"];
  compiled: NaiveVerdict;
  naive: NaiveVerdict;
}

const PER_WORLD = 200;
const NOW = 1000;
/** Few, so that most requests get past the key. */
const KEYS: readonly KeyBounds[] = [
  { missingScope: "decision:make", environments: null, agent: null },
  { missingScope: null, environments: new Set(["dev", "prod"]), agent: "a" },
];

/**
 * Asks both evaluators the same random requests: some two hundred in each of many small worlds.
 * @returns how often each outcome or deny code came, and where the two parted first
 */
export function compareEvaluators(
  requests: number,
  seed: number,
): { outcomes: Map<string, number>; asked: number; disagreement: Disagreement | null } {
  const outcomes = new Map<string, number>();
  const worlds = Math.ceil(requests / PER_WORLD);
  const rules = fc.sample(bundle(), { numRuns: worlds, seed });
  const halls = fc.sample(snapshot, { numRuns: worlds, seed: seed + 1 });
  const bodies = fc.sample(body, { numRuns: Math.min(requests, 20_000), seed: seed + 2 });
  let asked = 0;
  for (let world = 0; world < worlds; world++) {
    const input = rules[world]!;
    const program = compile(input, "bundle-1");
    const hall = halls[world]!;
    for (let n = 0; n < PER_WORLD && asked < requests; n++, asked++) {
      const sent = bodies[asked % bodies.length]!;
      const request = { ...routeRequest(sent), key: KEYS[asked % 17] ?? null };
      const decision = decide(program, hall, request, NOW);
      const naive = naiveDecide(input, hall, request, NOW);
      const compiled = { ...verdictOf(decision), score: decision.blast?.score ?? null };
      if (!same(compiled, naive))
        return {
          outcomes,
          asked,
          disagreement: { seed, world, sent, rules: input.rules, compiled, naive },
        };
      const outcome = decision.deny?.code ?? decision.outcome;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  return { outcomes, asked, disagreement: null };
}

function same(a: NaiveVerdict, b: NaiveVerdict): boolean {
  return (Object.keys(a) as (keyof NaiveVerdict)[]).every((key) => a[key] === b[key]);
}
