/** Where two readings of a receipt say different things: what a person looks for after "does not verify". */

export interface Difference {
  /** `receipt.decision.blast.score` */
  path: string;
  /** As JSON; null where it is absent. */
  here: string | null;
  there: string | null;
}

/** @returns at most `max` differences, in the order of the first document */
export function differences(here: unknown, there: unknown, max = 20): Difference[] {
  const found: Difference[] = [];
  compare("", here, there, found, max);
  return found;
}

function compare(path: string, here: unknown, there: unknown, found: Difference[], max: number): void {
  if (found.length >= max) return;
  if (isContainer(here) && isContainer(there) && Array.isArray(here) === Array.isArray(there)) {
    for (const key of new Set([...Object.keys(here), ...Object.keys(there)]))
      compare(path === "" ? key : `${path}.${key}`, own(here, key), own(there, key), found, max);
    return;
  }
  const [a, b] = [write(here), write(there)];
  if (a !== b) found.push({ path, here: a, there: b });
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function own(container: object, key: string): unknown {
  return Object.hasOwn(container, key) ? (container as { [key: string]: unknown })[key] : undefined;
}

function write(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
