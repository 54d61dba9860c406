import { type Db, snapshotVersions } from "@guildhall/db";
import type { Program } from "@guildhall/engine";
import type { Standing, TenantId } from "@guildhall/protocol";
import { loadSnapshot, type TenantSnapshot } from "./load.ts";

/**
 * The snapshots of the tenants that this instance serves. NOTIFY wakes it, a poll stands behind NOTIFY, and
 * the fence makes it correct: a decision on an old snapshot is never sequenced. A snapshot's `takenAtMs` is
 * the last moment at which the database said that it still holds.
 */
export interface SnapshotStore {
  /** The tenant's snapshot, loaded on first use; null where there is no such tenant. */
  get(tenant: TenantId): Promise<TenantSnapshot | null>;
  /** What is in memory now, without a wait: for the hot path. */
  peek(tenant: TenantId): TenantSnapshot | undefined;
  /** The tenant whose key has this hash, if its snapshot is in memory. */
  tenantOfKey(hashHex: string): TenantId | undefined;
  /** Loads again what is older than the epochs an entry met at the ledger. */
  refresh(tenant: TenantId): Promise<TenantSnapshot | null>;
  /** Asks the database which snapshots still hold, and loads the others again. */
  poll(): Promise<void>;
}

function programsOf(snapshot: TenantSnapshot | undefined): Program[] {
  return snapshot ? [snapshot.program, ...(snapshot.shadow ? [snapshot.shadow.program] : [])] : [];
}

export function createSnapshotStore(
  db: Db,
  now: () => number,
  policy: { workingStandings: readonly Standing[]; signatoryRequired: boolean },
): SnapshotStore {
  const snapshots = new Map<TenantId, TenantSnapshot>();
  const tenantByKey = new Map<string, TenantId>();
  // One load a tenant at a time. A caller that comes while one runs may have seen a change that the running
  // load misses, so it waits for one that starts after it.
  const loading = new Map<TenantId, Promise<TenantSnapshot | null>>();
  const queued = new Map<TenantId, Promise<TenantSnapshot | null>>();

  async function load(tenant: TenantId): Promise<TenantSnapshot | null> {
    const startedAt = now();
    const before = snapshots.get(tenant);
    const loaded = await loadSnapshot(db, tenant, startedAt, { known: programsOf(before), ...policy });
    for (const hash of before?.keys.keys() ?? []) tenantByKey.delete(hash);
    if (loaded === null) snapshots.delete(tenant);
    else {
      snapshots.set(tenant, loaded);
      for (const hash of loaded.keys.keys()) tenantByKey.set(hash, tenant);
    }
    return loaded;
  }

  function refresh(tenant: TenantId): Promise<TenantSnapshot | null> {
    const running = loading.get(tenant);
    if (!running) return begin(tenant);
    const next =
      queued.get(tenant) ??
      running
        .catch(() => null)
        .then(() => {
          queued.delete(tenant);
          return begin(tenant);
        });
    queued.set(tenant, next);
    return next;
  }

  function begin(tenant: TenantId): Promise<TenantSnapshot | null> {
    const run = load(tenant).finally(() => {
      if (loading.get(tenant) === run) loading.delete(tenant);
    });
    loading.set(tenant, run);
    return run;
  }

  return {
    peek: (tenant) => snapshots.get(tenant),
    tenantOfKey: (hashHex) => tenantByKey.get(hashHex),
    async get(tenant) {
      return snapshots.get(tenant) ?? loading.get(tenant) ?? begin(tenant);
    },
    refresh,
    async poll() {
      if (snapshots.size === 0) return;
      const askedAt = now();
      const versions = await snapshotVersions(db, [...snapshots.keys()]);
      const changed: TenantId[] = [];
      for (const [tenant, snapshot] of snapshots) {
        if (versions.get(tenant) !== snapshot.engine.version) changed.push(tenant);
        else if (askedAt > snapshot.engine.takenAtMs)
          snapshots.set(tenant, { ...snapshot, engine: { ...snapshot.engine, takenAtMs: askedAt } });
      }
      await Promise.all(changed.map(refresh));
    },
  };
}
