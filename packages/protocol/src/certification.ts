import { z } from "zod";
import { ArtifactHash, CapabilityId, SpeciesId, TenantId } from "./ids.ts";
import { DataLabel, Env } from "./request.ts";

/** What a worker is certified for: nothing that is not named here. */
export const CertificationScope = z.strictObject({
  capabilities: z.array(CapabilityId).min(1).max(64),
  environments: z.array(Env).min(1).max(Env.options.length),
  data_labels: z.array(DataLabel).min(1).max(DataLabel.options.length),
});
export type CertificationScope = z.infer<typeof CertificationScope>;

/** What a worker's certificate says beside the worker's id, its key and its time: for which record, and for what. */
export const CertificationStatement = z.strictObject({
  version: z.literal(1),
  /** The chain of receipts on which the certification stands. */
  chain: TenantId,
  /** Of the record that was examined. */
  record_hash: ArtifactHash,
  species: SpeciesId,
  ...CertificationScope.shape,
});
export type CertificationStatement = z.infer<typeof CertificationStatement>;

/** Why a certificate is revoked, as RFC 5280 (5.3.1) has it, without those reasons that are none of a Hall's. */
export const RevocationReason = z.enum([
  "unspecified",
  "key_compromise",
  "affiliation_changed",
  "superseded",
  "cessation_of_operation",
  "privilege_withdrawn",
]);
export type RevocationReason = z.infer<typeof RevocationReason>;
