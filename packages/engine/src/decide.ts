import {
  type CapabilityId,
  type ControlId,
  DENY_CODES,
  type Decision,
  type Escalation,
  type InputProblem,
  type Preconditions,
  type ReadRouteInput,
  type RouteInput,
  STEPS,
  type Step,
  type StepName,
} from "@guildhall/protocol";
import {
  checkApproval,
  checkAttestation,
  checkCertification,
  checkPolicyGate,
  checkProfiles,
} from "./check-demands.ts";
import { checkFreshness, checkTenant } from "./check-hall.ts";
import { checkPrivilege } from "./check-privilege.ts";
import { checkShadow } from "./check-shadow.ts";
import { checkCorrelation, checkSignatory } from "./check-signatory.ts";
import type { CompiledRule, Program } from "./compile.ts";
import { denyMessage } from "./deny-message.ts";
import { freeze } from "./freeze.ts";
import { matchRule } from "./match-rule.ts";
import { nearestCapabilities } from "./nearest-capabilities.ts";
import { problemList, type RequestFacts, readFacts, readInputs, readInvalidInputs } from "./read-inputs.ts";
import type { Refusal } from "./refusal.ts";
import { shownList } from "./sanitise.ts";
import { checkBlast, scoreBlast } from "./score-blast.ts";
import { noWorker, selectWorker } from "./select-worker.ts";
import type { Snapshot, SnapshotWorker } from "./snapshot.ts";
import { wholeOrText } from "./whole-number.ts";

export interface RouteRequest {
  readonly read: ReadRouteInput;
  /** The signatory identities that the caller's key is bound to. */
  readonly identities: ReadonlySet<string>;
}

/**
 * Decides one request against one snapshot of the Hall. Same arguments, same decision: the clock, the bans
 * and the rules all arrive. Never throws: whatever goes wrong in here is DENY_INTERNAL_ERROR.
 */
export function decide(program: Program, snapshot: Snapshot, request: RouteRequest, nowMs: number): Decision {
  const decision = undecided();
  try {
    const refusal = request.read.valid
      ? deliberate(decision, program, snapshot, request.read, request.identities, nowMs)
      : refuseInput(decision, program, snapshot, request.read.problems, nowMs);
    if (refusal === null) decision.outcome = "ALLOW";
    else {
      const { code, details } = refusal;
      decision.deny = { code, details, message: denyMessage(refusal, decision.inputs) };
    }
  } catch {
    return failed(decision);
  }
  skipRest(decision);
  return decision;
}

/** The pipeline. Each line is a step; the first refusal ends it. */
function deliberate(
  decision: Decision,
  program: Program,
  snapshot: Snapshot,
  { input, capability }: { input: RouteInput; capability: CapabilityId },
  identities: ReadonlySet<string>,
  nowMs: number,
): Refusal | null {
  const facts = readFacts(input.request);
  decision.inputs = readInputs(program, snapshot, input, facts, nowMs);
  decision.policy_version = input.policy_version;
  decision.dry_run = input.dry_run;
  took(decision, "input", null);

  const early =
    took(
      decision,
      "snapshot",
      checkFreshness(snapshot, nowMs),
      wholeOrText(nowMs - snapshot.takenAtMs),
      wholeOrText(snapshot.maxAgeMs),
    ) ??
    took(decision, "tenant", checkTenant(snapshot)) ??
    took(decision, "signatory", checkSignatory(input, identities)) ??
    took(decision, "correlation", checkCorrelation(input));
  if (early !== null) return early;

  decision.matched_rule_id = "NO_MATCH";
  const shadow = checkShadow(program, input.env);
  if (shadow !== null) return took(decision, "shadow", shadow, program.shadowedRuleIds.length, 0);
  took(decision, "shadow", null);

  const rule = matchRule(program, capability, input);
  if (rule === null) return took(decision, "rule", noRule(program, capability));
  took(decision, "rule", null);
  applyRule(decision, rule);

  const { candidates, unlisted, required, worker } = selectWorker(rule, snapshot, capability, input.env);
  decision.candidates = candidates;
  decision.required_controls = required;
  if (unlisted > 0) decision.inputs.candidates_untried_unlisted = unlisted;
  if (worker === null) return took(decision, "worker", noWorker(rule, snapshot, candidates, input));
  took(decision, "worker", null);
  decision.controls_verified = required;
  decision.selected = {
    transport_digest: worker.transportDigest,
    worker_id: worker.workerId,
    worker_record_hash: worker.recordHash,
    worker_species_id: worker.speciesId,
  };

  return judge(decision, snapshot, rule, { worker, required }, input, facts);
}

