import { setTimeout as pause } from "node:timers/promises";

/** Of each six moments five are left to others; a log of 60,000 receipts is still read whole within a minute. */
const SHARE = 5;
const LONGEST_MS = 100;

/**
 * Runs one page of work that nobody waits for, then leaves processor and database to those who do, for five times as
 * long as the page took. @param signal ends the work between two pages, and the rest at once. @throws its reason
 */
export async function restAfter<T>(page: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  signal?.throwIfAborted();
  const startedMs = performance.now();
  const result = await page();
  await pause(Math.min((performance.now() - startedMs) * SHARE, LONGEST_MS), undefined, { signal });
  return result;
}
