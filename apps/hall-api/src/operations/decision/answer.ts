import { hash } from "node:crypto";
import { telemetryOf } from "@guildhall/engine";
import {
  canonicalJson,
  DEFAULT_ESCALATION,
  DEFAULT_PRECONDITIONS,
  type DecisionBody,
  type ReadRouteInput,
  type SealedReceipt,
} from "@guildhall/protocol";
import { z } from "zod";
import type { Sealed } from "../../ledger/entry.ts";
import type { SealedDecision } from "./decide-and-seal.ts";

/**
 * The answer to a route or dispatch: the union of the shapes that WCP's texts and clients read (contract 2.2),
 * with the sealed receipt beside it.
 */
export const RouteAnswer = z.looseObject({
  decision_id: z.uuid(),
  timestamp: z.string(),
  decided_at: z.string(),
  outcome: z.enum(["DISPATCH", "DENY", "STEWARD_HOLD"]),
  denied: z.boolean(),
  deny_reason_if_denied: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
  deny_code: z.string().nullable(),
  correlation_id: z.string().nullable(),
  tenant_id: z.string().nullable(),
  capability_id: z.string().nullable(),
  env: z.string().nullable(),
  data_label: z.string().nullable(),
  tenant_risk: z.string().nullable(),
  qos_class: z.string().nullable(),
  matched_rule_id: z.string(),
  selected_worker_species_id: z.string().nullable(),
  selected_worker_id: z.string().nullable(),
  worker_id: z.string().nullable(),
  candidate_workers_ranked: z.array(z.looseObject({ worker_species_id: z.string() })),
  required_controls_effective: z.array(z.string()),
  controls_applied: z.array(z.string()),
  recommended_profiles_effective: z.array(z.looseObject({ profile_id: z.string() })),
  escalation_effective: z.looseObject({}),
  preconditions_checked: z.looseObject({}),
  artifact_hash: z.string(),
  worker_attestation_checked: z.boolean(),
  worker_attestation_valid: z.boolean().nullable(),
  blast_score: z.int().nullable(),
  blast_gate_passed: z.boolean().nullable(),
  blast_breakdown: z.looseObject({}).nullable(),
  privilege_envelope_ok: z.boolean().nullable(),
  supervisor_required: z.boolean(),
  supervisor_level: z.string().nullable(),
  pending_approval_id: z.string().nullable(),
  approval_expires_at: z.string().nullable(),
  escalation_context: z.looseObject({}).nullable(),
  policy_version: z.string(),
  dry_run: z.boolean(),
  telemetry_envelopes: z.array(z.looseObject({ event_id: z.string() })),
  warnings: z.array(z.string()),
  receipt: z.looseObject({
    receipt_id: z.uuid(),
    receipt_hash: z.string(),
    signature: z.string().nullable(),
  }),
  seal: z.object({ checkpoint: z.string(), inclusion_proof: z.array(z.string()) }),
});
export type RouteAnswer = z.infer<typeof RouteAnswer>;

/**
 * The decision in WCP's words, from the receipt's body and the request that was read.
 * @param mode how a hold looks: `sdk`, denied; `spec`, not denied (ARCHITECTURE 6, REQUIRE_HUMAN)
 */
