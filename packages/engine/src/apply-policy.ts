import { type Policy, type PolicyVerdict, SUPERVISOR_LEVELS } from "@guildhall/protocol";
import type { Asked } from "./check-human.ts";
import { expressionExpected } from "./compile-conditions.ts";
import { compileExpression, type Expression, ExpressionError } from "./expression.ts";
import { freeze } from "./freeze.ts";
import type { Activation } from "./policy-facts.ts";

/** A policy ready to be asked. */
export interface CompiledPolicy {
  readonly policyId: string;
  readonly expression: Pick<Expression, "steps" | "holds">;
  /** What it says where its expression holds. */
  readonly verdict: PolicyVerdict;
  /** Of REQUIRE_HUMAN alone. */
  readonly asks: Asked | null;
}

export interface PolicyProblem {
  readonly policy_id: string;
  /** Inside the policy. */
  readonly path: string;
  readonly expected: string;
}

export interface PolicyAnswer {
  /** The strongest thing that was said. DENY where a policy failed. */
  readonly effect: PolicyVerdict["effect"] | "NONE";
  /** In one way of seeing the facts nobody spoke. */
  readonly isSilent: boolean;
  /** Of the policies that spoke, strongest first, then by id. */
  readonly verdicts: PolicyVerdict[];
  /** The strongest level and the highest quorum that were asked for; null where nobody asked. */
  readonly human: Asked | null;
  /** The first by id of the policies that failed on these facts, and why. */
  readonly failed: string | null;
  readonly failure: string | null;
}

/** About 200 ms on the largest worker there can be, 1 ms on a usual one: every policy is asked on every request, and while they are asked nothing else runs. */
export const POLICIES_STEPS_MAX = 20_000_000;

/**
 * Makes policies ready to be asked. One that does not compile is told in `problems`, and fails whenever it is
 * asked, so that nobody goes on without it.
 * @param policies each id once
 */
export function compilePolicies(policies: readonly Policy[]): {
  policies: CompiledPolicy[];
  problems: PolicyProblem[];
} {
  const problems: PolicyProblem[] = [];
  const compiled = policies.map((policy): CompiledPolicy => {
    const { policy_id, effect, reason, when } = policy;
    const read = compileExpression(when);
    if (!read.ok) problems.push({ policy_id, path: "when", expected: expressionExpected(read) });
    return freeze({
      policyId: policy_id,
      expression: read.ok ? read.expression : UNREADABLE,
      verdict: freeze({ policy_id, effect, reason }),
      asks: effect === "REQUIRE_HUMAN" ? askedBy(policy) : null,
    });
  });
  problems.push(...checkSteps(compiled));
  return { policies: compiled, problems };
}

const UNREADABLE: CompiledPolicy["expression"] = {
  steps: 0,
  holds() {
    throw new ExpressionError("it does not compile");
  },
};

function askedBy({ policy_id, supervisor_level = "gatekeeper", quorum = 1 }: Policy): Asked {
  return freeze({ level: supervisor_level, quorum, asked_by: [policy_id] });
}

/** All of them are asked, so it is all of them that have to be quick. The slowest is named, of equals the first. */
function checkSteps(policies: readonly CompiledPolicy[]): PolicyProblem[] {
  const steps = policies.reduce((sum, { expression }) => sum + expression.steps, 0);
  if (steps <= POLICIES_STEPS_MAX) return [];
  const slowest = policies.reduce((a, b) => (b.expression.steps > a.expression.steps ? b : a));
  const expected =
    `an expression of fewer steps: this one may take ${slowest.expression.steps}, more than any other, ` +
    `and all policies together ${steps}, where ${POLICIES_STEPS_MAX} are allowed`;
  return [{ policy_id: slowest.policyId, path: "when", expected }];
}

/**
 * Asks every policy, also after one has denied or failed: so their order changes nothing. Where the facts can be seen in two
 * ways, with what the caller claims and without, a policy allows only if it does so both times, and anything else by either.
 */
export function applyPolicies(
  policies: readonly CompiledPolicy[],
  activations: readonly Activation[],
): PolicyAnswer {
  const said: Record<PolicyVerdict["effect"], CompiledPolicy[]> = { DENY: [], REQUIRE_HUMAN: [], ALLOW: [] };
  const heard = new Set<Activation>();
  let first: { policyId: string; failure: string } | null = null;
  for (const policy of policies) {
    try {
      const holding = activations.filter((activation) => policy.expression.holds(activation));
      for (const activation of holding) heard.add(activation);
      const { effect } = policy.verdict;
      const needed = effect === "ALLOW" ? activations.length : 1;
      if (holding.length >= needed) said[effect].push(policy);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const { policyId } = policy;
      if (first === null || policyId < first.policyId) first = { policyId, failure: error.message };
    }
  }
  const spoke = [said.DENY, said.REQUIRE_HUMAN, said.ALLOW].flatMap((group) => group.sort(byId));
  return {
    effect: first === null ? (spoke[0]?.verdict.effect ?? "NONE") : "DENY",
    isSilent: heard.size < activations.length,
    verdicts: spoke.map(({ verdict }) => verdict),
    human: strongest(said.REQUIRE_HUMAN),
    failed: first?.policyId ?? null,
    failure: first?.failure ?? null,
  };
}

function byId(a: CompiledPolicy, b: CompiledPolicy): number {
  return a.policyId < b.policyId ? -1 : 1;
}

function strongest(asking: readonly CompiledPolicy[]): Asked | null {
  const asked = asking.map(({ asks }) => asks as Asked);
  if (asked.length === 0) return null;
  const rank = Math.max(...asked.map(({ level }) => SUPERVISOR_LEVELS.indexOf(level)));
  return {
    level: SUPERVISOR_LEVELS[rank] as Asked["level"],
    quorum: Math.max(...asked.map(({ quorum }) => quorum)),
    asked_by: asked.flatMap(({ asked_by }) => asked_by),
  };
}
