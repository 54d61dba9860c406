import type {
  CapabilityId,
  ControlId,
  Decision,
  InputProblem,
  ReadRouteInput,
  RouteInput,
  TenantId,
} from "@guildhall/protocol";
import { checkAgreedBlast, checkAgreement } from "./check-agreement.ts";
import { attestationMinimum, checkAttestation } from "./check-attestation.ts";
import { checkCertification } from "./check-certification.ts";
import { checkFreshness, checkTenant } from "./check-hall.ts";
import { type Asked, askedByRule, checkApproval, gatekeeper, humanDemand } from "./check-human.ts";
import { invalidInput } from "./check-input.ts";
import { checkKey, type KeyBounds } from "./check-key.ts";
import { checkConditions, checkPolicies } from "./check-policies.ts";
import { checkPrivilege } from "./check-privilege.ts";
import { checkShadow } from "./check-shadow.ts";
import { checkCorrelation, checkSignatory } from "./check-signatory.ts";
import type { CompiledRule, Program } from "./compile.ts";
import { denyMessage } from "./deny-message.ts";
import { type Floors, floorsFor } from "./floors.ts";
import { lineupOf } from "./lineup.ts";
import { matchRule, NO_RULE, noMatchingRule } from "./match-rule.ts";
import { type Activation, toActivation } from "./policy-facts.ts";
import { policyFacts } from "./read-facts.ts";
import {
  callerInputs,
  liveInputs,
  type RequestFacts,
  readFacts,
  readInputs,
  readInvalidInputs,
} from "./read-inputs.ts";
import { applyRule, failed, held, took, undecided } from "./record-decision.ts";
import type { Refusal } from "./refusal.ts";
import { callerScore, checkBlastLimits, scoreBlast } from "./score-blast.ts";
import { noWorker, selectWorker } from "./select-worker.ts";
import type { Snapshot, SnapshotAgreement, SnapshotCertificate, SnapshotWorker } from "./snapshot.ts";

export interface RouteRequest {
  /** Whose request it is. A snapshot of anybody else is a defect of the Hall, and decides nothing. */
  readonly tenantId: TenantId;
  readonly read: ReadRouteInput;
  /** The signatory identities that the caller's key is bound to. */
  readonly identities: ReadonlySet<string>;
  /** Who asks, as its blast is added up: the agent that the key names, else the key. */
  readonly agent: string;
  /** Null where nothing narrows the key. */
  readonly key: KeyBounds | null;
}

/**
 * Decides one request against one snapshot of the Hall. Same arguments, same decision: the clock, the bans
 * and the rules all arrive. Never throws: whatever goes wrong in here is DENY_INTERNAL_ERROR.
 */
export function decide(program: Program, snapshot: Snapshot, request: RouteRequest, nowMs: number): Decision {
  const decision = undecided();
  try {
    const { read, tenantId } = request;
    if (snapshot.tenantId !== tenantId) return failed(decision);
    const refusal = read.valid
      ? deliberate({
          decision,
          program,
          snapshot,
          request,
          nowMs,
          input: read.input,
          capability: read.capability,
        })
      : refuseInput(decision, program, snapshot, read.problems, nowMs);
    if (refusal === null) decision.outcome = "ALLOW";
    else {
      const { code, details, holds } = refusal;
      if (holds) decision.outcome = "HOLD";
      decision.deny = { code, details, message: denyMessage(refusal, decision.inputs) };
    }
  } catch {
    return failed(decision);
  }
  return decision;
}

/** One request on its way through the pipeline, with the decision that is being written. */
interface Case {
  readonly decision: Decision;
  readonly program: Program;
  readonly snapshot: Snapshot;
  readonly request: RouteRequest;
  readonly nowMs: number;
  readonly input: RouteInput;
  readonly capability: CapabilityId;
}

/** The pipeline. Each line is a step; the first refusal ends it. */
function deliberate(on: Case): Refusal | null {
  const { decision, program, snapshot, request, nowMs, input, capability } = on;
  const facts = readFacts(input.request);
  decision.inputs = readInputs(program, snapshot, input, facts, nowMs);
  callerInputs(decision.inputs, on);
  decision.policy_version = input.policy_version;
  decision.dry_run = input.dry_run;
  took(decision, "input", null);

  const early =
    took(decision, "snapshot", checkFreshness(snapshot, nowMs)) ??
    took(decision, "tenant", checkTenant(snapshot)) ??
    took(decision, "signatory", checkKey(request.key, input) ?? checkSignatory(input, request.identities)) ??
    took(decision, "correlation", checkCorrelation(input));
  if (early !== null) return early;

  decision.matched_rule_id = "NO_MATCH";
  const shadow = checkShadow(program, input.env);
  if (shadow !== null) return took(decision, "shadow", shadow, program.shadowedRuleIds.length, 0);
  took(decision, "shadow", null);

  const matched = matchRule(program, capability, input);
  if (matched === NO_RULE) return took(decision, "rule", noMatchingRule(program, capability));
  const lineup = lineupOf(program, matched, snapshot.workers);
  const { rule } = lineup;
  took(decision, "rule", null);
  applyRule(decision, rule);

  const floors = floorsFor(rule, snapshot, input);
  if ("code" in floors) {
    // Which of them are held is seen here and may be otherwise tomorrow.
    decision.inputs.profiles_unheld = floors.details.profiles as string[];
    return took(decision, "profile", floors);
  }
  if (floors.profiles.length > 0)
    decision.profiles = floors.profiles.map(({ profile: { profile_id }, digest }) => ({
      digest,
      profile_id,
    }));
  took(decision, "profile", null);

  const { agreement, refusal } = checkAgreement(
    snapshot,
    floors.agreementRequired || snapshot.signatoryRequired,
    input,
    capability,
    request.agent,
    nowMs,
  );
  if (refusal !== null) return took(decision, "agreement", refusal);
  if (agreement !== null) {
    const { agreementId: agreement_id, version, digest } = agreement;
    decision.agreement = { agreement_id, digest, version };
  }
  took(decision, "agreement", null);

  const selection = selectWorker(lineup, snapshot, capability, input.env, floors.controls);
  const { candidates, unlisted, required, worker } = selection;
  decision.candidates = candidates;
  decision.required_controls = required;
  if (unlisted > 0) decision.inputs.candidates_untried_unlisted = unlisted;
  liveInputs(decision.inputs, on, selection);
  if (worker === null)
    return took(decision, "worker", noWorker(rule, snapshot, candidates, input, floors.controls));
  took(decision, "worker", null);
  decision.controls_verified = required;
  decision.selected = {
    transport_digest: worker.transportDigest,
    worker_id: worker.workerId,
    worker_record_hash: worker.recordHash,
    worker_species_id: worker.speciesId,
  };
  return judge(on, { rule, floors, agreement, worker, required, facts });
}

