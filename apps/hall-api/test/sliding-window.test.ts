import fc from "fast-check";
import { expect, it } from "vitest";
import { slidingWindow } from "../src/identity/sliding-window.ts";

/** Asks at these times, and counts what a limit lets pass. @returns the times that passed */
function passed(limit: number, timesMs: readonly number[]): number[] {
  const window = slidingWindow(60);
  return timesMs.filter((at) => {
    if (window.seen(at) >= limit) return false;
    window.add(at, 1);
    return true;
  });
}

it("in no minute, wherever it begins, more passes than the limit", () => {
  const gaps = fc.array(fc.oneof(fc.nat(50), fc.nat(3000), fc.constant(61_000)), {
    minLength: 50,
    maxLength: 400,
  });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 40 }), (gapsMs, limit) => {
      let at = 1_700_000_000_000;
      const through = passed(
        limit,
        gapsMs.map((gap) => (at += gap)),
      );
      expect(through.length).toBeGreaterThan(0);
      for (const from of through)
        expect(through.filter((one) => one >= from && one < from + 60_000).length).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 200 },
  );
});

it("under steady load the limit passes in each minute, short of it by no more than two in a hundred", () => {
  const minutes = 20;
  const times = Array.from({ length: minutes * 60 * 20 }, (_, i) => i * 50);
  const through = passed(600, times).length / minutes;
  expect(through).toBeLessThanOrEqual(600);
  expect(through).toBeGreaterThan(600 * 0.98);
});

it("says when something leaves, and it does", () => {
  const window = slidingWindow(60);
  window.add(5_400, 3);
  expect(window.freesInSeconds(5_999)).toBe(61);
  expect(window.freesInSeconds(35_000)).toBe(31);
  expect(window.seen(35_000 + 30_000)).toBe(3);
  expect(window.seen(35_000 + 31_000)).toBe(0);
  expect(window.freesInSeconds(66_000)).toBe(0);
});

it("a clock that steps back opens nothing again", () => {
  const window = slidingWindow(60);
  window.add(120_000, 1);
  expect(window.seen(1000)).toBe(1);
  window.add(1000, 1);
  expect(window.seen(179_000)).toBe(2);
});
