import type { DecisionDetail } from "./hall-types.ts";
import { fieldsOf, textOf } from "./json-fields.ts";

/**
 * Where the Hall's words about a decision differ from the receipt that this browser has verified. The page
 * is drawn from the words; so whoever serves them must not be able to say other than what was sealed.
 */
export function disagreements({ summary, steps, sealed }: DecisionDetail): string[] {
  const receipt = sealed.receipt as { [field: string]: unknown };
  const decision = fieldsOf(receipt.decision);
  const inputs = fieldsOf(decision.inputs);
  const facts: [name: string, said: unknown, sealed: unknown][] = [
    ["decision id", summary.decision_id, receipt.receipt_id],
    ["number", summary.seq, receipt.seq],
    ["time", summary.decided_at, receipt.decided_at],
    ["outcome", summary.outcome, decision.outcome],
    ["code", summary.code, fieldsOf(decision.deny).code ?? null],
    ["reason", summary.sentence, fieldsOf(decision.deny).message ?? ""],
    ["capability", summary.capability_id, receipt.capability_id],
    ["worker", summary.worker_id, receipt.worker_id],
    ["environment", summary.env, textOf(inputs.env)],
    ["data label", summary.data_label, textOf(inputs.data_label)],
    ["rule", summary.matched_rule_id, decision.matched_rule_id],
    ["steps", reached(steps), reached(decision.steps)],
  ];
  return facts.filter(([, said, fact]) => said !== fact).map(([name]) => name);
}

/** The steps that were reached and how they went. A body names one that simply passed by its name alone. */
function reached(steps: unknown): string {
  if (!Array.isArray(steps)) return "";
  return steps
    .map((step) => (typeof step === "string" ? { step, mark: "passed" } : fieldsOf(step)))
    .filter(({ mark }) => mark !== "skipped")
    .map(({ step, mark }) => `${step}=${mark}`)
    .join();
}