/** The steps that look at the selected worker doing this work. */
function judge(
  decision: Decision,
  snapshot: Snapshot,
  rule: CompiledRule,
  { worker, required }: { worker: SnapshotWorker; required: readonly ControlId[] },
  input: RouteInput,
  facts: RequestFacts,
): Refusal | null {
  const blast = scoreBlast(input, facts, worker.dimensionSum);
  decision.blast = blast;
  const demanded =
    took(decision, "blast", checkBlast(blast), blast.score, blast.limit) ??
    took(decision, "policy", checkPolicyGate(rule)) ??
    took(decision, "profile", checkProfiles(rule)) ??
    took(decision, "certification", checkCertification(rule)) ??
    took(decision, "attestation", checkAttestation(rule, input.env));
  if (demanded !== null) return demanded;

  const privilege = checkPrivilege(worker, required, input, snapshot);
  decision.privilege_envelope_ok = privilege.ok;
  return took(decision, "privilege", privilege.refusal) ?? took(decision, "approval", checkApproval(rule));
}

function refuseInput(
  decision: Decision,
  program: Program,
  snapshot: Snapshot,
  problems: InputProblem[],
  nowMs: number,
): Refusal {
  decision.inputs = readInvalidInputs(program, snapshot, problems, nowMs);
  const refusal: Refusal = {
    code: "DENY_INVALID_INPUT",
    details: { problems: problemList(problems) },
    because: `Wrong: ${shownList(problems.map(({ path, expected }) => `${path} (${expected})`))}.`,
  };
  took(decision, "input", refusal);
  return refusal;
}

function noRule(program: Program, capability: CapabilityId): Refusal {
  const nearest = nearestCapabilities(capability, program.capabilities);
  const known = nearest.includes(capability);
  return {
    code: "DENY_NO_MATCHING_RULE",
    details: { nearest_capabilities: nearest },
    because: known
      ? "Rules name the capability, but none for these conditions."
      : nearest.length > 0
        ? `No rule names it; the nearest known are ${shownList(nearest)}.`
        : "No rule names it, and none that is near.",
  };
}

function applyRule(decision: Decision, rule: CompiledRule): void {
  decision.matched_rule_id = rule.ruleId;
  decision.required_controls = rule.floor;
  decision.recommended_profiles = rule.profiles;
  decision.escalation = rule.escalation;
  decision.preconditions = rule.preconditions;
}

/** Writes down how a step went and hands its refusal on. Values stand only where the reader needs them. */
function took<R extends Refusal | null>(
  decision: Decision,
  step: StepName,
  refusal: R,
  seen?: number | string,
  limit?: number | string | null,
): R {
  const mark = refusal === null ? "passed" : "failed";
  let entry: Step;
  if (seen === undefined) entry = refusal === null ? PASSED[step] : { mark, step };
  else if (limit === undefined || limit === null) entry = { mark, seen, step };
  else entry = { limit, mark, seen, step };
  decision.steps.push(entry);
  return refusal;
}

const marked = (mark: "passed" | "skipped") =>
  Object.fromEntries(STEPS.map((step) => [step, freeze({ mark, step })])) as Record<StepName, Step>;
const PASSED = marked("passed");
const SKIPPED = marked("skipped");

function skipRest(decision: Decision): void {
  for (let at = decision.steps.length; at < STEPS.length; at++)
    decision.steps.push(SKIPPED[STEPS[at] as StepName]);
}

const DEFAULT_ESCALATION: Escalation = freeze({
  policy_gate: false,
  msavx_step_up: false,
  human_required_default: false,
  human_required_if: freeze([]),
  rationale: null,
});

const DEFAULT_PRECONDITIONS: Preconditions = freeze({
  must_have_correlation_id: true,
  must_attach_policy_version: true,
  must_record_artifact_hash_if_executes: true,
  deny_if_missing_required_controls: true,
  deny_if_unsigned_artifact_in_prod: false,
  deny_if_no_attestation_in_prod: false,
  must_be_certified: false,
  must_be_attested: false,
});

/** Where every decision starts: denied. Only the end of the pipeline turns it. */
function undecided(): Decision {
  return {
    outcome: "DENY",
    deny: null,
    matched_rule_id: "PRE_ROUTING",
    selected: null,
    candidates: [],
    required_controls: [],
    controls_verified: [],
    recommended_profiles: [],
    escalation: DEFAULT_ESCALATION,
    preconditions: DEFAULT_PRECONDITIONS,
    blast: null,
    privilege_envelope_ok: null,
    policy_version: "policy.v0",
    dry_run: false,
    inputs: {},
    steps: [],
  };
}

/**
 * Something in here threw. What was written down before it stays, for whoever has to find the cause; of the
 * error itself nothing is told, since its text may carry a stranger's data.
 */
function failed(decision: Decision): Decision {
  const at = decision.steps.length;
  // A step can have been recorded before its refusal was put into words: that step is the one that failed.
  const last = decision.steps.at(-1);
  if (last?.mark !== "failed" && at < STEPS.length)
    decision.steps.push({ mark: "failed", step: STEPS[at] as StepName });
  decision.outcome = "DENY";
  decision.deny = {
    code: "DENY_INTERNAL_ERROR",
    details: {},
    message: DENY_CODES.DENY_INTERNAL_ERROR.sentence,
  };
  skipRest(decision);
  return decision;
}
