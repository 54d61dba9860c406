import {
  type ActBody,
  type ArtifactHash,
  type DecisionBody,
  type Instant,
  instant,
  type OutcomeBody,
  type ReceiptId,
  type SequencedField,
  SPEC_VERSION,
  type TenantId,
} from "@guildhall/protocol";

/** Valid bodies as they are before sequencing. Equal numbers give equal bodies, so vectors stay as they are. */

export const SAMPLE_HALL = "hall.example.org/log";
export const SAMPLE_CHAIN = "5f0c7c1e-6d0b-4b57-9a3e-1b0c8f3f7a10" as TenantId;

export type UnsequencedDecision = Omit<DecisionBody, SequencedField>;
export type UnsequencedOutcome = Omit<OutcomeBody, SequencedField>;
export type UnsequencedAct = Omit<ActBody, SequencedField>;

/** An ALLOW that dispatches one worker. */
export function sampleDecision(number = 0, changes: Partial<UnsequencedDecision> = {}): UnsequencedDecision {
  const decidedAt = sampleTime(number);
  return {
    ...envelope(number),
    kind: "decision",
    tenant_id: "tenant-1",
    correlation_id: `corr-${number}`,
    capability_id: "cap.doc.summarize",
    worker_id: "org.acme.summarizer.i-1",
    policy_decision: "ALLOW",
    controls_verified: ["ctrl.obs.audit-log-append-only", "ctrl.sandbox.no-egress-default-deny"],
    worker_attestation_checked: true,
    worker_attestation_valid: true,
    artifact_hash: sampleHash(number, "a"),
    dispatched_at: decidedAt,
    start_by: sampleTime(number, 5000),
    decision: {
      outcome: "ALLOW",
      deny: null,
      matched_rule_id: "rr_doc_summarize",
      selected: {
        worker_id: "org.acme.summarizer.i-1",
        worker_species_id: "wrk.doc.summarizer",
        worker_record_hash: sampleHash(1, "b"),
        transport_digest: sampleHash(1, "c"),
      },
      candidates: [
        {
          worker_species_id: "wrk.doc.summarizer",
          worker_id: "org.acme.summarizer.i-1",
          score_hint: "0.9",
          requires_controls_minimum: ["ctrl.obs.audit-log-append-only"],
          skip_reason: null,
        },
        {
          worker_species_id: "wrk.doc.reader",
          worker_id: null,
          score_hint: 1,
          requires_controls_minimum: [],
          skip_reason: "already_selected",
        },
      ],
      required_controls: ["ctrl.obs.audit-log-append-only"],
      controls_verified: ["ctrl.obs.audit-log-append-only", "ctrl.sandbox.no-egress-default-deny"],
      recommended_profiles: [{ profile_id: "prof.prod.strict", score: "0.75" }],
      escalation: {
        policy_gate: true,
        msavx_step_up: false,
        human_required_default: false,
        human_required_if: [],
        rationale: "Résumé “façon” 要約",
      },
      preconditions: {
        must_have_correlation_id: true,
        must_attach_policy_version: true,
        must_record_artifact_hash_if_executes: true,
        deny_if_missing_required_controls: true,
        deny_if_unsigned_artifact_in_prod: false,
        deny_if_no_attestation_in_prod: false,
        must_be_certified: false,
        must_be_attested: true,
      },
      blast: {
        score: 12,
        limit: 70,
        gate_passed: true,
        heuristic: 12,
        caller: null,
        dimensions: 8,
        chain: 0,
        dimension_sum: 2,
      },
      privilege_envelope_ok: true,
      policy_version: "policy.v0",
      dry_run: false,
      inputs: { env: "prod", data_label: "INTERNAL", tenant_risk: "low", qos_class: "P2", quota_left: 41 },
      steps: [
        "input",
        { step: "rule", mark: "passed", seen: "rr_doc_summarize" },
        { step: "worker", mark: "passed", seen: "org.acme.summarizer.i-1" },
        { step: "blast", mark: "passed", seen: 12, limit: 70 },
        "policy",
      ],
    },
    ...changes,
  };
}

/** The end of the work that `sampleDecision(number - 1)` started. */
export function sampleOutcome(number = 1, changes: Partial<UnsequencedOutcome> = {}): UnsequencedOutcome {
  return {
    ...envelope(number),
    kind: "outcome",
    decision_id: sampleReceiptId(number - 1),
    worker_id: "org.acme.summarizer.i-1",
    status: "succeeded",
    reason: null,
    attempts: 1,
    started_at: sampleTime(number - 1, 20),
    ended_at: sampleTime(number),
    result_hash: sampleHash(number, "d"),
    ...changes,
  };
}

/** An act of administration: a key was created. */
export function sampleAct(number = 0, changes: Partial<UnsequencedAct> = {}): UnsequencedAct {
  return {
    ...envelope(number),
    actor: { kind: "person", id: "person-7" },
    kind: "key",
    action: "created",
    subject: `key-${number}`,
    details: { name: "ci", scopes: ["dispatch"], expires_in_days: 90 },
    ...changes,
  };
}

export function sampleReceiptId(number: number): ReceiptId {
  return `0193512f-4c00-7000-8000-${number.toString(16).padStart(12, "0")}` as ReceiptId;
}

/** One second for each number. */
export function sampleTime(number: number, offsetMs = 0): Instant {
  return instant(Date.UTC(2026, 10, 23, 16) + number * 1000 + offsetMs);
}

function envelope(number: number) {
  return {
    actor: { kind: "key" as const, id: "key-1" },
    chain: SAMPLE_CHAIN,
    decided_at: sampleTime(number),
    hall: SAMPLE_HALL,
    receipt_id: sampleReceiptId(number),
    salt: number.toString(16).padStart(32, "5a17"),
    signing_key_id: "0000000000000000",
    spec_version: SPEC_VERSION,
  } as const;
}

function sampleHash(number: number, filler: string): ArtifactHash {
  return `sha256:${number.toString(16).padStart(64, filler)}` as ArtifactHash;
}
