import type { RuleBundle } from "@guildhall/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, decide, verdictOf } from "../src/index.ts";
import { body, bundle, routeRequest, snapshot } from "./arbitraries.ts";
import { naiveDecide } from "./naive.ts";

/** How many random requests the two evaluators are held against each other with. The torture run asks for more. */
const REQUESTS = Number(process.env.GUILDHALL_DIFFERENTIAL_REQUESTS ?? 100_000);
const PER_WORLD = 200;
const NOW = 1000;

describe("the compiled engine and one written straight from the contract", () => {
  it(`agree on ${REQUESTS} random requests`, { timeout: 3_600_000 }, () => {
    const outcomes = new Map<string, number>();
    const worlds = Math.ceil(REQUESTS / PER_WORLD);
    const seed = Number(process.env.GUILDHALL_DIFFERENTIAL_SEED ?? 20261123);
    const rules = fc.sample(bundle(), { numRuns: worlds, seed });
    const halls = fc.sample(snapshot, { numRuns: worlds, seed: seed + 1 });
    const bodies = fc.sample(body, { numRuns: 20_000, seed: seed + 2 });
    let asked = 0;
    for (let world = 0; world < worlds; world++) {
      const input = rules[world] as RuleBundle;
      const program = compile(input, "bundle-1");
      const hall = halls[world]!;
      for (let n = 0; n < PER_WORLD && asked < REQUESTS; n++, asked++) {
        const sent = bodies[(world * PER_WORLD + n) % bodies.length]!;
        const request = routeRequest(sent);
        const decision = decide(program, hall, request, NOW);
        const naive = naiveDecide(input, hall, request, NOW);
        const compiled = { ...verdictOf(decision), score: decision.blast?.score ?? null };
        if (JSON.stringify(sorted(compiled)) !== JSON.stringify(sorted(naive)))
          expect(compiled, JSON.stringify({ world, sent, rules: input.rules })).toEqual(naive);
        const outcome = decision.deny?.code ?? decision.outcome;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }
    expect(asked).toBe(REQUESTS);
    // A world in which most answers never occur would prove little.
    expect(outcomes.size).toBeGreaterThan(25);
    expect(outcomes.get("ALLOW")).toBeGreaterThan(REQUESTS / 100);
  });
});

function sorted(verdict: object): object {
  return Object.fromEntries(Object.entries(verdict).sort(([a], [b]) => (a < b ? -1 : 1)));
}
