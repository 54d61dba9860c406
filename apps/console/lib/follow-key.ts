import { type KeyPin, keepFollowed, originOf, type PinnedKey, pinKey } from "./pinned-key.ts";
import { readRefusal } from "./refusal.ts";

/**
 * Finds the pin of a Hall, and where it offers another key than this browser knows, follows the log's own entries
 * from the pinned key. Only a key that they lead to is taken; nothing that was followed before is taken back.
 * @param readHistory the entries, as the Hall tells them
 */
export async function followKey(
  store: Pick<Storage, "getItem" | "setItem">,
  offered: string,
  now: string,
  readHistory: () => Promise<readonly unknown[]>,
): Promise<KeyPin> {
  const origin = originOf(offered);
  const pin = pinKey(store, origin, offered, now);
  if (pin.status !== "changed") return pin;
  const found = await followOn(store, pin, readHistory);
  if ("because" in found) return { ...pin, because: found.because };
  return found.followed.some(({ verifierKey }) => verifierKey === offered)
    ? found
    : { ...pin, because: "KEY_HISTORY_BROKEN" };
}

/** Follows the log from the pinned key as far as it leads, whatever is offered; or says why it leads nowhere. */
export async function followOn(
  store: Pick<Storage, "getItem" | "setItem">,
  pin: PinnedKey,
  readHistory: () => Promise<readonly unknown[]>,
): Promise<(KeyPin & { status: "followed" }) | { because: string }> {
  let history: readonly unknown[];
  try {
    history = await readHistory();
  } catch (error) {
    return { because: readRefusal(error).code };
  }
  // Fetched when it is needed: most browsers never see a key change.
  const { verifyKeyHistory } = await import("@guildhall/attestation/verify");
  const verdict = await verifyKeyHistory(pin.key, history, { known: pin.followed ?? [] });
  return verdict.ok ? keepFollowed(store, originOf(pin.key), pin, verdict.keys) : { because: verdict.code };
}
