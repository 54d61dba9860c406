import type { PolicyProblem } from "./apply-policy.ts";

/** One thing wrong with a rule bundle, for its author. */
export interface BundleProblem {
  /** Of the rule or the policy; null where the problem lies outside of both, or where it has no id that can be read. */
  readonly rule_id: string | null;
  /** Inside the rule or policy, like `match.env.in[0]`; inside the document where the id is null. */
  readonly path: string;
  /** What should stand there. */
  readonly expected: string;
}

/** A bundle that has the right form and cannot be decided with: an expression of it does not compile. */
export class BundleError extends Error {
  override readonly name = "BundleError";
  readonly code = "BUNDLE_EXPRESSION";
  readonly problems: readonly BundleProblem[];

  constructor(problems: readonly BundleProblem[]) {
    super(`${problems.length} of the bundle's expressions do not compile`);
    this.problems = problems;
  }
}

/** A policy's problem, told like any other of its bundle. */
export function policyProblem({ policy_id, path, expected }: PolicyProblem): BundleProblem {
  return { rule_id: policy_id, path, expected };
}
