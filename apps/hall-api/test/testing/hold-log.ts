import type pg from "pg";
import { expect, vi } from "vitest";

export interface HeldLog {
  /** Until so many acts wait, for the log or for another of them. */
  untilWaiting: (acts: number) => Promise<void>;
  /** Any number of times. */
  release: () => Promise<void>;
}

/** Holds the log as an act does that is being written: whatever comes meanwhile stands before its entry, and waits. */
export async function holdLog(admin: pg.Pool): Promise<HeldLog> {
  const holder = await admin.connect();
  let isHeld = true;
  await holder.query("BEGIN");
  await holder.query("SELECT 1 FROM ledger.log_head FOR UPDATE");
  return {
    untilWaiting: (acts) =>
      vi.waitFor(async () => {
        const { rows } = await admin.query(
          `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
           AND (query LIKE '%ledger.take_heads%' OR query LIKE '%pg_advisory_xact_lock%')`,
        );
        expect(rows).toEqual([{ n: acts }]);
      }, 10_000),
    release: async () => {
      if (!isHeld) return;
      isHeld = false;
      await holder.query("COMMIT");
      holder.release();
    },
  };
}

/**
 * One act before another, and neither done: the first has read and changed what it does and waits for the log, and the
 * second comes upon it.
 */
export async function oneUponAnother<A, B>(
  admin: pg.Pool,
  first: () => Promise<A>,
  second: () => Promise<B>,
): Promise<[A, B]> {
  const log = await holdLog(admin);
  try {
    const before = first();
    await log.untilWaiting(1);
    const after = second();
    await log.untilWaiting(2);
    await log.release();
    return await Promise.all([before, after]);
  } finally {
    await log.release();
  }
}
