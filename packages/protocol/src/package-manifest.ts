import { z } from "zod";
import { isPrintable, Sha256Hex } from "./ids.ts";

/**
 * The manifest of a worker's package, `awp.v1` (contract 6.2): what it is, its hash, and who says so. It stands in the
 * package as `manifest.json` and is not covered by the package's hash.
 */

/** Second precision, in UTC. */
export const UtcSecond = z.string().refine((text) => {
  const time = Date.parse(text);
  return Number.isFinite(time) && new Date(time).toISOString().replace(".000Z", "Z") === text;
}, "expected a UTC second like 2026-11-23T16:00:00Z");

const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => isPrintable(value.slice(0, 128)), "expected printable text");

export const BUILD_SOURCES = ["local", "ci", "agent"] as const;

export const PackageManifest = z.strictObject({
  schema_version: z.literal("awp.v1"),
  // Its namespace is checked where the contract checks it: last.
  worker_id: text(128),
  worker_species_id: text(128),
  worker_version: text(64),
  package_hash: Sha256Hex,
  built_at_utc: UtcSecond,
  attested_at_utc: UtcSecond,
  /** Absent, it is signed as null. */
  build_source: text(64).nullish(),
  trust_statement: text(1024),
  /** Of seven of the fields, by a secret that signer and verifier share (contract 6.3). */
  signature_hmac_sha256: z.string().max(256).optional(),
});
export type PackageManifest = z.infer<typeof PackageManifest>;

/** What a namespace's key signs: every field of the manifest but the other signature. */
export const SignedManifest = PackageManifest.omit({ signature_hmac_sha256: true }).extend({
  /** The Ed25519 key by which the running worker answers for itself, 32 bytes in base64. */
  worker_key: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, "expected 32 bytes in base64")
    .optional(),
  /** Of the container image in which this package runs. */
  image_digest: Sha256Hex.optional(),
});
export type SignedManifest = z.infer<typeof SignedManifest>;
