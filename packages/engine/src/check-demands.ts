import type { Env } from "@guildhall/protocol";
import type { CompiledRule } from "./compile.ts";
import { isGuarded } from "./guarded-env.ts";
import type { Refusal } from "./refusal.ts";
import { shown, shownList } from "./sanitise.ts";

/**
 * What a rule may ask for beyond the worker itself. Nothing in the snapshot can answer these demands, so a
 * rule that makes one is refused: a demand that is stored and not enforced would be a false promise.
 */
export function checkPolicyGate(rule: CompiledRule): Refusal | null {
  if (!rule.escalation.policy_gate) return null;
  return {
    code: "DENY_POLICY_GATE_UNCONFIGURED",
    details: {},
    because: `${shown(rule.ruleId)} sets escalation.policy_gate.`,
  };
}

export function checkProfiles(rule: CompiledRule): Refusal | null {
  if (rule.profiles.length === 0) return null;
  const profiles = rule.profiles.map((profile) => profile.profile_id);
  return {
    code: "DENY_PROFILE_UNCONFIGURED",
    details: { profiles },
    because: `${shown(rule.ruleId)} recommends ${shownList(profiles)}.`,
  };
}

export function checkCertification(rule: CompiledRule): Refusal | null {
  if (!rule.preconditions.must_be_certified) return null;
  return {
    code: "DENY_CERTIFICATION_REQUIRED",
    details: {},
    because: `${shown(rule.ruleId)} sets preconditions.must_be_certified.`,
  };
}

export function checkAttestation(rule: CompiledRule, env: Env): Refusal | null {
  const { must_be_attested, deny_if_unsigned_artifact_in_prod, deny_if_no_attestation_in_prod } =
    rule.preconditions;
  const guarded = isGuarded(env);
  const demand = must_be_attested
    ? "must_be_attested"
    : guarded && deny_if_no_attestation_in_prod
      ? "deny_if_no_attestation_in_prod"
      : guarded && deny_if_unsigned_artifact_in_prod
        ? "deny_if_unsigned_artifact_in_prod"
        : null;
  if (demand === null) return null;
  return {
    code: "DENY_ATTESTATION_UNCONFIGURED",
    details: { precondition: demand },
    because: `${shown(rule.ruleId)} sets preconditions.${demand}.`,
  };
}

export function checkApproval(rule: CompiledRule): Refusal | null {
  const { human_required_default, human_required_if, msavx_step_up } = rule.escalation;
  const asks: string[] = [];
  if (human_required_default) asks.push("human_required_default");
  if (human_required_if.length > 0) asks.push("human_required_if");
  if (msavx_step_up) asks.push("msavx_step_up");
  if (asks.length === 0) return null;
  return {
    code: "DENY_REQUIRES_HUMAN_APPROVAL",
    details: { supervisor_required: true },
    because: `${shown(rule.ruleId)} sets ${asks.map((name) => `escalation.${name}`).join(", ")}.`,
  };
}
