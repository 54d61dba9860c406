import { type Db, noteKeyUse } from "@guildhall/db";
import type { KeyId, TenantId } from "@guildhall/protocol";
import type { KeyCredential } from "./caller.ts";
import { type SlidingWindow, slidingWindow } from "./sliding-window.ts";

/**
 * Counts the use of keys: for their limits, and for "last used". It counts in memory, and writes what it counted once a
 * second for keys with limits and every ten for the others. What it is told then is what all instances counted
 * together: so no request waits for the database, and others' requests are known here a second later.
 */
export interface KeyMeter {
  /** Counts one request, or says why it is one too many. Waits only where a limited key is used here for the first time. */
  take(tenantId: TenantId, key: KeyCredential): Allowance | Promise<Allowance>;
  /** Writes what is due. Called each second. */
  write(): Promise<void>;
  /** Writes the rest. */
  close(): Promise<void>;
}

/** How a key stands towards its limits, after this request. Null where it has none. */
export interface Allowance {
  minute: Limit | null;
  day: Limit | null;
  /** Why the request is refused; null where it is not. `tenant`: all keys of the tenant together. */
  exceeded: "minute" | "day" | "tenant" | null;
  /** When asking again can help. */
  retryAfterSeconds: number;
}

export interface Limit {
  limit: number;
  remaining: number;
  resetSeconds: number;
}

export interface KeyMeterOptions {
  db: Db;
  now: () => number;
  /** For all keys of a tenant together; null: no limit. */
  tenantPerMinute: number | null;
}

interface Metered {
  tenantId: TenantId;
  keyId: KeyId;
  isLimited: boolean;
  minute: SlidingWindow | null;
  /** Since 1970, in UTC: what `usedToday` counts. */
  day: number;
  usedToday: number;
  /** Counted here and not written yet. */
  unwritten: number;
  /** What all instances had written when this one last wrote. */
  usedEver: number;
  lastUsedMs: number;
}

const MINUTE_SECONDS = 60;
const DAY_MS = 24 * 3600 * 1000;
/** Keys without limits are written every so many times. */
const WRITE_ALL_EVERY = 10;
const FORGET_MS = 120_000;

