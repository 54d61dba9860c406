import { nameSkeleton, type SignatoryId, type Standing, type TenantId } from "@guildhall/protocol";
import type { OperatorTx } from "../with-operator.ts";
import type { TenantTx } from "../with-tenant.ts";

export interface Tenant {
  id: TenantId;
  slug: string;
  name: string;
  standing: Standing;
}

/** The transaction's own tenant. */
export async function readTenant(tx: TenantTx): Promise<Tenant | null> {
  const row = await tx.tenant.findFirst();
  return row && toTenant(row);
}

export async function findTenantBySlug(
  tx: OperatorTx,
  slug: string,
): Promise<(Tenant & { createdAt: Date }) | null> {
  const row = await tx.tenant.findUnique({ where: { slug } });
  return row && { ...toTenant(row), createdAt: row.createdAt };
}

/** Creates a tenant with everything that must exist before its first act: identities, version, chain. */
export async function createTenant(
  tx: OperatorTx,
  tenant: { id: TenantId; slug: string; name: string; identities: readonly SignatoryId[] },
): Promise<void> {
  const { id, slug, name } = tenant;
  await tx.tenant.createMany({ data: [{ id, slug, name, skeleton: nameSkeleton(slug) }] });
  // Before the identities: their trigger raises the version that this row holds.
  await tx.$executeRaw`INSERT INTO hall.snapshot_version (tenant_id) VALUES (${tenant.id}::uuid)`;
  await tx.$executeRaw`INSERT INTO ledger.chain_head (tenant_id) VALUES (${tenant.id}::uuid)`;
  for (const identity of tenant.identities)
    await tx.$executeRaw`INSERT INTO hall.signatory_identity (tenant_id, identity) VALUES (${tenant.id}::uuid, ${identity})`;
}

/** Fails where the tenant does not exist. */
export async function setTenantStanding(tx: OperatorTx, id: TenantId, standing: Standing): Promise<void> {
  await tx.tenant.update({ where: { id }, data: { standing } });
}

/** By slug. @param page where there may be too many for one answer: those that follow a slug */
export async function listTenants(
  tx: OperatorTx,
  page?: { after: string; limit: number },
): Promise<(Tenant & { createdAt: Date })[]> {
  const rows = await tx.tenant.findMany({
    orderBy: { slug: "asc" },
    ...(page && { where: { slug: { gt: page.after } }, take: page.limit }),
  });
  return rows.map((row) => ({ ...toTenant(row), createdAt: row.createdAt }));
}

/**
 * Whose slug is this one, or looks like it, or who signs by it. Under a lock of the skeleton, so that of two who want a
 * name one waits and then finds it taken.
 */
export async function findTenantAlike(tx: OperatorTx, slug: string): Promise<string | null> {
  const skeleton = nameSkeleton(slug);
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`guildhall.tenant/${skeleton}`}, 0))`;
  const row = await tx.tenant.findFirst({ where: { OR: [{ slug }, { skeleton }] } });
  if (row) return row.slug;
  const [signs] = await tx.$queryRaw<{ identity: string }[]>`
    SELECT identity FROM hall.signatory_identity WHERE identity = ${slug} LIMIT 1`;
  return signs?.identity ?? null;
}

export async function findTenant(tx: OperatorTx, id: TenantId): Promise<Tenant | null> {
  const row = await tx.tenant.findUnique({ where: { id } });
  return row && toTenant(row);
}

function toTenant(row: { id: string; slug: string; name: string; standing: string }): Tenant {
  return { id: row.id as TenantId, slug: row.slug, name: row.name, standing: row.standing as Standing };
}

export async function listIdentities(tx: TenantTx): Promise<SignatoryId[]> {
  const rows = await tx.signatoryIdentity.findMany({ orderBy: { identity: "asc" } });
  return rows.map((row) => row.identity as SignatoryId);
}
