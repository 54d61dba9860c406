import type {
  CapabilityId,
  ControlId,
  Decision,
  InputProblem,
  ReadRouteInput,
  RouteInput,
} from "@guildhall/protocol";
import {
  checkApproval,
  checkAttestation,
  checkCertification,
  checkPolicyGate,
  checkProfiles,
} from "./check-demands.ts";
import { checkFreshness, checkTenant } from "./check-hall.ts";
import { invalidInput } from "./check-input.ts";
import { checkPrivilege } from "./check-privilege.ts";
import { checkShadow } from "./check-shadow.ts";
import { checkCorrelation, checkSignatory } from "./check-signatory.ts";
import type { CompiledRule, Program } from "./compile.ts";
import { denyMessage } from "./deny-message.ts";
import { matchRule, noMatchingRule } from "./match-rule.ts";
import { type RequestFacts, readFacts, readInputs, readInvalidInputs } from "./read-inputs.ts";
import { applyRule, failed, took, undecided } from "./record-decision.ts";
import type { Refusal } from "./refusal.ts";
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
  if (rule === null) return took(decision, "rule", noMatchingRule(program, capability));
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

/** A request that breaks its schema is refused before anything of the Hall is looked at. */
function refuseInput(
  decision: Decision,
  program: Program,
  snapshot: Snapshot,
  problems: InputProblem[],
  nowMs: number,
): Refusal {
  decision.inputs = readInvalidInputs(program, snapshot, problems, nowMs);
  return took(decision, "input", invalidInput(problems));
}
