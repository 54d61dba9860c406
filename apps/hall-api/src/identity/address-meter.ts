import { countedAs } from "./address-list.ts";
import { type SlidingWindow, slidingWindow } from "./sliding-window.ts";

/** How often a stranger may ask what costs the Hall a look-up: by address, and all of them together. */
export interface AddressMeter {
  /** Counts one question. @returns 0, or the seconds after which asking again can help */
  take(address: string): number;
}

const MINUTE_SECONDS = 60;
/** More addresses than this are not told apart from each other: they share what is left. */
const ADDRESSES_MAX = 10_000;

export function createAddressMeter({
  now,
  perAddress,
  together,
}: {
  now: () => number;
  /** A minute. */
  perAddress: number;
  together: number;
}): AddressMeter {
  const windows = new Map<string, SlidingWindow>();
  const everybody = slidingWindow(MINUTE_SECONDS);

  function windowOf(name: string, nowMs: number): SlidingWindow {
    const known = windows.get(name);
    if (known) return known;
    if (windows.size >= ADDRESSES_MAX)
      for (const [other, window] of windows) if (window.seen(nowMs) === 0) windows.delete(other);
    if (windows.size >= ADDRESSES_MAX && name !== "others") return windowOf("others", nowMs);
    const made = slidingWindow(MINUTE_SECONDS);
    windows.set(name, made);
    return made;
  }

  return {
    take(address) {
      const nowMs = now();
      const own = windowOf(countedAs(address), nowMs);
      if (own.seen(nowMs) >= perAddress) return own.freesInSeconds(nowMs);
      if (everybody.seen(nowMs) >= together) return everybody.freesInSeconds(nowMs);
      own.add(nowMs, 1);
      everybody.add(nowMs, 1);
      return 0;
    },
  };
}
