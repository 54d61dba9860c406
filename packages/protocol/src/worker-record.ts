import { z } from "zod";
import { ArtifactHash, CapabilityId, ControlId, SpeciesId, WorkerId } from "./ids.ts";
import { Env } from "./request.ts";

/**
 * The registry record that a worker enrolls with (contract 2.4). Fields that WCP does not know are kept,
 * hashed and stored, because the record hash covers them; the Hall reads only those named here.
 */

export const PrivilegeEnvelope = z.looseObject({
  secrets_access: z.array(z.string()).default([]),
  network_egress: z.enum(["none", "allowlisted", "unrestricted"]).default("none"),
  filesystem_writes: z.array(z.string()).default([]),
  tools: z.array(z.string()).default([]),
  egress: z.looseObject({ allowlist: z.array(z.string()).default([]) }).optional(),
});
export type PrivilegeEnvelope = z.infer<typeof PrivilegeEnvelope>;

const Dimension = z.int().min(0).max(5);

/** Reversibility in words (records, catalog) or 0-5 (the dimension table of the specification). */
export const REVERSIBILITY = {
  reversible: 0,
  "partially-reversible": 2,
  difficult: 3,
  irreversible: 5,
} as const;

export const BlastRadius = z.looseObject({
  data: Dimension.default(0),
  network: Dimension.default(0),
  financial: Dimension.default(0),
  time: Dimension.default(0),
  reversibility: z
    .union([z.enum(Object.keys(REVERSIBILITY) as [keyof typeof REVERSIBILITY]), Dimension])
    .default(0),
});
export type BlastRadius = z.infer<typeof BlastRadius>;

export const RiskTier = z.enum(["low", "medium", "high", "critical"]);
export type RiskTier = z.infer<typeof RiskTier>;

export const WorkerRecord = z.looseObject({
  worker_id: WorkerId,
  worker_species_id: SpeciesId,
  capabilities: z.array(CapabilityId).min(1),
  artifact_hash: ArtifactHash,
  /** `unknown` where the record names none, as the public Hall server stores it. */
  risk_tier: z.union([RiskTier, z.literal("unknown")]).default("unknown"),
  idempotency: z.enum(["full", "partial", "none"]).default("none"),
  required_controls: z.array(ControlId).default([]),
  currently_implements: z.array(ControlId).default([]),
  allowed_environments: z.array(Env).min(1).optional(),
  privilege_envelope: PrivilegeEnvelope.optional(),
  blast_radius: BlastRadius.optional(),
  owner: z.string().max(256).optional(),
  contact: z.string().max(256).optional(),
  catalog_version_min: z.string().max(64).optional(),
});
export type WorkerRecord = z.infer<typeof WorkerRecord>;

/** Where a worker is reached: its own versioned object beside the record, digest named in every decision. */
export const WorkerTransport = z.strictObject({
  kind: z.literal("http"),
  url: z.url({ protocol: /^https?$/ }).max(2048),
  timeout_ms: z.int().min(100).max(120_000).default(10_000),
  /** SHA-256 of the server certificate's public key (SPKI), to pin it. */
  tls_pin: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .default(null),
});
export type WorkerTransport = z.infer<typeof WorkerTransport>;
