import type { Env } from "@guildhall/protocol";
import type { Program } from "./compile.ts";
import { isGuarded } from "./guarded-env.ts";
import type { Refusal } from "./refusal.ts";
import { shownList } from "./sanitise.ts";

const LISTED_MAX = 20;

/** A rule that can never match says something that its author believes and the Hall does not do. */
export function checkShadow(program: Program, env: Env): Refusal | null {
  const shadowed = program.shadowedRuleIds;
  if (shadowed.length === 0 || !isGuarded(env)) return null;
  return {
    code: "DENY_SHADOW_RULES_DETECTED",
    details: { shadow_count: shadowed.length, shadowed_rule_ids: shadowed.slice(0, LISTED_MAX) },
    because: `Earlier rules answer wherever these would: ${shownList(shadowed)}.`,
  };
}