export function routeAnswer({ body, read, sealed }: SealedDecision, mode: "sdk" | "spec"): RouteAnswer {
  const { decision } = body;
  const { inputs, selected, blast, human } = decision;
  const held = decision.outcome === "HOLD";
  const deny = held && mode === "spec" ? null : decision.deny;
  const details = deny?.details ?? {};
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return {
    decision_id: body.receipt_id,
    timestamp: body.decided_at,
    decided_at: body.decided_at,
    outcome: { ALLOW: "DISPATCH", DENY: "DENY", HOLD: "STEWARD_HOLD" }[
      decision.outcome
    ] as RouteAnswer["outcome"],
    denied: decision.outcome === "DENY" || (held && mode === "sdk"),
    deny_reason_if_denied: deny && { code: deny.code, message: deny.message, ...details },
    deny_code: deny?.code ?? null,
    correlation_id: body.correlation_id,
    tenant_id: body.tenant_id,
    capability_id: body.capability_id,
    env: text(inputs.env),
    data_label: text(inputs.data_label),
    tenant_risk: text(inputs.tenant_risk),
    qos_class: text(inputs.qos_class),
    matched_rule_id: decision.matched_rule_id,
    selected_worker_species_id: selected?.worker_species_id ?? null,
    selected_worker_id: selected?.worker_id ?? null,
    worker_id: selected?.worker_id ?? null,
    candidate_workers_ranked: decision.candidates.map((c) => ({ ...c, score_hint: number(c.score_hint) })),
    required_controls_effective: decision.required_controls,
    controls_applied: decision.controls_verified,
    recommended_profiles_effective: decision.recommended_profiles.map((p) => ({
      ...p,
      score: number(p.score),
    })),
    escalation_effective: { ...DEFAULT_ESCALATION, ...decision.escalation },
    preconditions_checked: { ...DEFAULT_PRECONDITIONS, ...decision.preconditions },
    artifact_hash: inputHash(read),
    worker_attestation_checked: body.worker_attestation_checked,
    worker_attestation_valid: body.worker_attestation_valid,
    blast_score: blast?.score ?? null,
    blast_gate_passed: blast?.gate_passed ?? null,
    blast_breakdown: blast,
    privilege_envelope_ok: decision.privilege_envelope_ok,
    supervisor_required: human !== undefined,
    supervisor_level: human?.level ?? null,
    // The approval is of this very decision, so it bears its id.
    pending_approval_id: body.approval_expires_at ? body.receipt_id : null,
    approval_expires_at: body.approval_expires_at ?? null,
    escalation_context: human
      ? {
          capability_id: body.capability_id,
          blast_score: blast?.score ?? null,
          tenant_risk: text(inputs.tenant_risk),
          data_label: text(inputs.data_label),
          policy_version: decision.policy_version,
        }
      : null,
    policy_version: decision.policy_version,
    dry_run: decision.dry_run,
    telemetry_envelopes: telemetryOf(decision, { decisionId: body.receipt_id, timestamp: body.decided_at }),
    warnings: read.warnings,
    ...receiptAndSeal(sealed),
  };
}

/** Bare hex SHA-256 over the canonical RouteInput as it was read, defaults filled in (contract 6.6). */
function inputHash(read: ReadRouteInput): string {
  const input = read.valid ? read.input : { problems: read.problems };
  return hash("sha256", canonicalJson(input), "hex");
}

/**
 * The same answer as JSON in UTF-8. The receipt is not written again: its canonical bytes are there, and what leaves is
 * then what was hashed. The seal stays ASCII, which costs least to turn into bytes.
 */
export function routeAnswerBytes(answer: RouteAnswer, { sealed }: SealedDecision): Buffer {
  if ("receipt" in sealed) return Buffer.from(JSON.stringify(answer));
  const { receipt: _receipt, seal, ...rest } = answer;
  const { bytes, receiptHash, signature } = sealed;
  const sealText = JSON.stringify(seal).replaceAll("\u2014", "\\u2014");
  const after = `,"receipt_hash":"${receiptHash}","signature":${JSON.stringify(signature)}},"seal":${sealText}}`;
  const before = Buffer.from(JSON.stringify(rest));
  // Without their last braces: what follows belongs inside.
  return Buffer.concat([
    before.subarray(0, -1),
    RECEIPT_KEY,
    bytes.subarray(0, -1),
    Buffer.from(after, "latin1"),
  ]);
}

const RECEIPT_KEY = Buffer.from(',"receipt":');

export function receiptAndSeal(sealed: Sealed | SealedReceipt): {
  receipt: RouteAnswer["receipt"];
  seal: RouteAnswer["seal"];
} {
  if ("receipt" in sealed) return { receipt: sealed.receipt as RouteAnswer["receipt"], seal: sealed.seal };
  const { body, receiptHash, signature, seal } = sealed;
  return {
    receipt: { ...(body as DecisionBody), receipt_hash: receiptHash, signature } as RouteAnswer["receipt"],
    seal,
  };
}

/** A hint travels as a string in hashed bodies, where only whole numbers stand, and as a number here. */
function number(hint: string | number | null): number | null {
  return hint === null ? null : Number(hint);
}
