import type { HallKeyRole } from "@guildhall/protocol";
import type { Answers } from "./hall-types.ts";

export type HallKey = Answers["keyring"]["list"]["keys"][number];

/** What follows where a key of this role is lost or in other hands, in one line. */
const LOSS: Record<HallKeyRole, string> = {
  receipt: "No receipt carries a signature of its own; the log's head still seals it.",
  log: "Nothing is sealed, so nothing runs. In other hands: somebody else can sign another log, which witnesses and followers see.",
  ca: "No worker is certified or revoked for the outside. In other hands: certificates that the Hall never gave.",
  evidence: "No evidence is signed. What was signed before stays good.",
  agreement: "No agreement is countersigned. What was signed before stays good.",
  "feed-root":
    "No key of the ban feed can be replaced. It lies offline, and more than one person has to come together.",
  "feed-snapshot": "The ban feed stands still until the root names another key.",
  "feed-timestamp": "The ban feed looks stale, and who follows it fails closed.",
  grant:
    "Work that was granted is refused at its redemption; the process makes another key. It lives a day at most.",
  witness: "Nobody cosigns in its name. In other hands: its word is worth nothing, others' still is.",
};

/** What a loss of this key means. A role of tomorrow has no words here, and says so. */
export function lossOf(role: string): string {
  return Object.hasOwn(LOSS, role) ? LOSS[role as HallKeyRole] : "This console has no words for this role.";
}

/** In use first, then what is to come, then what was: each by the time from which it holds, newest first. */
export function inOrder(keys: readonly HallKey[]): HallKey[] {
  const rank = { active: 0, introduced: 1, retired: 2 };
  return keys.toSorted((a, b) => rank[a.state] - rank[b.state] || b.not_before.localeCompare(a.not_before));
}
