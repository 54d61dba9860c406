import { setTimeout as pause } from "node:timers/promises";

/** Of each three moments two are left to others. */
const SHARE = 2;
const LONGEST_MS = 100;

/**
 * Runs one page of work that nobody waits for, then leaves the thread and the database to those who do, for twice as long
 * as the page took.
 */
export async function restAfter<T>(page: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const result = await page();
  await pause(Math.min((performance.now() - startedMs) * SHARE, LONGEST_MS));
  return result;
}
