import type { SignatoryId, Standing, TenantId } from "@guildhall/protocol";
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

export async function findTenantBySlug(tx: OperatorTx, slug: string): Promise<Tenant | null> {
  const row = await tx.tenant.findUnique({ where: { slug } });
  return row && toTenant(row);
}

/** Creates a tenant with everything that must exist before its first act: identities, version, chain. */
export async function createTenant(
  tx: OperatorTx,
  tenant: { id: TenantId; slug: string; name: string; identities: readonly SignatoryId[] },
): Promise<void> {
  await tx.tenant.createMany({ data: [{ id: tenant.id, slug: tenant.slug, name: tenant.name }] });
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

/** By slug. */
export async function listTenants(tx: OperatorTx): Promise<(Tenant & { createdAt: Date })[]> {
  const rows = await tx.tenant.findMany({ orderBy: { slug: "asc" } });
  return rows.map((row) => ({ ...toTenant(row), createdAt: row.createdAt }));
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
