import { expect, it } from "vitest";
import { compareEvaluators } from "./differential.ts";

/** `npm run torture -- differential` asks a million and more. */
const REQUESTS = 100_000;

it(`the compiled engine and one written straight from the contract agree on ${REQUESTS} random requests`, {
  timeout: 120_000,
}, () => {
  const { outcomes, asked, disagreement } = compareEvaluators(REQUESTS, 20_261_123);
  expect(disagreement).toBeNull();
  expect(asked).toBe(REQUESTS);
  // A world in which most answers never occur would prove little.
  expect(outcomes.size).toBeGreaterThan(25);
  expect(outcomes.get("ALLOW")).toBeGreaterThan(REQUESTS / 100);
});
