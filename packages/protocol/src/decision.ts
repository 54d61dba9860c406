import { z } from "zod";
import { DenyCode } from "./deny-codes.ts";
import { SupervisorLevel } from "./policy.ts";
import { DataLabel, Env, QosClass, TenantRisk } from "./request.ts";

/**
 * What the engine answers, in the very words that enter the receipt. Hashed bodies hold integers only, so
 * a hint such as 0.9 travels as the string "0.9" here and as a number in the answer to the caller.
 */

/** The steps of the pipeline, in the order in which they run (contract 3, with ARCHITECTURE's choices). */
export const STEPS = [
  "input",
  "snapshot",
  "tenant",
  "signatory",
  "correlation",
  "shadow",
  "rule",
  "profile",
  "agreement",
  "worker",
  "blast",
  "policy",
  "certification",
  "attestation",
  "privilege",
  "approval",
] as const;
export const StepName = z.enum(STEPS);
export type StepName = z.infer<typeof StepName>;

export const StepMark = z.enum(["passed", "failed", "held", "skipped"]);
export type StepMark = z.infer<typeof StepMark>;

/** One step as it went: `seen` is the value it looked at, `limit` what that was held against. */
export const Step = z.strictObject({
  step: StepName,
  mark: StepMark,
  seen: z.union([z.string(), z.int()]).optional(),
  limit: z.union([z.string(), z.int()]).optional(),
});
export type Step = z.infer<typeof Step>;

/** A step as a body keeps it: its name alone where it passed with nothing to show. */
const WrittenStep = z.union([StepName, Step]);

/** Why a candidate was passed over. */
export const SkipReason = z.enum([
  "capability_not_served",
  "env_not_allowed",
  "required_controls_missing",
  "catalog_version_too_low",
  "banned",
  "unavailable",
  "already_selected",
]);
export type SkipReason = z.infer<typeof SkipReason>;

export const Candidate = z.strictObject({
  worker_species_id: z.string(),
  /** Null where no enrolled worker is of this species. */
  worker_id: z.string().nullable(),
  score_hint: z.union([z.string(), z.int()]).nullable(),
  requires_controls_minimum: z.array(z.string()),
  skip_reason: SkipReason.nullable(),
});
export type Candidate = z.infer<typeof Candidate>;

/** From this score on a human decides, in prod and edge (contract 4.1). */
export const BLAST_GATE = 85;

/** Blast in percent, 0-100 (contract 4.4), with every part that entered it. */
export const Blast = z.strictObject({
  score: z.int(),
  /** The gate that applied, or null where none does (dev, stage). */
  limit: z.int().nullable(),
  gate_passed: z.boolean(),
  heuristic: z.int(),
  caller: z.int().nullable(),
  dimensions: z.int(),
  chain: z.int(),
  /** The record's five dimensions added up, 0-25. */
  dimension_sum: z.int(),
});
export type Blast = z.infer<typeof Blast>;

export const Escalation = z.strictObject({
  policy_gate: z.boolean().default(false),
  msavx_step_up: z.boolean().default(false),
  human_required_default: z.boolean().default(false),
  /** CEL expressions, as in policies: a human decides where one of them is true. */
  human_required_if: z.array(z.string().min(1).max(4096)).max(20).default([]),
  rationale: z.string().nullable().default(null),
});
export type Escalation = z.infer<typeof Escalation>;

export const Preconditions = z.strictObject({
  must_have_correlation_id: z.boolean().default(true),
  must_attach_policy_version: z.boolean().default(true),
  must_record_artifact_hash_if_executes: z.boolean().default(true),
  deny_if_missing_required_controls: z.boolean().default(true),
  deny_if_unsigned_artifact_in_prod: z.boolean().default(false),
  deny_if_no_attestation_in_prod: z.boolean().default(false),
  /** Ours: the worker needs a live certification, in every environment. */
  must_be_certified: z.boolean().default(false),
  /** Ours: the worker needs a live attestation, in every environment. */
  must_be_attested: z.boolean().default(false),
});
export type Preconditions = z.infer<typeof Preconditions>;

const AbridgedEscalation = z.strictObject({
  policy_gate: z.boolean().optional(),
  msavx_step_up: z.boolean().optional(),
  human_required_default: z.boolean().optional(),
  human_required_if: z.array(z.string()).optional(),
  rationale: z.string().nullable().optional(),
});
export type AbridgedEscalation = z.infer<typeof AbridgedEscalation>;

const AbridgedPreconditions = z.strictObject(
  Object.fromEntries(
    Object.keys(Preconditions.shape).map((name) => [name, z.boolean().optional()]),
  ) as Record<keyof Preconditions, z.ZodOptional<z.ZodBoolean>>,
);
export type AbridgedPreconditions = z.infer<typeof AbridgedPreconditions>;

