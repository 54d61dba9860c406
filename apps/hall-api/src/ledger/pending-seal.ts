import { type Db, type StoredSeal, storeSeal } from "@guildhall/db";
import type { Probe } from "./entry.ts";

/**
 * The seal that is signed and answered with, and not stored yet. The next batch's statement takes it along; where none
 * follows within a few milliseconds it is stored alone. Losing it loses nothing: any instance signs the same head again.
 */
export interface PendingSeal {
  /** For a batch that stores it along the way. */
  take(): StoredSeal | null;
  /** Keeps a seal, or takes back one whose batch did not store it. The larger of two covers the other. */
  keep(seal: StoredSeal | null): void;
  /** Stores what is left. */
  close(): Promise<void>;
}

/** So long a seal waits for a batch to take it along: two commits where one would do are what a busy disk has no room for. */
const LINGER_MS = 10;
/** Between attempts to store a seal while the database is away. */
const RETRY_MS = 250;

export function createPendingSeal(
  db: Db,
  probe: Probe,
  log: { warn(details: object, message: string): void },
): PendingSeal {
  let pending: StoredSeal | null = null;
  let timer: NodeJS.Timeout | null = null;
  let storing: Promise<void> | null = null;

  function take(): StoredSeal | null {
    const seal = pending;
    pending = null;
    if (timer) clearTimeout(timer);
    timer = null;
    return seal;
  }

  function keep(seal: StoredSeal | null, lingerMs = LINGER_MS): void {
    if (seal === null) return;
    const larger = pending && pending.treeSize > seal.treeSize ? pending : seal;
    pending = { ...larger, signatures: [...seal.signatures, ...(pending?.signatures ?? [])] };
    timer ??= setTimeout(storeAlone, lingerMs);
  }

  function storeAlone(): void {
    timer = null;
    const seal = take();
    if (seal === null) return;
    const before = storing;
    const stored: Promise<void> = storeSeal(db.ledger, seal)
      .then(() => probe("seal-stored"))
      .catch((err) => {
        log.warn({ err }, "a seal could not be stored; it goes with the next batch");
        keep(seal, RETRY_MS);
      })
      .then(() => before ?? undefined)
      .finally(() => {
        if (storing === stored) storing = null;
      });
    storing = stored;
  }

  return {
    take,
    keep: (seal) => keep(seal),
    async close() {
      await storing;
      const seal = take();
      if (seal) await storeSeal(db.ledger, seal);
    },
  };
}
