import { documentDigest, textDigest } from "@guildhall/attestation";
import type { EnvironmentProfile, OwnProfile } from "@guildhall/db";
import type { SnapshotProfile } from "@guildhall/engine";
import { canonicalJson, type Env, Profile, type ProfileId, SHIPPED_PROFILES } from "@guildhall/protocol";

/** The profiles of one tenant: those that every Hall ships, and its own beside them. */

/** A profile as it is stored, and the digest that names it. */
export function storedProfile(profile: Profile): { digest: string; content: string } {
  const content = canonicalJson(profile);
  return { digest: textDigest(content), content };
}

export const SHIPPED: ReadonlyMap<ProfileId, SnapshotProfile> = new Map(
  SHIPPED_PROFILES.map((profile) => [profile.profile_id, { profile, digest: documentDigest(profile) }]),
);

/** A retired profile is not held: a rule that still asks for it is refused. */
export function heldProfiles(own: readonly OwnProfile[]): Map<ProfileId, SnapshotProfile> {
  const held = new Map(SHIPPED);
  for (const { profileId, digest, content, retiredAt } of own)
    if (retiredAt === null && !SHIPPED.has(profileId))
      held.set(profileId, { profile: Profile.parse(JSON.parse(content)), digest });
  return held;
}

export function environmentProfiles(standing: readonly EnvironmentProfile[]): Record<Env, ProfileId | null> {
  const profiles: Record<Env, ProfileId | null> = { dev: null, stage: null, prod: null, edge: null };
  for (const { env, profileId } of standing) profiles[env] = profileId;
  return profiles;
}
