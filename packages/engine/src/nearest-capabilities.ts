/**
 * The known capabilities nearest to one that nobody knows, at most three: what an agent that made a name up
 * probably meant. Runs only when a request is refused for want of a rule.
 */
const NEAREST_MAX = 3;
/** Edits beyond which two names are strangers. */
const DISTANCE_MAX = 6;
/** How many neighbours in sorted order are compared on either side, so that the cost has a bound. */
const WINDOW = 250;

/** @param known sorted by code unit */
export function nearestCapabilities(asked: string, known: readonly string[]): string[] {
  const limit = Math.min(DISTANCE_MAX, Math.max(1, Math.floor((asked.length - "cap.".length) / 3)));
  const domain = domainOf(asked);
  const centre = lowerBound(known, asked);
  const near: { id: string; distance: number }[] = [];
  for (const id of known.slice(Math.max(0, centre - WINDOW), centre + WINDOW)) {
    const distance = editDistance(asked, id, DISTANCE_MAX);
    if (distance <= limit || id.startsWith(domain)) near.push({ id, distance });
  }
  // Of equally near ones the known order, which is by id, stays.
  near.sort((a, b) => a.distance - b.distance);
  return near.slice(0, NEAREST_MAX).map(({ id }) => id);
}

/** `cap.doc.` of `cap.doc.summarize`: what shares it is near however different its verb is. */
function domainOf(capability: string): string {
  const [cap, domain] = capability.split(".", 2);
  return `${cap}.${domain}.`;
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
  // One row of the usual table: costs of turning the read part of `a` into each beginning of `b`.
  const costs = Uint8Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    let diagonal = row - 1;
    let left = row;
    let best = row;
    costs[0] = row;
    for (let column = 1; column <= b.length; column++) {
      const above = costs[column] as number;
      const substituted = diagonal + (a.charCodeAt(row - 1) === b.charCodeAt(column - 1) ? 0 : 1);
      left = Math.min(substituted, above + 1, left + 1);
      costs[column] = left;
      diagonal = above;
      best = Math.min(best, left);
    }
    if (best > limit) return over;
  }
  return Math.min(costs[b.length] as number, over);
}
