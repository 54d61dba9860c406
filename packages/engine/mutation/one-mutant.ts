import fc from "fast-check";
import { afterAll } from "vitest";

/** Every mutant meets the same random values. */
fc.configureGlobal({ seed: 1 });

/** The thread outlives its run: what the next test file does while it is read must not meet this run's mutant. */
afterAll(() => {
  const stryker = (globalThis as { __stryker__?: { activeMutant?: string } }).__stryker__;
  if (stryker !== undefined) delete stryker.activeMutant;
});
