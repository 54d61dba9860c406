import type { ReadReceipt } from "@guildhall/attestation/verify";
import { RouteInput, type StrictJson } from "@guildhall/protocol";
import { isObject, type JsonObject } from "./transport.ts";
import { differs, type Genuine, mustAgree, objectIn } from "./verify-answer.ts";

/**
 * A genuine receipt proves nothing about an answer that says something else, nor about a question that was
 * never asked. Both are compared here, field by field.
 */

/** Refuses an answer that does not say what its receipt seals. */
export function checkAnswer(answer: JsonObject, genuine: Genuine): void {
  const { receipt } = genuine;
  mustAgree(genuine, "kind", "decision", receipt.kind);
  const decision = objectIn(genuine, receipt, "decision");
  const selected = nullable(genuine, decision, "selected");
  const deny = nullable(genuine, decision, "deny");
  const { policy_decision: outcome } = receipt;
  mustAgree(genuine, "decision.outcome", decision.outcome, outcome);

  const sealed = {
    decision_id: receipt.receipt_id,
    capability_id: receipt.capability_id,
    correlation_id: receipt.correlation_id,
    tenant_id: receipt.tenant_id,
    selected_worker_id: receipt.worker_id,
    selected_worker_species_id: selected?.worker_species_id,
    matched_rule_id: decision.matched_rule_id,
  };
  for (const [field, value] of Object.entries(sealed)) mustAgree(genuine, field, answer[field], value);
  mustAgree(genuine, "selected", selected?.worker_id, receipt.worker_id);
  checkOutcome(answer, genuine, outcome, deny);

  // Not every Hall writes these; where they stand they must be true.
  const optional = {
    worker_id: receipt.worker_id,
    deny_code: deny?.code,
    blast_score: nullable(genuine, decision, "blast")?.score,
    privilege_envelope_ok: decision.privilege_envelope_ok,
    required_controls_effective: decision.required_controls,
    controls_applied: decision.controls_verified,
    policy_version: decision.policy_version,
    dry_run: decision.dry_run,
  };
  for (const [field, value] of Object.entries(optional))
    if (answer[field] !== undefined) mustAgree(genuine, field, answer[field], value);
}

const OUTCOMES: { [outcome: string]: string } = { ALLOW: "DISPATCH", DENY: "DENY", HOLD: "STEWARD_HOLD" };

/** The words that callers act on: may it run, and if not, why. */
function checkOutcome(
  answer: JsonObject,
  genuine: Genuine,
  outcome: StrictJson | undefined,
  deny: JsonObject | null,
): void {
  if (typeof outcome !== "string" || !Object.hasOwn(OUTCOMES, outcome))
    throw differs(genuine.checks, "policy_decision", outcome, "ALLOW, DENY or HOLD");
  // In `spec` mode a hold is not called denied; it must then say that a human is awaited (contract 3.5).
  const isOpenHold = outcome === "HOLD" && answer.denied === false && answer.supervisor_required === true;
  if (!isOpenHold) mustAgree(genuine, "denied", answer.denied, outcome !== "ALLOW");
  if (typeof answer.outcome === "string") mustAgree(genuine, "outcome", answer.outcome, OUTCOMES[outcome]);

  const reason = answer.deny_reason_if_denied ?? null;
  if (reason !== null && !isObject(reason))
    throw differs(genuine.checks, "deny_reason_if_denied", reason, deny);
  mustAgree(genuine, "deny_reason_if_denied.code", reason?.code, deny?.code);
  mustAgree(genuine, "deny_reason_if_denied.message", reason?.message, deny?.message);
}

/**
 * Refuses a receipt of another question. What a denial leaves out (a request that breaks its schema is not
 * repeated in the receipt) is let pass; an ALLOW or a HOLD names everything.
 */
export function checkQuestion(asked: JsonObject, genuine: Genuine): void {
  const { receipt } = genuine;
  const isDenial = receipt.policy_decision === "DENY";
  const inputs = objectIn(genuine, objectIn(genuine, receipt, "decision"), "inputs");
  const agree = (field: string, wanted: StrictJson, recorded: StrictJson | undefined) => {
    if (recorded !== undefined || !isDenial) mustAgree(genuine, field, wanted, recorded);
  };

  const read = RouteInput.safeParse(asked);
  // What the Hall could not read it cannot have allowed.
  if (!read.success) {
    mustAgree(genuine, "policy_decision", "DENY", receipt.policy_decision);
    return;
  }
  const input = read.data;
  const wanted: JsonObject = {
    blast_score: input.blast_score ?? null,
    capability_id: input.capability_id,
    correlation_id: input.correlation_id,
    data_label: input.data_label,
    dry_run: input.dry_run,
    env: input.env,
    policy_version: input.policy_version,
    qos_class: input.qos_class,
    request_facts: ["egress", "external_call", "mutates_state", "writes"].filter(
      (name) => input.request[name],
    ),
    tenant_credential_present: typeof input.tenant_credential === "string",
    tenant_id: input.tenant_id,
    tenant_risk: input.tenant_risk,
  };
  for (const [field, value] of Object.entries(wanted)) agree(`inputs.${field}`, value, inputs[field]);
  for (const field of ["capability_id", "correlation_id", "tenant_id"] as const)
    agree(field, input[field] || null, isDenial ? (receipt[field] ?? undefined) : receipt[field]);
}

/**
 * Refuses a genuine receipt of the past. The log only grows: whoever has seen `treeSize` leaves of it and
 * then asks gets a leaf behind those. Needs no clock; a repeat under an idempotency key is exempt.
 */
export function checkIsNew(genuine: Genuine, treeSizeSeen: number): void {
  const { leaf_index: leafIndex } = genuine.receipt;
  if (leafIndex < treeSizeSeen)
    throw differs(genuine.checks, "receipt.leaf_index", leafIndex, `${treeSizeSeen} or later`);
}

/** Refuses an answer of a route whose receipt starts work. */
export function checkStartsNothing(genuine: Genuine): void {
  mustAgree(genuine, "receipt.dispatched_at", null, genuine.receipt.dispatched_at);
}

function nullable(genuine: Genuine, body: JsonObject | ReadReceipt, field: string): JsonObject | null {
  return body[field] === null ? null : objectIn(genuine, body, field);
}
