import { z } from "zod";
import { ControlId, PolicyId, ProfileId } from "./ids.ts";
import { DataLabel } from "./request.ts";
import { RiskTier } from "./worker-record.ts";

/** How a worker's code was shown to be what was registered, weakest first. */
export const ATTESTATION_METHODS = ["self-reported", "runner-measured", "oci-digest", "tee"] as const;
export const AttestationMethod = z.enum(ATTESTATION_METHODS);
export type AttestationMethod = z.infer<typeof AttestationMethod>;

export const NetworkEgress = z.enum(["none", "allowlisted", "unrestricted"]);
export type NetworkEgress = z.infer<typeof NetworkEgress>;

const Score = z.int().min(0).max(100);
const DimensionSum = z.int().min(0).max(25);

/** What the privilege envelope of a worker may hold. A missing limit is no limit. */
export const EnvelopeLimits = z.strictObject({
  /** For data of these labels a worker without an envelope is refused. */
  required_for: z.array(DataLabel).default([]),
  network_egress: NetworkEgress.default("unrestricted"),
  /** For data of these labels an envelope may name secrets. */
  secrets_for: z.array(DataLabel).default([...DataLabel.options]),
  /** Path prefixes that may be written to; null is anywhere. */
  filesystem_writes: z.array(z.string().max(1024)).max(100).nullable().default(null),
  /** The only tools; null is any. */
  tools: z.array(z.string().max(256)).max(1000).nullable().default(null),
});
export type EnvelopeLimits = z.infer<typeof EnvelopeLimits>;

/** Limits of blast. A missing one is no limit beyond the platform's own. */
export const BlastLimits = z.strictObject({
  /** From this score on a human decides. */
  hold_at: Score.nullable().default(null),
  /** From this score on the request is denied. */
  deny_at: Score.nullable().default(null),
  /** The same for the sum of the record's five dimensions, 0-25 (contract 4.2). */
  dimensions_hold_at: DimensionSum.nullable().default(null),
  dimensions_deny_at: DimensionSum.nullable().default(null),
  /** The scores that one agent may add up within an hour. */
  budget_per_hour: z.int().min(0).max(1_000_000).nullable().default(null),
});
export type BlastLimits = z.infer<typeof BlastLimits>;

/**
 * A named set of floors (contract 2.8). It stands for an environment of a tenant, or a rule asks for it; either way it
 * adds to what the platform and the rule demand and takes nothing away.
 */
export const Profile = z.strictObject({
  profile_id: ProfileId,
  name: z.string().min(1).max(128),
  description: z.string().max(2048).default(""),
  recommended_for_risk_tiers: z.array(RiskTier).default([]),
  /** Nothing is dispatched without a signatory agreement in force. */
  agreement_required: z.boolean().default(false),
  /** For data of these labels the worker needs a live certification. */
  certification_for: z.array(DataLabel).default([]),
  /** The weakest way of attestation that counts; null asks for none. */
  attestation_minimum: AttestationMethod.nullable().default(null),
  privilege_envelope: EnvelopeLimits.prefault({}),
  blast: BlastLimits.prefault({}),
  controls_required: z.array(ControlId).max(100).default([]),
  /** Policies that the tenant's bundle has to hold: without them nothing runs. */
  policies: z.array(PolicyId).max(100).default([]),
});
export type Profile = z.infer<typeof Profile>;
export type ProfileInput = z.input<typeof Profile>;
