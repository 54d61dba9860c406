import { runPolicyTests } from "@guildhall/engine";
import type { Io } from "./command.ts";
import type { Rules } from "./read-rules.ts";

type PolicyTestResult = ReturnType<typeof runPolicyTests>[number];

export interface TestedRules {
  results: readonly PolicyTestResult[];
  /** Ids of policies that no test names and that speak in none. */
  untested: readonly string[];
}

/** Runs the policy tests of a bundle. */
export function testRules({ bundle, program }: Pick<Rules, "bundle" | "program">): TestedRules {
  const { policy_tests: tests } = bundle;
  // A test that passes names none that did not speak, and naming is quicker to see.
  const named = new Set<string>(tests.flatMap(({ expect }) => expect.policies ?? []));
  const untested = program.policies.filter(
    (policy) =>
      !named.has(policy.policyId) && !tests.some((test) => speaks(runPolicyTests([policy], [test]))),
  );
  return {
    results: runPolicyTests(program.policies, tests),
    untested: untested.map(({ policyId }) => policyId),
  };
}

/** @param results of a test that was put to one policy alone */
function speaks([result]: readonly PolicyTestResult[]): boolean {
  return result !== undefined && result.got !== "NONE";
}

/** `; 2 policies have no test`, or nothing where each has one. */
export function withoutTest({ untested }: Pick<TestedRules, "untested">): string {
  const count = untested.length;
  return count === 0 ? "" : `; ${count === 1 ? "1 policy has" : `${count} policies have`} no test`;
}

/** Each test with its mark; what a failing one expected and what it got. */
export function printTests({ results }: Pick<TestedRules, "results">, { out }: Pick<Io, "out">): void {
  for (const { name, passed, expected, got } of results) {
    out.row(passed ? "passed" : "failed", name, passed ? got : "");
    if (passed) continue;
    out.line(`    expected  ${expected}`);
    out.line(`    got       ${got}`);
  }
}
