import type { LogKey } from "@guildhall/attestation/verify";

/**
 * The Hall's key as this browser first saw it. A server that could choose the key for each receipt could
 * choose the receipt too; so the first key is kept here, and another one is refused until the log's own entries lead
 * to it (`follow-key.ts`) or a person agrees.
 */

export interface PinnedKey {
  key: string;
  /** When this browser first saw it. */
  pinnedAt: string;
  /** The log's keys from the pinned one to the newest that was followed; null while none was. */
  followed: LogKey[] | null;
}

export type KeyPin =
  | ({ status: "first" | "known" } & PinnedKey)
  /** The log's own entries led from the pinned key on. */
  | ({ status: "followed"; followed: LogKey[] } & Omit<PinnedKey, "followed">)
  /** The Hall offers a key that is none of these. `because` is why the log does not lead to it, where that was asked. */
  | ({ status: "changed"; offered: string; because: string | null } & PinnedKey);

type Store = Pick<Storage, "getItem" | "setItem">;

/** Finds the pin of a Hall, and makes one at first use. */
export function pinKey(store: Store, origin: string, offered: string, now: string): KeyPin {
  const pinned = readPin(store, origin);
  if (pinned === null) return { status: "first", ...replacePin(store, origin, offered, now) };
  const { followed, ...pin } = pinned;
  if (followed?.some(({ verifierKey }) => verifierKey === offered))
    return { status: "followed", ...pin, followed };
  if (followed === null && pin.key === offered) return { status: "known", ...pinned };
  return { status: "changed", offered, because: null, ...pinned };
}

/** A person has compared the fingerprints and takes the other key. */
export function replacePin(store: Store, origin: string, key: string, now: string): PinnedKey {
  return writePin(store, origin, { key, pinnedAt: now, followed: null });
}

/** Keeps how far the log was followed, so that nobody can show less of it later. */
export function keepFollowed(
  store: Store,
  origin: string,
  pinned: PinnedKey,
  followed: LogKey[],
): KeyPin & { status: "followed" } {
  const { key, pinnedAt } = pinned;
  writePin(store, origin, { key, pinnedAt, followed });
  return { status: "followed", key, pinnedAt, followed };
}

function writePin(store: Store, origin: string, pin: PinnedKey): PinnedKey {
  store.setItem(nameOf(origin), JSON.stringify(pin));
  return pin;
}

function readPin(store: Store, origin: string): PinnedKey | null {
  const text = store.getItem(nameOf(origin));
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    const { key, pinnedAt, followed = null } = value as Partial<PinnedKey>;
    if (typeof key !== "string" || typeof pinnedAt !== "string") return null;
    return { key, pinnedAt, followed: Array.isArray(followed) && followed.length > 0 ? followed : null };
  } catch {
    return null;
  }
}

function nameOf(origin: string): string {
  return `guildhall.key.${origin}`;
}

/** `localhost:8765/log+1a2b3c4d+AbCd…`: the Hall's origin stands before the first plus sign. */
export function originOf(verifierKey: string): string {
  return verifierKey.split("+", 1)[0] ?? "";
}
