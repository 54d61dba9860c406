import type { Db } from "@guildhall/db";

/**
 * The Hall's clock follows the database's, so that start-by times mean the same in every instance. The
 * offset is measured at start and again each minute; it never makes the clock run backwards.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Measures the offset. */
  measure(): Promise<void>;
}

export function createClock(db: Db): Clock {
  let offsetMs = 0;
  let last = 0;
  return {
    now() {
      last = Math.max(last, Math.round(Date.now() + offsetMs));
      return last;
    },
    async measure() {
      const before = Date.now();
      const { rows } = await db.ledger.query<{ ms: string }>(
        "SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms",
      );
      const after = Date.now();
      offsetMs = Number(rows[0]?.ms ?? before) - (before + after) / 2;
    },
  };
}
