import { z } from "zod";
import { Escalation, Preconditions } from "./decision.ts";
import { CapabilityPattern, ControlId, ProfileId, RuleId, SpeciesId } from "./ids.ts";
import { Policy, PolicyTest } from "./policy.ts";
import { DataLabel, Env, perEnv, QosClass, TenantRisk } from "./request.ts";

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

/**
 * With four characters left under a prefix there are more names than any bundle can list, so a rule for a prefix always
 * has requests of its own: what shadow analysis says of it is exact.
 */
const PATTERN_MAX = 61;
const RoutedCapability = CapabilityPattern.refine(
  (pattern) => !pattern.endsWith(".*") || pattern.length <= PATTERN_MAX,
  "expected a prefix of at most 61 characters, so that names fit under it",
);

export const RuleMatch = z.strictObject({
  capability_id: condition(RoutedCapability).optional(),
  env: condition(Env).optional(),
  data_label: condition(DataLabel).optional(),
  tenant_risk: condition(TenantRisk).optional(),
  qos_class: condition(QosClass).optional(),
});
export type RuleMatch = z.infer<typeof RuleMatch>;

const CONTROLS_MAX = 1000;

export const RuleCandidate = z.strictObject({
  worker_species_id: SpeciesId,
  score_hint: z.number().min(0).max(1).optional(),
  requires_controls_minimum: z.array(ControlId).max(CONTROLS_MAX).default([]),
  /**
   * Lower is tried first; where it is missing, the candidate's place in the list, from 0. Of equal ranks the higher
   * score, then the species that sorts first.
   */
  rank: z.int().min(0).max(10_000).optional(),
});
export type RuleCandidate = z.infer<typeof RuleCandidate>;

const BlastScore = z.int().min(0).max(100);

export const RuleDecision = z
  .strictObject({
    candidate_workers_ranked: z.array(RuleCandidate).max(100),
    required_controls_suggested: z.array(ControlId).max(CONTROLS_MAX).default([]),
    recommended_profiles: z
      .array(z.strictObject({ profile_id: ProfileId, score: z.number().min(0).max(1) }))
      .max(100)
      .default([]),
    escalation: Escalation.prefault({}),
    preconditions: Preconditions.prefault({}),
    /** Over this blast score the request is denied: one figure, or one for each environment named. */
    max_blast_score: z.union([BlastScore, perEnv(BlastScore)]).optional(),
  })
  .superRefine(({ candidate_workers_ranked }, ctx) => {
    const seen = new Set<string>();
    candidate_workers_ranked.forEach(({ worker_species_id: species }, at) => {
      if (seen.has(species))
        ctx.addIssue({
          code: "custom",
          path: ["candidate_workers_ranked", at, "worker_species_id"],
          message: `expected each species once; ${species} stands twice`,
        });
      seen.add(species);
    });
  });
export type RuleDecision = z.infer<typeof RuleDecision>;

export const Rule = z.strictObject({ rule_id: RuleId, match: RuleMatch, decision: RuleDecision });
export type Rule = z.infer<typeof Rule>;

/** Rules in order: the first that matches is the one. Ids are unique. With them the policies and their tests. */
export const RuleBundle = z
  .strictObject({
    rules: z.array(Rule),
    policies: z.array(Policy).max(10_000).default([]),
    policy_tests: z.array(PolicyTest).max(10_000).default([]),
  })
  .superRefine((bundle, ctx) => {
    const once = (list: "rules" | "policies", name: string, ids: readonly string[]) => {
      const seen = new Set<string>();
      ids.forEach((id, at) => {
        if (seen.has(id))
          ctx.addIssue({
            code: "custom",
            path: [list, at, name],
            message: `expected each id once; ${id} stands twice`,
          });
        seen.add(id);
      });
    };
    once(
      "rules",
      "rule_id",
      bundle.rules.map(({ rule_id }) => rule_id),
    );
    once(
      "policies",
      "policy_id",
      bundle.policies.map(({ policy_id }) => policy_id),
    );
  });
export type RuleBundle = z.infer<typeof RuleBundle>;
/** A bundle as people write it, defaults left out. */
export type RuleBundleInput = z.input<typeof RuleBundle>;
