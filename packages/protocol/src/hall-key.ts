import { z } from "zod";
import { Instant } from "./ids.ts";

/**
 * What a key of a Hall is for. Closed and append-only. Each is introduced and retired by an entry of kind `key` on
 * the Hall's own chain. Namespace keys are not among them: they belong to tenants and are only registered here.
 */
export const HALL_KEY_ROLES = [
  "receipt",
  "log",
  "ca",
  "evidence",
  "agreement",
  "feed-root",
  "feed-snapshot",
  "feed-timestamp",
  "grant",
  "witness",
] as const;
export const HallKeyRole = z.enum(HALL_KEY_ROLES);
export type HallKeyRole = z.infer<typeof HallKeyRole>;

/** What a role's key must be, because of who has to read its signatures. */
export const HALL_KEY_ALGORITHMS = {
  receipt: "ed25519",
  log: "ed25519",
  ca: "ecdsa-p256",
  evidence: "rsa",
  agreement: "ed25519",
  "feed-root": "ed25519",
  "feed-snapshot": "ed25519",
  "feed-timestamp": "ed25519",
  grant: "ed25519",
  witness: "ed25519",
} as const satisfies Record<HallKeyRole, "ed25519" | "ecdsa-p256" | "rsa">;

/** The roles of the Hall's one Ed25519 key: what it signs for each cannot be read as the other. */
export const LOG_KEY_ROLES = ["receipt", "log"] as const satisfies readonly HallKeyRole[];

/** The details of an entry that introduces a key; its subject is the key's id. */
export const KeyIntroduced = z.looseObject({
  roles: z.array(z.string()).min(1),
  algorithm: z.string(),
  /** DER SubjectPublicKeyInfo, base64. */
  spki: z.string().max(4096),
  module: z.string(),
  not_before: Instant,
  not_after: Instant.nullable(),
  threshold: z.int().min(1),
});
export type KeyIntroduced = z.infer<typeof KeyIntroduced>;

/** The details of an entry that retires a key; its subject is the key's id. */
export const KeyRetired = z.looseObject({
  roles: z.array(z.string()).min(1),
  /** The key that has taken over. */
  successor: z.string().nullable(),
  reason: z.string(),
});
export type KeyRetired = z.infer<typeof KeyRetired>;
