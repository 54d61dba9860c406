/**
 * Text that somebody typed and has not saved, kept in this browser's tab so that leaving the page loses
 * nothing. It names the revision that it was written over.
 */
export interface KeptText {
  revision: number;
  text: string;
  /** An instant. */
  at: string;
}

/** A tab holds about 5 million characters in all; what is longer is not kept. */
const KEPT_MAX = 1_000_000;

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function keepText(store: Store, draftId: string, kept: KeptText): boolean {
  if (kept.text.length > KEPT_MAX) return false;
  try {
    store.setItem(nameOf(draftId), JSON.stringify(kept));
    return true;
  } catch {
    return false; // the store is full, or forbidden
  }
}

export function readKept(store: Store, draftId: string): KeptText | null {
  try {
    const kept = JSON.parse(store.getItem(nameOf(draftId)) ?? "null") as Partial<KeptText> | null;
    const { revision, text, at } = kept ?? {};
    if (typeof revision !== "number" || typeof text !== "string" || typeof at !== "string") return null;
    return { revision, text, at };
  } catch {
    return null;
  }
}

export function forgetText(store: Store, draftId: string): void {
  try {
    store.removeItem(nameOf(draftId));
  } catch {
    // forbidden: then nothing was kept
  }
}

function nameOf(draftId: string): string {
  return `guildhall.draft.${draftId}`;
}