export function createKeyMeter({ db, now, tenantPerMinute }: KeyMeterOptions): KeyMeter {
  const keys = new Map<string, Metered>();
  const beginning = new Map<string, Promise<Metered>>();
  const tenants = new Map<TenantId, SlidingWindow>();
  let writing: Promise<void> | null = null;
  let writes = 0;

  function begin(tenantId: TenantId, key: KeyCredential): Metered | Promise<Metered> {
    const keyId = key.id as KeyId;
    const at = now();
    const metered: Metered = {
      tenantId,
      keyId,
      isLimited: key.requestsPerMinute !== null || key.requestsPerDay !== null,
      minute: key.requestsPerMinute === null ? null : slidingWindow(MINUTE_SECONDS),
      day: dayOf(at),
      usedToday: 0,
      unwritten: 0,
      usedEver: 0,
      lastUsedMs: at,
    };
    if (!metered.isLimited) {
      keys.set(key.id, metered);
      return metered;
    }
    // Whoever starts a Hall anew gets no new day: what was used before is asked once.
    const running =
      beginning.get(key.id) ??
      noteKeyUse(db, [{ tenantId, keyId, used: 0, lastUsedAt: new Date(at) }], dateOf(metered.day))
        .then(([told]) => {
          metered.usedToday = told?.usedToday ?? 0;
          metered.usedEver = told?.usedEver ?? 0;
          keys.set(key.id, metered);
          return metered;
        })
        .finally(() => beginning.delete(key.id));
    beginning.set(key.id, running);
    return running;
  }

  function count(metered: Metered, key: KeyCredential): Allowance {
    const at = now();
    if (dayOf(at) > metered.day) {
      metered.day = dayOf(at);
      metered.usedToday = 0;
    }
    const ofTenant = tenantPerMinute === null ? null : windowOf(metered.tenantId);
    const exceeded =
      key.requestsPerDay !== null && metered.usedToday >= key.requestsPerDay
        ? "day"
        : metered.minute !== null && metered.minute.seen(at) >= key.requestsPerMinute!
          ? "minute"
          : ofTenant !== null && ofTenant.seen(at) >= tenantPerMinute!
            ? "tenant"
            : null;
    if (exceeded === null) {
      metered.minute?.add(at, 1);
      ofTenant?.add(at, 1);
      metered.usedToday++;
      metered.unwritten++;
      metered.lastUsedMs = at;
    }
    const minute = metered.minute && limitOf(key.requestsPerMinute!, metered.minute, at);
    const day = key.requestsPerDay === null ? null : dayLimit(key.requestsPerDay, metered.usedToday, at);
    const retryAfterSeconds =
      exceeded === "day"
        ? secondsToMidnight(at)
        : exceeded === "minute"
          ? metered.minute!.freesInSeconds(at)
          : exceeded === "tenant"
            ? ofTenant!.freesInSeconds(at)
            : 0;
    return { minute, day, exceeded, retryAfterSeconds };
  }

  function windowOf(tenantId: TenantId): SlidingWindow {
    const known = tenants.get(tenantId) ?? slidingWindow(MINUTE_SECONDS);
    tenants.set(tenantId, known);
    return known;
  }

  async function write(everything: boolean): Promise<void> {
    const at = now();
    const day = dayOf(at);
    const due = [...keys.values()].filter(
      ({ isLimited, unwritten, lastUsedMs }) =>
        (unwritten > 0 && (isLimited || everything)) ||
        // What others use of it is learnt for as long as it may matter here.
        (isLimited && at - lastUsedMs < MINUTE_SECONDS * 1000),
    );
    if (due.length === 0) return;
    const noted = due.map((metered) => {
      const { tenantId, keyId, unwritten, lastUsedMs } = metered;
      metered.unwritten = 0;
      return { metered, note: { tenantId, keyId, used: unwritten, lastUsedAt: new Date(lastUsedMs) } };
    });
    try {
      const told = new Map(
        (
          await noteKeyUse(
            db,
            noted.map(({ note }) => note),
            dateOf(day),
          )
        ).map((one) => [one.keyId, one]),
      );
      for (const { metered, note } of noted) {
        const all = told.get(metered.keyId);
        if (!all) continue;
        const others = all.usedEver - metered.usedEver - note.used;
        metered.usedEver = all.usedEver;
        if (metered.day === day) metered.usedToday = all.usedToday + metered.unwritten;
        if (others > 0) metered.minute?.add(now(), others);
      }
    } catch (error) {
      // Not lost: it is written the next time.
      for (const { metered, note } of noted) metered.unwritten += note.used;
      throw error;
    }
  }

  function forget(): void {
    const at = now();
    for (const [id, { unwritten, lastUsedMs }] of keys)
      if (unwritten === 0 && at - lastUsedMs > FORGET_MS) keys.delete(id);
    for (const [id, window] of tenants) if (window.seen(at) === 0) tenants.delete(id);
  }

  return {
    take(tenantId, key) {
      const metered = keys.get(key.id) ?? begin(tenantId, key);
      return metered instanceof Promise ? metered.then((known) => count(known, key)) : count(metered, key);
    },
    write() {
      writing ??= write(++writes % WRITE_ALL_EVERY === 0).finally(() => {
        writing = null;
        forget();
      });
      return writing;
    },
    async close() {
      await writing?.catch(() => undefined); // told when it failed, and written now
      await write(true);
    },
  };
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function secondsToMidnight(nowMs: number): number {
  return Math.ceil(((dayOf(nowMs) + 1) * DAY_MS - nowMs) / 1000);
}

function limitOf(limit: number, window: SlidingWindow, nowMs: number): Limit {
  const remaining = Math.max(0, limit - window.seen(nowMs));
  return { limit, remaining, resetSeconds: window.freesInSeconds(nowMs) };
}

function dayLimit(limit: number, used: number, nowMs: number): Limit {
  return { limit, remaining: Math.max(0, limit - used), resetSeconds: secondsToMidnight(nowMs) };
}
