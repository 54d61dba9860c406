import type { Env, ProfileId, TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** One version of a profile, kept for as long as a receipt names it. */
export interface StoredProfile {
  digest: string;
  profileId: ProfileId;
  /** Canonical JSON of the profile; its SHA-256 is the digest. */
  content: string;
}

/** A profile that the tenant wrote, in the version that is in force or was when it was retired. */
export interface OwnProfile extends StoredProfile {
  updatedAt: Date;
  retiredAt: Date | null;
}

/** The profile that stands for an environment: the tenant's own, or one of the platform's. */
export interface EnvironmentProfile {
  env: Env;
  profileId: ProfileId;
  setAt: Date;
}

/**
 * What is retired and what stands for an environment are held against each other, so whoever changes one of them asks
 * for this first, and waits until the other's transaction has ended.
 */
export async function lockProfiles(tx: TenantTx, tenantId: TenantId): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`guildhall.profiles/${tenantId}`}, 0))`;
}

/** Stores a version by digest; storing it again changes nothing. */
export async function storeProfile(tx: TenantTx, tenantId: TenantId, profile: StoredProfile): Promise<void> {
  const { digest, profileId, content } = profile;
  await tx.profile.createMany({ data: [{ tenantId, digest, profileId, content }], skipDuplicates: true });
}

export async function readProfileByDigest(tx: TenantTx, digest: string): Promise<StoredProfile | null> {
  const row = await tx.profile.findFirst({ where: { digest } });
  return row && { digest: row.digest, profileId: row.profileId as ProfileId, content: row.content };
}

/** Puts a stored version in force; a profile that was retired is in force again. */
export async function setProfileHead(
  tx: TenantTx,
  tenantId: TenantId,
  { profileId, digest }: Pick<StoredProfile, "profileId" | "digest">,
  at: Date,
): Promise<void> {
  await tx.$executeRaw`INSERT INTO hall.profile_head (tenant_id, profile_id, digest, updated_at)
    VALUES (${tenantId}::uuid, ${profileId}, ${digest}, ${at})
    ON CONFLICT (tenant_id, profile_id)
    DO UPDATE SET digest = excluded.digest, updated_at = excluded.updated_at, retired_at = NULL`;
}

/** Its versions stay. @returns false where there is no such profile, or it was retired before */
export async function retireProfile(tx: TenantTx, profileId: ProfileId, at: Date): Promise<boolean> {
  const { count } = await tx.profileHead.updateMany({
    where: { profileId, retiredAt: null },
    data: { retiredAt: at, updatedAt: at },
  });
  return count === 1;
}

/** The tenant's own profiles, retired ones among them, by id. */
export async function listProfiles(tx: TenantTx): Promise<OwnProfile[]> {
  const heads = await tx.profileHead.findMany({ orderBy: { profileId: "asc" } });
  const versions = await tx.profile.findMany({ where: { digest: { in: heads.map((head) => head.digest) } } });
  const contentOf = new Map(versions.map((row) => [row.digest, row.content]));
  return heads.map(({ profileId, digest, updatedAt, retiredAt }) => ({
    profileId: profileId as ProfileId,
    digest,
    // Its foreign key says that it is there.
    content: contentOf.get(digest)!,
    updatedAt,
    retiredAt,
  }));
}

/** Lets a profile stand for an environment, from now on and in place of any other. */
export function setEnvironmentProfile(
  tx: TenantTx,
  tenantId: TenantId,
  { env, profileId, setAt }: EnvironmentProfile,
): Promise<void> {
  return putEnvironment(tx, tenantId, env, profileId, setAt);
}

/** From now on no profile stands for the environment. */
export function clearEnvironmentProfile(tx: TenantTx, tenantId: TenantId, env: Env, at: Date): Promise<void> {
  return putEnvironment(tx, tenantId, env, null, at);
}

/** Environments for which no profile stands are left out. */
export async function listEnvironmentProfiles(tx: TenantTx): Promise<EnvironmentProfile[]> {
  const rows = await tx.environmentProfile.findMany({
    where: { profileId: { not: null } },
    orderBy: { env: "asc" },
  });
  return rows.map((row) => ({
    env: row.env as Env,
    profileId: row.profileId as ProfileId,
    setAt: row.setAt,
  }));
}

async function putEnvironment(
  tx: TenantTx,
  tenantId: TenantId,
  env: Env,
  profileId: ProfileId | null,
  at: Date,
): Promise<void> {
  await tx.$executeRaw`INSERT INTO hall.environment_profile (tenant_id, env, profile_id, set_at)
    VALUES (${tenantId}::uuid, ${env}, ${profileId}, ${at})
    ON CONFLICT (tenant_id, env) DO UPDATE SET profile_id = excluded.profile_id, set_at = excluded.set_at`;
}
