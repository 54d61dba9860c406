import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** A role of the tenant's own: a name for permissions of the one table. */
export interface CustomRole {
  name: string;
  permissions: string[];
  createdAt: Date;
  updatedAt: Date;
  retiredAt: Date | null;
}

export async function listCustomRoles(tx: TenantTx): Promise<CustomRole[]> {
  return (await tx.customRole.findMany({ orderBy: { name: "asc" } })).map(toCustomRole);
}

export async function findCustomRole(tx: TenantTx, name: string): Promise<CustomRole | null> {
  const row = await tx.customRole.findFirst({ where: { name } });
  return row && toCustomRole(row);
}

/** Makes the role, or gives the one of this name other permissions; a retired one is in use again. */
export async function storeCustomRole(
  tx: TenantTx,
  tenantId: TenantId,
  { name, permissions, at }: { name: string; permissions: string[]; at: Date },
): Promise<void> {
  await tx.customRole.upsert({
    where: { tenantId_name: { tenantId, name } },
    create: { tenantId, name, permissions, createdAt: at, updatedAt: at },
    update: { permissions, updatedAt: at, retiredAt: null },
  });
}

/** @returns false where there is no such role, or it was retired before */
export async function retireCustomRole(tx: TenantTx, name: string, at: Date): Promise<boolean> {
  const { count } = await tx.customRole.updateMany({
    where: { name, retiredAt: null },
    data: { retiredAt: at, updatedAt: at },
  });
  return count === 1;
}

export async function countHolders(tx: TenantTx, name: string): Promise<number> {
  return tx.member.count({ where: { customRole: name } });
}

type Row = NonNullable<Awaited<ReturnType<TenantTx["customRole"]["findFirst"]>>>;

function toCustomRole({ name, permissions, createdAt, updatedAt, retiredAt }: Row): CustomRole {
  return { name, permissions, createdAt, updatedAt, retiredAt };
}
