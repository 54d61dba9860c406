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
    const limit = step.step === "snapshot" ? figure(decision.inputs.snapshot_max_age_ms) : step.limit;
    if (limit !== undefined && step.mark !== "skipped") explained.limit = limit;
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
      return heldSentence(step, decision);
    case "skipped":
      return "Not reached.";
  }
}

function whatStopped({ deny }: Decision): string {
  return deny === null
    ? "the decision names no reason."
    : `${sanitise(deny.message)} ${DENY_CODES[deny.code].remedy}`;
}

/** A step that asked for a human; the last one tells what is awaited. */
function heldSentence(step: Step, decision: Decision): string {
  const { human, blast } = decision;
  switch (step.step) {
    case "blast":
      return blast === null
        ? "A human is asked for."
        : `A human is asked for: the blast score is ${blast.score} of 100, the gate is ${blast.limit ?? "not set"}, the worker's dimensions add up to ${blast.dimension_sum}.`;
    case "policy":
      return `A human is asked for: ${policySentence(decision)}`;
    default:
      return human === undefined
        ? `Held: ${whatStopped(decision)}`
        : `Held for ${human.quorum === 1 ? "a person" : `${human.quorum} people`} (${human.level}): ${whatStopped(decision)}`;
  }
}

function policySentence({ policies }: Decision): string {
  if (policies === undefined || policies.length === 0) return "No policy speaks about this request.";
  return policies
    .map(({ policy_id, effect, reason }) => `${shown(policy_id)} says ${effect}: ${shown(reason)}`)
    .join(" ");
}

function passed(step: Step, decision: Decision): string {
  const env = text(decision.inputs.env);
  switch (step.step) {
    case "input":
      return "The request follows RouteInput.";
    case "snapshot":
      return `The view of the Hall was ${decision.inputs.snapshot_age_ms} ms old; the limit is ${decision.inputs.snapshot_max_age_ms} ms.`;
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
    case "profile":
      return decision.profiles === undefined
        ? "No profile stands over this request."
        : `The floors of ${decision.profiles.map(({ profile_id }) => shown(profile_id)).join(", ")} hold here.`;
    case "agreement":
      return decision.agreement === undefined
        ? "No agreement is required."
        : `${shown(decision.agreement.agreement_id)}, version ${decision.agreement.version}, is in force and covers it.`;
    case "policy":
      return policySentence(decision);
    case "certification":
      return decision.certification === undefined
        ? "No certification is required."
        : `${shown(decision.certification.certificate_id)} is valid and covers it.`;
    case "attestation":
      return decision.attestation === undefined
        ? `No attestation is required in ${env}.`
        : registeredCode(decision.attestation.method);
    case "privilege":
      return decision.privilege_envelope_ok === null
        ? "No privilege envelope is needed here."
        : `The worker's privilege envelope stays within what ${env} allows.`;
    case "approval":
      return decision.human === undefined
        ? "No human is asked for."
        : `A human is told of it (${decision.human.level}): ${decision.human.asked_by.map(shown).join(", ")}.`;
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
    case "snapshot":
      return figure(decision.inputs.snapshot_age_ms) ?? null;
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

/** A whole number, or one that travels as text because it is none. */
function figure(value: unknown): number | string | undefined {
  return typeof value === "number" ? value : typeof value === "string" ? shown(value) : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? shown(value) : "";
}

/** What a worker says of itself shows that its key is there, and nothing about what runs. */
function registeredCode(method: string): string {
  return method === "self-reported"
    ? "The worker names the registered code as its own (self-reported); nobody else has looked."
    : `What runs is what was registered (${shown(method)}).`;
}
