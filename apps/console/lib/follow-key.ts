import { type KeyPin, keepFollowed, originOf, pinKey } from "./pinned-key.ts";
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
  let history: readonly unknown[];
  try {
    history = await readHistory();
  } catch (error) {
    return { ...pin, because: readRefusal(error).code };
  }
  // Fetched when it is needed: most browsers never see a key change.
  const { verifyKeyHistory } = await import("@guildhall/attestation/verify");
  const verdict = await verifyKeyHistory(pin.key, history, { known: pin.followed ?? [] });
  if (!verdict.ok) return { ...pin, because: verdict.code };
  if (!verdict.keys.some(({ verifierKey }) => verifierKey === offered))
    return { ...pin, because: "KEY_HISTORY_BROKEN" };
  return keepFollowed(store, origin, pin, verdict.keys);
}
