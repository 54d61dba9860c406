/**
 * The known capabilities nearest to one that nobody knows, at most three: what an agent that made a name up
 * probably meant. Runs only when a request is refused for want of a rule.
 */
const NEAREST_MAX = 3;
/** Edits beyond which two names are strangers. */
const DISTANCE_MAX = 6;
/** How many neighbours in sorted order are compared on either side, so that the cost has a bound. */
const WINDOW = 1_000;

/** @param known sorted by code unit */
export function nearestCapabilities(asked: string, known: readonly string[]): string[] {
  const limit = Math.min(DISTANCE_MAX, Math.max(1, Math.floor((asked.length - "cap.".length) / 3)));
  const domain = domainOf(asked);
  const centre = lowerBound(known, asked);
  const near: { id: string; distance: number }[] = [];
  for (const id of known.slice(Math.max(0, centre - WINDOW), centre + WINDOW)) {
    const distance = editDistance(asked, id, DISTANCE_MAX);
    if (distance <= limit || (domain !== null && id.startsWith(domain))) near.push({ id, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
  return near.slice(0, NEAREST_MAX).map(({ id }) => id);
}

/** `cap.doc.` of `cap.doc.summarize`: what shares it is near however different its verb is. */
function domainOf(capability: string): string | null {
  const end = capability.indexOf(".", "cap.".length);
  return end === -1 ? null : capability.slice(0, end + 1);
}

function lowerBound(sorted: readonly string[], value: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Insertions, deletions and substitutions between two ids; `limit + 1` for anything over the limit. */
export function editDistance(a: string, b: string, limit: number): number {
  const over = limit + 1;
  if (Math.abs(a.length - b.length) > limit) return over;
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const here = [row];
    let best = row;
    for (let column = 1; column <= b.length; column++) {
      const substituted = (above[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const cost = Math.min(substituted, (above[column] as number) + 1, (here[column - 1] as number) + 1);
      here.push(cost);
      if (cost < best) best = cost;
    }
    if (best > limit) return over;
    above = here;
  }
  return Math.min(above[b.length] as number, over);
}
