/**
 * The Hall's key as this browser first saw it. A server that could choose the key for each receipt could
 * choose the receipt too; so the first key is kept here, and another one is refused until a person agrees.
 */

export interface PinnedKey {
  key: string;
  /** When this browser first saw it. */
  pinnedAt: string;
}

export type KeyPin =
  | ({ status: "first" | "known" } & PinnedKey)
  /** The Hall offers another key than the pinned one. */
  | ({ status: "changed"; offered: string } & PinnedKey);

type Store = Pick<Storage, "getItem" | "setItem">;

/** Finds the pin of a Hall, and makes one at first use. */
export function pinKey(store: Store, origin: string, offered: string, now: string): KeyPin {
  const pinned = readPin(store, origin);
  if (pinned === null) return { status: "first", ...replacePin(store, origin, offered, now) };
  return pinned.key === offered ? { status: "known", ...pinned } : { status: "changed", offered, ...pinned };
}

/** A person has compared the fingerprints and takes the other key. */
export function replacePin(store: Store, origin: string, key: string, now: string): PinnedKey {
  const pin = { key, pinnedAt: now };
  store.setItem(nameOf(origin), JSON.stringify(pin));
  return pin;
}

function readPin(store: Store, origin: string): PinnedKey | null {
  const text = store.getItem(nameOf(origin));
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    const { key, pinnedAt } = value as PinnedKey;
    return typeof key === "string" && typeof pinnedAt === "string" ? { key, pinnedAt } : null;
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