/** What a rule says where it says nothing. */
export const DEFAULT_ESCALATION: Escalation = Object.freeze(Escalation.parse({}));
export const DEFAULT_PRECONDITIONS: Preconditions = Object.freeze(Preconditions.parse({}));

/** JSON with whole numbers only: what a hashed body may hold. */
export type IntegerJson = string | number | boolean | null | IntegerJson[] | { [key: string]: IntegerJson };

/** Everything the engine looked at, so that the decision can be derived again (ARCHITECTURE 4.4). */
export const DecisionInputs = z.looseObject({
  env: Env.optional(),
  data_label: DataLabel.optional(),
  tenant_risk: TenantRisk.optional(),
  qos_class: QosClass.optional(),
});
export type DecisionInputs = { [key: string]: IntegerJson };

export const Outcome = z.enum(["ALLOW", "DENY", "HOLD"]);
export type Outcome = z.infer<typeof Outcome>;

/** What a human has to do before this work runs, or is told of it (advisory). */
export const HumanDemand = z.strictObject({
  level: SupervisorLevel,
  /** How many people have to agree. */
  quorum: z.int().min(1),
  /** True where each has to sign in anew for it (`msavx_step_up`). */
  step_up: z.boolean(),
  /** What asked for it: `blast`, `human_required_default`, `human_required_if`, `msavx_step_up`, or a policy's id. */
  asked_by: z.array(z.string()),
});
export type HumanDemand = z.infer<typeof HumanDemand>;

/** What the policies that spoke said, strongest first. */
export const PolicyVerdict = z.strictObject({
  policy_id: z.string(),
  effect: z.enum(["ALLOW", "DENY", "REQUIRE_HUMAN"]),
  reason: z.string(),
});
export type PolicyVerdict = z.infer<typeof PolicyVerdict>;

export const Decision = z.strictObject({
  outcome: Outcome,
  /** Null on ALLOW. `details` are the extras of that code: missing controls, the score, nearest capabilities. */
  deny: z
    .strictObject({ code: DenyCode, message: z.string(), details: z.record(z.string(), z.json()) })
    .nullable(),
  /** A rule's id, `NO_MATCH`, or `PRE_ROUTING` where the request never reached the rules. */
  matched_rule_id: z.string(),
  selected: z
    .strictObject({
      worker_id: z.string(),
      worker_species_id: z.string(),
      worker_record_hash: z.string(),
      /** Digest of the address that will be called; null where none is registered. */
      transport_digest: z.string().nullable(),
    })
    .nullable(),
  candidates: z.array(Candidate),
  required_controls: z.array(z.string()),
  /** The required controls that the selected worker itself implements. */
  controls_verified: z.array(z.string()),
  recommended_profiles: z.array(
    z.strictObject({ profile_id: z.string(), score: z.union([z.string(), z.int()]) }),
  ),
  /** Of the rule, and only where it departs from the defaults: a body is kept for ever. */
  escalation: AbridgedEscalation,
  preconditions: AbridgedPreconditions,
  blast: Blast.nullable(),
  privilege_envelope_ok: z.boolean().nullable(),
  policy_version: z.string(),
  dry_run: z.boolean(),
  /** The profiles whose floors held here. This and the next five stand only where there is something to say. */
  profiles: z.array(z.strictObject({ profile_id: z.string(), digest: z.string() })).optional(),
  agreement: z.strictObject({ agreement_id: z.string(), version: z.int(), digest: z.string() }).optional(),
  policies: z.array(PolicyVerdict).optional(),
  certification: z.strictObject({ certificate_id: z.string(), digest: z.string() }).optional(),
  /** How the code of the selected worker was found to be what was registered. Its hashes never stand here. */
  attestation: z.strictObject({ method: z.string(), valid: z.boolean() }).optional(),
  human: HumanDemand.optional(),
  inputs: DecisionInputs,
  /** The steps that were reached, in their order. A body is kept for ever, so what goes without saying is left out. */
  steps: z.array(WrittenStep),
});
export type Decision = Omit<z.infer<typeof Decision>, "inputs" | "deny"> & {
  deny: { code: DenyCode; message: string; details: { [key: string]: IntegerJson } } | null;
  inputs: DecisionInputs;
};

/** All steps of the pipeline as they went in this decision: what its body does not name was skipped. */
export function stepsOf({ steps }: Pick<Decision, "steps">): Step[] {
  const reached = new Map<StepName, Step>();
  for (const step of steps)
    if (typeof step === "string") reached.set(step, { step, mark: "passed" });
    else reached.set(step.step, step);
  return STEPS.map((step) => reached.get(step) ?? { step, mark: "skipped" });
}
