import type { TenantId } from "@guildhall/protocol";
import type { OperatorTx } from "../with-operator.ts";
import type { TenantTx } from "../with-tenant.ts";

/** A public key by which a tenant's namespace signs for packages, such as that of `org.acme`. */
export interface NamespaceKey {
  id: string;
  namespace: string;
  /** Ed25519, 32 bytes. */
  publicKey: Uint8Array;
  registeredAt: Date;
  retiredAt: Date | null;
}

/** Says that a namespace is a tenant's, and by which key it signs. @returns false where it is registered already */
export async function registerNamespaceKey(
  tx: OperatorTx,
  tenantId: TenantId,
  key: Omit<NamespaceKey, "retiredAt">,
): Promise<boolean> {
  const count = await tx.$executeRaw`
    INSERT INTO hall.namespace_key (tenant_id, id, namespace, public_key, registered_at)
    VALUES (${tenantId}::uuid, ${key.id}::uuid, ${key.namespace}, ${new Uint8Array(key.publicKey)}, ${key.registeredAt})
    ON CONFLICT (tenant_id, namespace, public_key) DO NOTHING`;
  return count === 1;
}

/** What it signed counts no more. @returns whose it is, or null where there is no such key, or it was retired before */
export async function retireNamespaceKey(tx: OperatorTx, id: string, at: Date): Promise<TenantId | null> {
  const key = await tx.namespaceKey.findFirst({ where: { id, retiredAt: null } });
  if (!key) return null;
  const { count } = await tx.namespaceKey.updateMany({
    where: { id, retiredAt: null },
    data: { retiredAt: at },
  });
  return count === 1 ? (key.tenantId as TenantId) : null;
}

/** Of every tenant, by namespace and then newest first, with the tenant's slug. */
export async function listAllNamespaceKeys(tx: OperatorTx): Promise<(NamespaceKey & { tenant: string })[]> {
  const tenants = await tx.tenant.findMany({ select: { id: true, slug: true } });
  const slugOf = new Map(tenants.map(({ id, slug }) => [id, slug]));
  const rows = await tx.namespaceKey.findMany({
    orderBy: [{ namespace: "asc" }, { registeredAt: "desc" }, { id: "asc" }],
  });
  return rows.map(({ tenantId, ...key }) => ({ ...key, tenant: slugOf.get(tenantId) ?? "" }));
}

/** Those of the transaction's tenant, retired ones among them, newest first. */
export async function listNamespaceKeys(tx: TenantTx): Promise<NamespaceKey[]> {
  const rows = await tx.namespaceKey.findMany({ orderBy: [{ registeredAt: "desc" }, { id: "asc" }] });
  return rows.map(({ tenantId: _, ...key }) => key);
}
