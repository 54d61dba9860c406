import type { ControlId } from "@guildhall/protocol";

/** Sorted by code unit, each once. */
export function inOrder<T extends string>(values: Iterable<T>): T[] {
  return [...new Set(values)].sort();
}

/**
 * The controls that a worker must implement for this request: what the rule and the candidate ask
 * (`floor`), and what the worker's own record asks. Both lists are sorted; most records ask for nothing
 * that the rule does not, and then `floor` itself is the answer.
 */
export function requiredControls(floor: ControlId[], worker: WorkerControls): ControlId[] {
  const own = worker.requiredControls;
  let at = 0;
  for (const control of own) {
    at = floor.indexOf(control, at);
    if (at < 0) return inOrder([...floor, ...own]);
  }
  return floor;
}

/** Only the worker's own controls count; what some other worker implements is nothing here. */
export function implementsAll(worker: WorkerControls, floor: readonly ControlId[]): boolean {
  for (const control of floor) if (!worker.implements.has(control)) return false;
  for (const control of worker.requiredControls) if (!worker.implements.has(control)) return false;
  return true;
}

/** The controls that are required and that this worker lacks, sorted. */
export function missingControls(worker: WorkerControls, floor: ControlId[]): ControlId[] {
  return requiredControls(floor, worker).filter((control) => !worker.implements.has(control));
}

interface WorkerControls {
  readonly implements: ReadonlySet<ControlId>;
  readonly requiredControls: readonly ControlId[];
}
