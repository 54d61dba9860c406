import { type Db, type QuotaPeriod, takeQuota, withTenant } from "@guildhall/db";
import { hasQuota, type Snapshot, type SnapshotAgreement } from "@guildhall/engine";
import type { TenantId } from "@guildhall/protocol";

/**
 * Holds agreements to their quotas, in every instance. An instance takes shares of a quota from the database and gives out
 * units of them from memory, so most requests wait for nothing. What is taken and not given out is lost with its period: a
 * quota is never exceeded, and may end a little early where several instances share it.
 */
export interface QuotaKeeper {
  /** Sets aside one unit of each agreement with a quota that binds this identity; null where none does. */
  reserve(snapshot: Snapshot, identity: string, nowMs: number): Promise<Reservation | null>;
}

export interface Reservation {
  /** What this instance had of each agreement, by its id: 0 where there was nothing to be had. */
  left: ReadonlyMap<string, number>;
  /** Gives back what was set aside, except of the agreement under which work starts. Once. */
  settle(spentOn: string | null): void;
}

const PERIODS_MS: Record<QuotaPeriod, number> = { hour: 3_600_000, day: 86_400_000 };
/** A quota is taken in so many shares at most, so that an instance that ends loses little of it. */
const SHARES = 64;

interface Share {
  digest: string;
  beginsAtMs: number;
  units: number;
}

/** A limit of one agreement over one period, and the share of it that is in hand. */
interface Limit {
  key: string;
  agreement: SnapshotAgreement;
  period: QuotaPeriod;
  limit: number;
}

export function createQuotaKeeper(db: Db): QuotaKeeper {
  const shares = new Map<string, Share>();
  const taking = new Map<string, Promise<void>>();

  /** The share of this period and version, which may be used up; undefined where another has to be taken. */
  function shareOf({ key, agreement, period }: Limit, nowMs: number): Share | undefined {
    const share = shares.get(key);
    const isOfNow = share?.digest === agreement.digest && share.beginsAtMs >= beginOf(period, nowMs);
    return isOfNow ? share : undefined;
  }

  async function take(tenantId: TenantId, on: Limit, nowMs: number): Promise<void> {
    const { key, agreement, period, limit } = on;
    const { agreementId, digest } = agreement;
    const beginsAt = new Date(beginOf(period, nowMs));
    const units = Math.max(1, Math.floor(limit / SHARES));
    const taken = await withTenant(db, tenantId, (tx) =>
      takeQuota(tx, tenantId, { agreementId, period, beginsAt, limit, units }),
    );
    shares.set(key, { digest, beginsAtMs: taken.beginsAt.getTime(), units: taken.units });
    if (taken.units === 0) usedUp.set(key, { digest, beginsAtMs: taken.beginsAt.getTime() });
  }

  /** Where nothing was left: nothing comes back within the period, so nobody asks again. */
  const usedUp = new Map<string, Omit<Share, "units">>();

  function isUsedUp({ key, agreement, period }: Limit, nowMs: number): boolean {
    const found = usedUp.get(key);
    return found?.digest === agreement.digest && found.beginsAtMs >= beginOf(period, nowMs);
  }

  /** @returns the share of which one unit was set aside, or null where nothing is left */
  async function setAside(tenantId: TenantId, on: Limit, nowMs: number): Promise<Share | null> {
    for (;;) {
      const share = shareOf(on, nowMs);
      if (share !== undefined && share.units > 0) {
        share.units--;
        return share;
      }
      if (isUsedUp(on, nowMs)) return null;
      const running =
        taking.get(on.key) ?? take(tenantId, on, nowMs).finally(() => void taking.delete(on.key));
      taking.set(on.key, running);
      await running;
    }
  }

  return {
    async reserve(snapshot, identity, nowMs) {
      const limited = snapshot.agreements.filter(
        (one) => one.state === "active" && hasQuota(one) && one.identities.has(identity),
      );
      if (limited.length === 0) return null;
      const held = new Map<string, Share[]>();
      const left = new Map<string, number>();
      for (const agreement of limited) {
        const found: Share[] = [];
        let isLeft = true;
        for (const limit of limitsOf(snapshot.tenantId, agreement)) {
          const share = await setAside(snapshot.tenantId, limit, nowMs);
          if (share) found.push(share);
          else isLeft = false;
        }
        held.set(agreement.agreementId, found);
        left.set(agreement.agreementId, isLeft ? Math.min(...found.map(({ units }) => units + 1)) : 0);
      }
      return {
        left,
        settle(spentOn) {
          for (const [agreementId, of] of held)
            if (agreementId !== spentOn) for (const share of of) share.units++;
        },
      };
    },
  };
}

function limitsOf(tenantId: TenantId, agreement: SnapshotAgreement): Limit[] {
  const { per_hour, per_day } = agreement.terms.quotas;
  const limits = [
    ["hour", per_hour],
    ["day", per_day],
  ] as const;
  return limits.flatMap(([period, limit]) =>
    limit === null
      ? []
      : [{ key: `${tenantId}/${agreement.agreementId}/${period}`, agreement, period, limit }],
  );
}

function beginOf(period: QuotaPeriod, nowMs: number): number {
  return Math.floor(nowMs / PERIODS_MS[period]) * PERIODS_MS[period];
}
