import { z } from "zod";
import { CapabilityPattern, Instant, SignatoryId } from "./ids.ts";
import { DataLabel, Env } from "./request.ts";

/** How much work may be started under an agreement; null is no limit. Hours and days are those of UTC. */
export const AgreementQuotas = z.strictObject({
  per_hour: z.int().min(1).max(100_000_000).nullable().default(null),
  per_day: z.int().min(1).max(100_000_000).nullable().default(null),
});
export type AgreementQuotas = z.infer<typeof AgreementQuotas>;

/** What a signatory agreed to: for whom, for which work, until when. */
export const AgreementTerms = z.strictObject({
  capabilities: z.array(CapabilityPattern).min(1).max(1000),
  environments: z.array(Env).min(1),
  data_labels: z.array(DataLabel).min(1),
  /** Highest blast score, 0-100. */
  max_blast_score: z.int().min(0).max(100),
  /** The agents that may ask under it; null is every agent that acts under one of its identities. */
  agents: z.array(z.string().min(1).max(128)).min(1).max(1000).nullable().default(null),
  quotas: AgreementQuotas.prefault({}),
});
export type AgreementTerms = z.infer<typeof AgreementTerms>;

export const AgreementState = z.enum(["active", "suspended", "terminated"]);
export type AgreementState = z.infer<typeof AgreementState>;

export const Agreement = z.strictObject({
  agreement_id: z.string().min(1).max(128),
  version: z.int().min(1),
  identities: z.array(SignatoryId).min(1).max(1000),
  terms: AgreementTerms,
  valid_from: Instant,
  valid_until: Instant.nullable(),
  state: AgreementState,
});
export type Agreement = z.infer<typeof Agreement>;
