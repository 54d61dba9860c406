import type { BundleProblem } from "./bundle-error.ts";
import { compileExpression, type Expression } from "./expression.ts";
import { freeze } from "./freeze.ts";

const NONE: readonly Expression[] = freeze([]);

/**
 * A rule's `human_required_if`, compiled; each text once for all rules that share `known`. What does not compile is told
 * in `problems` and left out.
 */
export function compileConditions(
  ruleId: string,
  texts: readonly string[],
  known: Map<string, Expression>,
  problems: BundleProblem[],
): readonly Expression[] {
  if (texts.length === 0) return NONE;
  const compiled: Expression[] = [];
  texts.forEach((text, at) => {
    const shared = known.get(text);
    if (shared !== undefined) {
      compiled.push(shared);
      return;
    }
    const read = compileExpression(text);
    if (read.ok) {
      known.set(text, read.expression);
      compiled.push(read.expression);
    } else
      problems.push({
        rule_id: ruleId,
        path: `decision.escalation.human_required_if[${at}]`,
        expected: expressionExpected(read),
      });
  });
  return freeze(compiled);
}

/** In the words of a `BundleProblem`. */
export function expressionExpected({ problem, at }: { problem: string; at?: number }): string {
  const where = at === undefined ? "" : ` at character ${at + 1}`;
  return `a CEL expression that compiles; this one does not${where}: ${problem}`;
}
