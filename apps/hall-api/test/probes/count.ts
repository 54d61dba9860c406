import { type ExpectStatic, expect } from "vitest";
import type { Sweep } from "./sweep.ts";

declare module "vitest" {
  interface TaskMeta {
    /** How much this test asked; added up at the end of the run. */
    probes?: number;
  }
}

/** Nothing that should not have been answered so, of at least so many probes. The run's last lines say how many. */
export function expectClean(
  { probes, faults }: Sweep,
  atLeast: number,
  { meta }: { meta: { probes?: number } },
  assert: ExpectStatic = expect,
): void {
  meta.probes = (meta.probes ?? 0) + probes;
  assert(faults.slice(0, 20)).toEqual([]);
  assert(probes).toBeGreaterThanOrEqual(atLeast);
}
