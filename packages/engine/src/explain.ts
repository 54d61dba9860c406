import {
  DENY_CODES,
  type Decision,
  type Step,
  type StepMark,
  type StepName,
  stepsOf,
} from "@guildhall/protocol";
import { sanitise, shown } from "./sanitise.ts";

/** A step of the rail, as the console, the terminal and `hall explain` show it. */
export interface ExplainedStep {
  step: StepName;
  mark: StepMark;
  seen?: string | number;
  limit?: string | number;
  sentence: string;
}

/** Reads a decision back as one plain sentence for each step. Works on any stored decision. */
export function explain(decision: Decision): ExplainedStep[] {
  return stepsOf(decision).map((step) => {
    const explained: ExplainedStep = {
      step: step.step,
      mark: step.mark,
      sentence: sentenceOf(step, decision),
    };
    const seen = seenAt(step, decision);
    if (seen !== null) explained.seen = seen;
    if (step.limit !== undefined) explained.limit = step.limit;
    return explained;
  });
}

function sentenceOf(step: Step, decision: Decision): string {
  switch (step.mark) {
    case "passed":
      return passed(step, decision);
    case "failed":
      return `Denied: ${whatStopped(decision)}`;
    case "held":
      return `Held: ${whatStopped(decision)}`;
    case "skipped":
      return "Not reached.";
  }
}

function whatStopped({ deny }: Decision): string {
  return deny === null
    ? "the decision names no reason."
    : `${sanitise(deny.message)} ${DENY_CODES[deny.code].remedy}`;
}

function passed(step: Step, decision: Decision): string {
  const env = text(decision.inputs.env);
  switch (step.step) {
    case "input":
      return "The request follows RouteInput.";
    case "snapshot":
      return `The view of the Hall was ${step.seen} ms old; the limit is ${step.limit} ms.`;
    case "tenant":
      return "The tenant is active.";
    case "signatory":
      return `${text(decision.inputs.tenant_id)} is an identity of this key.`;
    case "correlation":
      return `The work can be followed as ${text(decision.inputs.correlation_id)}.`;
    case "shadow":
      return "No shadowed rule stands in the way.";
    case "rule":
      return `${shown(decision.matched_rule_id)} is the first rule that matches.`;
    case "worker":
      return workerSentence(decision);
    case "blast":
      return step.limit === undefined
        ? `The blast score is ${step.seen} of 100; ${env} has no gate.`
        : `The blast score is ${step.seen} of 100, under the gate of ${step.limit}.`;
    case "policy":
      return "The rule does not ask the policy gate.";
    case "profile":
      return "The rule asks for no profile.";
    case "certification":
      return "The rule asks for no certification.";
    case "attestation":
      return `The rule asks for no attestation in ${env}.`;
    case "privilege":
      return decision.privilege_envelope_ok === null
        ? "No privilege envelope is needed here."
        : `The worker's privilege envelope stays within what ${env} allows.`;
    case "approval":
      return "The rule asks for no human.";
  }
}

function workerSentence({ selected, controls_verified, candidates }: Decision): string {
  if (selected === null) return "A worker was selected.";
  const name = shown(selected.worker_id);
  const above = candidates.findIndex((candidate) => candidate.skip_reason === null);
  const passedOver = above > 0 ? ` Passed over above it: ${counted(above, "candidate")}.` : "";
  const controls =
    controls_verified.length === 0
      ? "no control is required of it"
      : `it implements what is required of it, ${counted(controls_verified.length, "control")}`;
  return `${name} serves the capability and is available; ${controls}.${passedOver}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What the step looked at, where the decision says it elsewhere and the step itself stays short. */
function seenAt(step: Step, decision: Decision): string | number | null {
  if (step.mark === "skipped") return null;
  if (step.seen !== undefined) return typeof step.seen === "string" ? shown(step.seen) : step.seen;
  switch (step.step) {
    case "signatory":
      return text(decision.inputs.tenant_id) || null;
    case "correlation":
      return text(decision.inputs.correlation_id) || null;
    case "rule":
      return shown(decision.matched_rule_id);
    case "worker":
      return decision.selected === null ? null : shown(decision.selected.worker_id);
    default:
      return null;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? shown(value) : "";
}
