import type { Refusal } from "./refusal.ts";
import type { Snapshot } from "./snapshot.ts";
import { wholeOrText } from "./whole-number.ts";

/**
 * A view of the Hall that is too old is not decided on. Neither is one from further ahead than that: a
 * clock that jumped back would otherwise keep an old view fresh. An age that is no number is too old.
 */
export function checkFreshness(snapshot: Snapshot, nowMs: number): Refusal | null {
  const ageMs = nowMs - snapshot.takenAtMs;
  if (ageMs <= snapshot.maxAgeMs && ageMs >= -snapshot.maxAgeMs) return null;
  return {
    code: "DENY_SNAPSHOT_STALE",
    details: { age_ms: wholeOrText(ageMs), max_age_ms: wholeOrText(snapshot.maxAgeMs) },
    because: `The view is ${ageMs} ms old; the limit is ${snapshot.maxAgeMs} ms.`,
  };
}

/** A suspended tenant runs nothing; a restricted one has a standing with which this Hall lets nobody work. */
export function checkTenant({ tenantStatus }: Snapshot): Refusal | null {
  switch (tenantStatus) {
    case "active":
      return null;
    case "restricted":
      return { code: "DENY_STANDING", details: {}, because: "Nothing of this tenant runs with it." };
    case "suspended":
      return {
        code: "DENY_TENANT_SUSPENDED",
        details: {},
        because: "Nothing of this tenant runs until then.",
      };
  }
}
