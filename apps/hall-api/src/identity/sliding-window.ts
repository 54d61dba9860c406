/**
 * Counts what happened within the last seconds, in buckets of one second. The oldest bucket counts until all of it is
 * past, so that in no stretch of that length there is ever more than was allowed, wherever the clock's edges lie.
 */
export interface SlidingWindow {
  seen(nowMs: number): number;
  add(nowMs: number, count: number): void;
  /** Seconds until something leaves the window; 0 where nothing is in it. */
  freesInSeconds(nowMs: number): number;
}

export function slidingWindow(seconds: number): SlidingWindow {
  const buckets = new Array<number>(seconds + 1).fill(0);
  let newest = 0;
  let sum = 0;

  function advance(nowMs: number): void {
    // A clock that steps back opens no window again.
    const second = Math.max(newest, Math.floor(nowMs / 1000));
    const passed = Math.min(second - newest, buckets.length);
    for (let i = 1; i <= passed; i++) {
      const at = (newest + i) % buckets.length;
      sum -= buckets[at]!;
      buckets[at] = 0;
    }
    if (passed === buckets.length) sum = 0;
    newest = second;
  }

  return {
    seen(nowMs) {
      advance(nowMs);
      return sum;
    },
    add(nowMs, count) {
      advance(nowMs);
      buckets[newest % buckets.length]! += count;
      sum += count;
    },
    freesInSeconds(nowMs) {
      advance(nowMs);
      for (let age = buckets.length - 1; age >= 0; age--)
        if (buckets[(newest - age + buckets.length) % buckets.length]! > 0) return buckets.length - age;
      return 0;
    },
  };
}
