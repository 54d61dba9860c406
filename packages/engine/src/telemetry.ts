import type { Decision, Instant, StepName } from "@guildhall/protocol";
import { sanitise } from "./sanitise.ts";

/** One event as monitors read it: contract 5.1's ids verbatim, every string sanitised. */
export interface TelemetryEvent {
  event_id: string;
  [field: string]: string | number | boolean | null;
}

/**
 * The events of one decision, in contract 5.1's order. On a denial only what really happened before it is
 * told, and `evt.os.task.routed` never is: monitors count it as work that started.
 */
export function telemetryOf(
  decision: Decision,
  { decisionId, timestamp }: { decisionId: string; timestamp: Instant },
): TelemetryEvent[] {
  const { inputs, blast, selected } = decision;
  const correlation_id = text(inputs.correlation_id);
  const tenant_id = text(inputs.tenant_id);
  const capability_id = text(inputs.capability_id);
  const env = text(inputs.env);
  const worker_species_id = selected === null ? null : sanitise(selected.worker_species_id);
  const policy_version = sanitise(decision.policy_version);
  const matched_rule_id = sanitise(decision.matched_rule_id);
  const who = { timestamp, correlation_id, tenant_id };
  const where = { env, data_label: text(inputs.data_label), policy_version };
  const events: TelemetryEvent[] = [];

  if (blast !== null)
    events.push({
      event_id: "evt.gov.blast_scored",
      ...who,
      ...where,
      blast_score: blast.score,
      decision: blast.gate_passed ? "ALLOW" : "REQUIRE_HUMAN",
    });
  if (decision.privilege_envelope_ok !== null)
    events.push({
      event_id: "evt.gov.privilege_envelope.checked",
      ...who,
      worker_species_id,
      ...where,
      decision: decision.privilege_envelope_ok ? "ALLOW" : "DENY",
    });
  // A decision names its attestation where there is one: then nothing was skipped.
  if (passed(decision, "attestation") && !decision.attestation && (env === "prod" || env === "edge"))
    events.push({
      event_id: "evt.os.worker.attestation_skipped",
      correlation_id,
      worker_species_id,
      env,
      reason: "attestation_not_required",
      severity: "warn",
    });
  if (decision.outcome === "ALLOW")
    events.push({
      event_id: "evt.os.task.routed",
      ...who,
      task_id: "task_default",
      capability_id,
      matched_rule_id,
      selected_worker_species_id: worker_species_id,
      policy_version,
      qos_class: text(inputs.qos_class),
    });
  if (selected !== null)
    events.push({
      event_id: "evt.os.worker.selected",
      ...who,
      capability_id,
      selected_worker_species_id: worker_species_id,
      reason: "first_available_candidate",
    });
  if (passed(decision, "policy"))
    events.push({
      event_id: "evt.os.policy.gated",
      ...who,
      capability_id,
      decision: "ALLOW",
      policy_version,
      reason: decision.escalation.policy_gate ? "policy_gate_allow" : "no_gate_required",
    });
  if (decision.deny !== null)
    events.push({
      event_id: "evt.os.task.denied",
      ...who,
      capability_id,
      deny_code: decision.deny.code,
      deny_message: sanitise(decision.deny.message),
      matched_rule_id,
    });

  const decision_id = sanitise(decisionId);
  for (const event of events) {
    event.decision_id = decision_id;
    if (decision.dry_run) event.dry_run = true;
  }
  return events;
}

/** Passed with nothing to show, as the steps asked for here do. */
function passed(decision: Decision, name: StepName): boolean {
  return decision.steps.includes(name);
}

function text(value: unknown): string {
  return typeof value === "string" ? sanitise(value) : "";
}
