/** Work that would hold up everybody else, done in slices with everybody else in between. */

const SLICE_MS = 20;

/**
 * Calls `work` with some of the items, and again with the next, until all were used. What it is given ends after 20 ms
 * and holds one item at least; `work` uses each item as it takes it. Of all such work in this process one slice runs at
 * a time, in turn, so that the slices do not add up.
 */
export async function inSlices<Item, Result>(
  items: readonly Item[],
  work: (some: Iterable<Item>) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  function* slice(): Generator<Item> {
    const endsAt = performance.now() + SLICE_MS;
    do yield items[next++] as Item;
    while (next < items.length && performance.now() < endsAt);
  }
  while (next < items.length) {
    await turn();
    results.push(work(slice()));
  }
  return results;
}

const waiting: (() => void)[] = [];

function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(goOn);
  });
}

function goOn(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(goOn);
}
