import {
  DENY_CODES,
  type Decision,
  STEPS,
  type Step,
  type StepMark,
  type StepName,
} from "@guildhall/protocol";
import type { CompiledRule } from "./compile.ts";
import { freeze } from "./freeze.ts";
import type { Refusal } from "./refusal.ts";

/** How a decision is written down while it is being made: where it starts, step by step, how it ends. */

/** Where every decision starts: denied. Only the end of the pipeline turns it. */
export function undecided(): Decision {
  return {
    outcome: "DENY",
    deny: null,
    matched_rule_id: "PRE_ROUTING",
    selected: null,
    candidates: [],
    required_controls: [],
    controls_verified: [],
    recommended_profiles: [],
    escalation: NOTHING_ASKED,
    preconditions: NOTHING_ASKED,
    blast: null,
    privilege_envelope_ok: null,
    policy_version: "policy.v0",
    dry_run: false,
    inputs: {},
    steps: [],
  };
}

/** Writes down how a step went and hands its refusal on. Values stand only where the reader needs them. */
export function took<R extends Refusal | null>(
  decision: Decision,
  step: StepName,
  refusal: R,
  seen?: number | string,
  limit: number | string | null = null,
): R {
  const mark = refusal === null ? "passed" : "failed";
  decision.steps.push(seen === undefined && refusal === null ? step : marked(mark, step, seen, limit));
  return refusal;
}

/** Writes down that a human has to look at this. The steps behind it run all the same: what they deny stays denied. */
export function held(
  decision: Decision,
  step: StepName,
  seen?: number | string,
  limit: number | string | null = null,
): void {
  decision.steps.push(marked("held", step, seen, limit));
}

function marked(
  mark: StepMark,
  step: StepName,
  seen: number | string | undefined,
  limit: number | string | null,
): Step {
  if (seen === undefined) return { mark, step };
  return limit === null ? { mark, seen, step } : { limit, mark, seen, step };
}

export function applyRule(decision: Decision, rule: CompiledRule): void {
  decision.matched_rule_id = rule.ruleId;
  decision.required_controls = rule.floor;
  decision.recommended_profiles = rule.profiles;
  decision.escalation = rule.told.escalation;
  decision.preconditions = rule.told.preconditions;
}

/**
 * Something in here threw. What was written down before it stays, for whoever has to find the cause; of the
 * error itself nothing is told, since its text may carry a stranger's data.
 */
export function failed(decision: Decision): Decision {
  const step = STEPS[decision.steps.length];
  if (step !== undefined) decision.steps.push({ mark: "failed", step });
  decision.outcome = "DENY";
  decision.deny = {
    code: "DENY_INTERNAL_ERROR",
    details: {},
    message: DENY_CODES.DENY_INTERNAL_ERROR.sentence,
  };
  return decision;
}

/** A rule's demands, where they are the defaults. */
const NOTHING_ASKED = freeze({});
