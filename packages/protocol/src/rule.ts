import { z } from "zod";
import { Escalation, Preconditions } from "./decision.ts";
import { CapabilityId, ControlId, ProfileId, RuleId, SpeciesId } from "./ids.ts";
import { DataLabel, Env, QosClass, TenantRisk } from "./request.ts";

/**
 * Routing rules (contract 2.7), strict at load: an unknown key would silently broaden a rule, so it is
 * refused instead. Conditions are exact, `{in: [...]}`, `{eq: v}` or `{any: true}`; a missing one matches all.
 */

function condition<T extends z.ZodType>(value: T) {
  return z.union([
    value,
    z.strictObject({ in: z.array(value).min(1).max(1000) }),
    z.strictObject({ eq: value }),
    z.strictObject({ any: z.literal(true) }),
  ]);
}

export const RuleMatch = z.strictObject({
  capability_id: condition(CapabilityId).optional(),
  env: condition(Env).optional(),
  data_label: condition(DataLabel).optional(),
  tenant_risk: condition(TenantRisk).optional(),
  qos_class: condition(QosClass).optional(),
});
export type RuleMatch = z.infer<typeof RuleMatch>;

export const RuleCandidate = z.strictObject({
  worker_species_id: SpeciesId,
  score_hint: z.number().min(0).max(1).optional(),
  requires_controls_minimum: z.array(ControlId).default([]),
});
export type RuleCandidate = z.infer<typeof RuleCandidate>;

export const RuleDecision = z.strictObject({
  candidate_workers_ranked: z.array(RuleCandidate).max(100),
  required_controls_suggested: z.array(ControlId).default([]),
  recommended_profiles: z
    .array(z.strictObject({ profile_id: ProfileId, score: z.number().min(0).max(1) }))
    .default([]),
  escalation: Escalation.prefault({}),
  preconditions: Preconditions.prefault({}),
});
export type RuleDecision = z.infer<typeof RuleDecision>;

export const Rule = z.strictObject({ rule_id: RuleId, match: RuleMatch, decision: RuleDecision });
export type Rule = z.infer<typeof Rule>;

/** Rules in order: the first that matches is the one. Ids are unique. */
export const RuleBundle = z.strictObject({ rules: z.array(Rule) }).superRefine((bundle, ctx) => {
  const seen = new Set<string>();
  bundle.rules.forEach((rule, at) => {
    if (seen.has(rule.rule_id))
      ctx.addIssue({
        code: "custom",
        path: ["rules", at, "rule_id"],
        message: `${rule.rule_id} stands twice`,
      });
    seen.add(rule.rule_id);
  });
});
export type RuleBundle = z.infer<typeof RuleBundle>;
/** A bundle as people write it, defaults left out. */
export type RuleBundleInput = z.input<typeof RuleBundle>;
