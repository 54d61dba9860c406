import { type CapabilityId, type ControlId, Env } from "@guildhall/protocol";
import { envBits, type Reach, widerPrefix } from "./rule-reach.ts";
import type { SnapshotWorker } from "./snapshot.ts";

/** What some workers, of one species or all, can do between them: made once, asked for every rule. */
export interface FleetReach {
  readonly isEmpty: boolean;
  /** Every control that one of them implements. */
  readonly controls: ReadonlySet<ControlId>;
  serves(capability: CapabilityId): boolean;
  /** True where one of them serves a capability that the rule reaches and may run in an environment that it reaches. */
  mayServe(reach: Reach): boolean;
}

const ANY = "cap.*";

export function fleetReach(workers: readonly SnapshotWorker[]): FleetReach {
  /** By capability, and by each pattern that covers it, in which environments somebody serves it. */
  const served = new Map<string, number>();
  const add = (pattern: string, envs: number) => served.set(pattern, (served.get(pattern) ?? 0) | envs);
  const controls = new Set<ControlId>();
  for (const worker of workers) {
    const envs = envBits(worker.allowedEnvironments ?? Env.options);
    for (const control of worker.implements) controls.add(control);
    for (const capability of worker.capabilities) {
      add(capability, envs);
      for (let name = widerPrefix(capability); name !== null; name = widerPrefix(name))
        add(`${name}.*`, envs);
      add(ANY, envs);
    }
  }
  return {
    isEmpty: workers.length === 0,
    controls,
    serves: (capability) => served.has(capability),
    mayServe: ({ patterns, conditions }) =>
      (patterns ?? [ANY]).some((pattern) => ((served.get(pattern) ?? 0) & conditions) !== 0),
  };
}
