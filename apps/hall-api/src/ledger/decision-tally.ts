import { countDecisions, type Db, readChainLength, withTenant } from "@guildhall/db";
import type { TenantId } from "@guildhall/protocol";

/** How many decisions a tenant had, for people who like numbers. Nothing is decided by it. */
export interface DecisionTally {
  of(tenant: TenantId, nowMs: number): Promise<Tally>;
}

export interface Tally {
  total: number;
  /** Since midnight UTC. */
  today: number;
  deniedToday: number;
}

/** So many receipts a transaction: the first question after a start counts a whole chain. */
const SLICE = 100_000;
const DAY_MS = 24 * 3600 * 1000;

/** Receipts are only appended, so each is counted once and a question counts what came since the last one. */
export function createDecisionTally(db: Db): DecisionTally {
  const counted = new Map<TenantId, Tally & { seq: number; dayMs: number }>();
  const counting = new Map<TenantId, Promise<Tally>>();

  async function count(tenant: TenantId, nowMs: number): Promise<Tally> {
    const dayMs = nowMs - (nowMs % DAY_MS);
    const before = counted.get(tenant) ?? { seq: 0, dayMs, total: 0, today: 0, deniedToday: 0 };
    // What was counted yesterday was logged yesterday.
    let tally = before.dayMs === dayMs ? before : { ...before, dayMs, today: 0, deniedToday: 0 };
    const length = await withTenant(db, tenant, readChainLength);
    while (tally.seq < length) {
      const to = Math.min(length, tally.seq + SLICE);
      const { seq: from } = tally;
      const more = await withTenant(db, tenant, (tx) =>
        countDecisions(tx, { from, to, since: new Date(dayMs) }),
      );
      tally = {
        seq: to,
        dayMs,
        total: tally.total + more.total,
        today: tally.today + more.today,
        deniedToday: tally.deniedToday + more.deniedToday,
      };
    }
    counted.set(tenant, tally);
    return tally;
  }

  return {
    of(tenant, nowMs) {
      // One count a tenant at a time: two would both add what came since.
      const next = (counting.get(tenant) ?? Promise.resolve())
        .catch(() => undefined)
        .then(() => count(tenant, nowMs));
      counting.set(tenant, next);
      return next;
    },
  };
}
