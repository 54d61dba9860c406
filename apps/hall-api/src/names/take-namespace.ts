import { findNamespaceAlike, type OperatorTx, registerNamespace } from "@guildhall/db";
import { HallError, type Namespace, namespaceSkeleton, type TenantId } from "@guildhall/protocol";

/** How long a released name is kept from others, whose workers would be taken for its former owner's. */
export const NAMESPACE_QUARANTINE_MS = 365 * 24 * 3600 * 1000;

/**
 * Gives a tenant a namespace, whichever proof it brings: nobody takes one that is another's, looks like another, or was
 * another's within a year. @returns false where it is the tenant's already. @throws HallError CONFLICT
 */
export async function takeNamespace(
  tx: OperatorTx,
  { namespace, tenantId, nowMs }: { namespace: Namespace; tenantId: TenantId; nowMs: number },
): Promise<boolean> {
  const skeleton = namespaceSkeleton(namespace);
  const alike = await findNamespaceAlike(tx, skeleton);
  if (alike && alike.namespace !== namespace)
    throw conflict({ reason: "looks like another", alike: alike.namespace });
  if (alike && alike.releasedAt === null) {
    if (alike.tenantId === tenantId) return false;
    throw conflict({ reason: "registered before" });
  }
  if (alike?.releasedAt && alike.tenantId !== tenantId) {
    const freeAtMs = alike.releasedAt.getTime() + NAMESPACE_QUARANTINE_MS;
    if (nowMs < freeAtMs)
      throw conflict({ reason: "released less than a year ago", free_at: new Date(freeAtMs).toISOString() });
  }
  await registerNamespace(tx, { namespace, skeleton, tenantId, registeredAt: new Date(nowMs) });
  return true;
}

function conflict(detail: Record<string, string>): HallError {
  return new HallError("CONFLICT", { detail });
}
