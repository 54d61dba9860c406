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

/** What it signed counts no more. @returns false where there is no such key, or it was retired before */
export async function retireNamespaceKey(
  tx: OperatorTx,
  tenantId: TenantId,
  id: string,
  at: Date,
): Promise<boolean> {
  const { count } = await tx.namespaceKey.updateMany({
    where: { tenantId, id, retiredAt: null },
    data: { retiredAt: at },
  });
  return count === 1;
}

/** Those of the transaction's tenant, retired ones among them, newest first. */
export async function listNamespaceKeys(tx: TenantTx): Promise<NamespaceKey[]> {
  const rows = await tx.namespaceKey.findMany({ orderBy: [{ registeredAt: "desc" }, { id: "asc" }] });
  return rows.map(({ tenantId: _, ...key }) => key);
}
