import { z } from "zod";
import { Instant } from "./ids.ts";

/** What the keeper of a Hall's keys signs about them, in DSSE envelopes: each kind has its own payload type. */

export const KEY_ATTESTATION_TYPE = "application/vnd.guildhall.key-attestation+json";
export const FEED_ROOT_TYPE = "application/vnd.guildhall.feed-root+json";

const Origin = z.string().min(1).max(128);
const KeyId = z.string().regex(/^[0-9a-f]{16}$/);

/** What stands where: every key that was found in one place and made to sign, by the log's key among them. */
export const KeyAttestation = z.strictObject({
  origin: Origin,
  made_at: Instant,
  /** What holds the keys, in its own words; the serial number where it is a token. */
  module: z.string().min(1).max(256),
  serial: z.string().max(64).nullable(),
  keys: z
    .array(
      z.strictObject({
        /** The file's or the object's: `ca`, and `ca-2` for the second of its role. */
        name: z.string().min(1).max(64),
        key_id: KeyId,
        algorithm: z.enum(["ed25519", "ecdsa-p256", "rsa"]),
        /** DER SubjectPublicKeyInfo, base64. */
        spki: z.string().max(4096),
        /** What lets it do more than sign, or leave its place; empty for a key that may serve. */
        weaknesses: z.array(z.string().max(256)).max(16),
      }),
    )
    .min(1)
    .max(64),
});
export type KeyAttestation = z.infer<typeof KeyAttestation>;

/** More would not fit an envelope together with those that they replace. */
export const FEED_ROOT_KEYS_MAX = 8;

/** The keys of which so many have to sign what begins a ban feed. Each signs this itself. */
export const FeedRoot = z
  .strictObject({
    origin: Origin,
    /** One more than the root that it replaces; 1 for the first. */
    version: z.int().min(1),
    threshold: z.int().min(1),
    made_at: Instant,
    keys: z
      .array(z.strictObject({ key_id: KeyId, spki: z.string().max(128) }))
      .min(1)
      .max(FEED_ROOT_KEYS_MAX),
  })
  .refine(({ threshold, keys }) => threshold <= keys.length, "expected a threshold of at most all keys")
  .refine(({ keys }) => new Set(keys.map(({ spki }) => spki)).size === keys.length, "expected each key once");
export type FeedRoot = z.infer<typeof FeedRoot>;

/** The details of the entry that introduces a feed's root; its subject is the digest of the statement. */
export const FeedRootIntroduced = z.looseObject({
  roles: z.tuple([z.literal("feed-root")]),
  algorithm: z.literal("ed25519"),
  version: z.int().min(1),
  threshold: z.int().min(1),
  keys: z.array(z.strictObject({ key_id: KeyId, spki: z.string().max(128) })).min(1),
  not_before: Instant,
  not_after: Instant.nullable(),
});
export type FeedRootIntroduced = z.infer<typeof FeedRootIntroduced>;
