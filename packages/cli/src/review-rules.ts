import { reviewBundle } from "@guildhall/engine";
import type { Rules } from "./read-rules.ts";

export type BundleFinding = ReturnType<typeof reviewBundle>[number];

/** The workers that a bundle would meet, and the profiles that its rules may ask for. */
export type Fleet = Parameters<typeof reviewBundle>[1];

/** What is known of the Hall that the rules are for. */
export interface KnownHall {
  /** Null where the fleet is not known. */
  workers: Fleet["workers"] | null;
  profiles: Fleet["profiles"];
  /** False where the tenant may have defined others. */
  isEveryProfile: boolean;
}

/** The findings that hold whatever is not known. */
export function reviewRules({ program }: Rules, known: KnownHall): BundleFinding[] {
  const workers: Fleet["workers"] = known.workers ?? new Map();
  return reviewBundle(program, { workers, profiles: known.profiles }).filter(
    (finding) =>
      (known.workers !== null || !needsFleet(finding)) &&
      (known.isEveryProfile || finding.kind !== "profile_unknown"),
  );
}

const OF_FLEET: ReadonlySet<BundleFinding["kind"]> = new Set([
  "unreachable",
  "capability_unserved",
  "control_unheld",
]);

/** A rule without any candidate is unreachable with every fleet. */
function needsFleet({ kind, others }: BundleFinding): boolean {
  return OF_FLEET.has(kind) && !(kind === "unreachable" && others.length === 0);
}
