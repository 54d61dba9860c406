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

export function checkTenant(snapshot: Snapshot): Refusal | null {
  if (snapshot.tenantStatus === "active") return null;
  return { code: "DENY_TENANT_SUSPENDED", details: {}, because: "Nothing of this tenant runs until then." };
}
