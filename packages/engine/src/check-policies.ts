import type { PolicyVerdict } from "@guildhall/protocol";
import { applyPolicies } from "./apply-policy.ts";
import { type Asked, gatekeeper } from "./check-human.ts";
import type { CompiledRule, Program } from "./compile.ts";
import { ExpressionError } from "./expression.ts";
import type { Floors } from "./floors.ts";
import type { Activation } from "./policy-facts.ts";
import type { Refusal } from "./refusal.ts";
import { shown, shownList } from "./sanitise.ts";

export interface PolicyCheck {
  /** What the policies that spoke said, strongest first. */
  readonly verdicts: PolicyVerdict[];
  readonly asked: Asked | null;
  readonly refusal: Refusal | null;
}

const SILENT: PolicyCheck = { verdicts: [], asked: null, refusal: null };

/**
 * Asks every policy of the bundle. DENY wins over REQUIRE_HUMAN over ALLOW; where nobody speaks the request goes on,
 * unless the rule asks the gate: then some policy has to allow it.
 * @param activations what the expressions see, made when the first of them is asked
 */
export function checkPolicies(
  program: Program,
  rule: CompiledRule,
  floors: Floors,
  activations: () => readonly Activation[],
): PolicyCheck {
  const { policies } = program;
  const missing = floors.policies.filter((id) => !policies.some(({ policyId }) => policyId === id));
  if (missing.length > 0)
    return refused("DENY_POLICY_GATE_UNCONFIGURED", `A profile demands ${shownList(missing)}.`, []);
  if (policies.length === 0) {
    if (!rule.escalation.policy_gate) return SILENT;
    return refused("DENY_POLICY_GATE_UNCONFIGURED", `${shown(rule.ruleId)} sets escalation.policy_gate.`, []);
  }
  const { effect, isSilent, verdicts, human, failed } = applyPolicies(policies, activations());
  if (failed !== null) return refused("DENY_POLICY_ERROR", `${failed} failed.`, verdicts, [failed]);
  if (effect !== "DENY" && isSilent && rule.escalation.policy_gate)
    return refused("DENY_POLICY_GATE", unanswered(rule, verdicts), verdicts);
  switch (effect) {
    case "DENY": {
      const denying = verdicts.filter((verdict) => verdict.effect === "DENY");
      const ids = denying.map(({ policy_id }) => policy_id);
      const first = denying[0] as PolicyVerdict;
      return refused("DENY_POLICY_GATE", `${first.policy_id}: ${shown(first.reason)}`, verdicts, ids);
    }
    case "REQUIRE_HUMAN":
      return { verdicts, asked: human, refusal: null };
    case "ALLOW":
      return { verdicts, asked: null, refusal: null };
    case "NONE":
      return SILENT;
  }
}

function unanswered({ ruleId }: CompiledRule, verdicts: readonly PolicyVerdict[]): string {
  const claim = verdicts.length === 0 ? "" : " without the blast score that is claimed";
  return `${shown(ruleId)} asks the gate and no policy allows it${claim}.`;
}

/** The rule's own conditions for a human. One that fails denies, as a policy's does. */
export function checkConditions(
  rule: CompiledRule,
  activations: () => readonly Activation[],
): Omit<PolicyCheck, "verdicts"> {
  if (rule.humanIf.length === 0) return SILENT;
  const seen = activations();
  let asks = false;
  try {
    for (const condition of rule.humanIf)
      for (const activation of seen) if (condition.holds(activation)) asks = true;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return {
      asked: null,
      refusal: {
        code: "DENY_POLICY_ERROR",
        details: {},
        because: `A condition of ${shown(rule.ruleId)} failed.`,
      },
    };
  }
  return { asked: asks ? gatekeeper("human_required_if") : null, refusal: null };
}

function refused(
  code: Refusal["code"],
  because: string,
  verdicts: PolicyVerdict[],
  policies?: string[],
): PolicyCheck {
  return { verdicts, asked: null, refusal: { code, details: policies ? { policies } : {}, because } };
}