/** What was found before the worker is looked at. */
interface Found {
  readonly rule: CompiledRule;
  readonly floors: Floors;
  readonly agreement: SnapshotAgreement | null;
  readonly worker: SnapshotWorker;
  readonly required: readonly ControlId[];
  readonly facts: RequestFacts;
}

/** The steps that look at the selected worker doing this work. A hold is written down and does not end them. */
function judge(on: Case, found: Found): Refusal | null {
  const { decision, program, snapshot, request, nowMs, input, capability } = on;
  const { rule, floors, agreement, worker, required, facts } = found;
  const asked: Asked[] = [];

  const chainSum = snapshot.chainSums.get(input.correlation_id) ?? 0;
  const blast = scoreBlast(input, facts, worker.dimensionSum, chainSum, floors);
  decision.blast = blast;
  const spent = snapshot.blastSpent.get(request.agent) ?? 0;
  const tooMuch =
    checkBlastLimits(blast, floors, rule.maxBlast, input.env, spent) ??
    checkAgreedBlast(agreement, blast.score);
  if (tooMuch !== null || blast.gate_passed) took(decision, "blast", tooMuch, blast.score, blast.limit);
  else held(decision, "blast", blast.score, blast.limit);
  if (tooMuch !== null) return tooMuch;
  if (!blast.gate_passed) asked.push(gatekeeper("blast"));

  // Found before the policies are asked, because they may ask about it; refused in its own step.
  const certified = checkCertification(
    snapshot,
    worker,
    floors.certificationRequired || rule.preconditions.must_be_certified,
    input,
    capability,
    nowMs,
  );
  let facing: readonly Activation[] | null = null;
  const activations = () => {
    facing ??= claimedAndNot(input).map((input) => {
      const blast = scoreBlast(input, facts, worker.dimensionSum, chainSum, floors);
      const seen = { ...found, blast, chainSum, certified: certified.certificate !== null };
      return toActivation(policyFacts({ ...on, input }, seen));
    });
    return facing;
  };
  const policy = checkPolicies(program, rule, floors, activations);
  if (policy.verdicts.length > 0) decision.policies = policy.verdicts;
  if (policy.asked === null) took(decision, "policy", policy.refusal);
  else held(decision, "policy");
  if (policy.refusal !== null) return policy.refusal;
  if (policy.asked !== null) asked.push(policy.asked);

  if (took(decision, "certification", certified.refusal) !== null) return certified.refusal;
  if (certified.certificate !== null) decision.certification = named(certified.certificate);

  const attested = checkAttestation(snapshot, worker, attestationMinimum(rule, floors, input.env), nowMs);
  if (attested.method !== null)
    decision.attestation = { method: attested.method, valid: attested.finding === "matches" };
  if (took(decision, "attestation", attested.refusal) !== null) return attested.refusal;

  const privilege = checkPrivilege(worker, required, input.env, floors, snapshot);
  decision.privilege_envelope_ok = privilege.ok;
  if (took(decision, "privilege", privilege.refusal) !== null) return privilege.refusal;

  const conditions = checkConditions(rule, activations);
  if (conditions.refusal !== null) return took(decision, "approval", conditions.refusal);
  asked.push(...askedByRule(rule));
  if (conditions.asked !== null) asked.push(conditions.asked);
  const human = humanDemand(asked);
  if (human !== null) decision.human = human;
  const hold = checkApproval(human, blast, rule);
  if (hold === null) return took(decision, "approval", null);
  held(decision, "approval");
  return hold;
}

/** The request as it is and, where the caller claims a blast score, as if it claimed none: a claim buys nothing from a policy. */
function claimedAndNot(input: RouteInput): RouteInput[] {
  return callerScore(input) === null ? [input] : [input, { ...input, blast_score: null }];
}

function named({ certificateId, digest }: SnapshotCertificate): NonNullable<Decision["certification"]> {
  return { certificate_id: certificateId, digest };
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
