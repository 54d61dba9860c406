import type { TenantId } from "@guildhall/protocol";
import type { OperatorTx } from "../with-operator.ts";
import type { TenantTx } from "../with-tenant.ts";

/** An authority namespace, such as `org.acme`, and whose it is. */
export interface Namespace {
  namespace: string;
  /** What is left of the name when look-alikes are told as one. */
  skeleton: string;
  tenantId: TenantId;
  registeredAt: Date;
  /** Since when it is nobody's; it is kept from others for a while. */
  releasedAt: Date | null;
}

/** The one that has this skeleton, whatever its spelling; locked, so that of two who want it one waits. */
export async function findNamespaceAlike(tx: OperatorTx, skeleton: string): Promise<Namespace | null> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`guildhall.namespace/${skeleton}`}, 0))`;
  const row = await tx.namespace.findUnique({ where: { skeleton } });
  return row && { ...row, tenantId: row.tenantId as TenantId };
}

/** Says that a namespace is a tenant's, also where it was somebody's before. */
export async function registerNamespace(
  tx: OperatorTx,
  { namespace, skeleton, tenantId, registeredAt }: Omit<Namespace, "releasedAt">,
): Promise<void> {
  const owner = { tenantId, registeredAt, releasedAt: null };
  await tx.namespace.upsert({
    where: { namespace },
    create: { namespace, skeleton, ...owner },
    update: owner,
  });
}

/** @returns whose it was, or null where it is nobody's */
export async function releaseNamespace(
  tx: OperatorTx,
  namespace: string,
  at: Date,
): Promise<TenantId | null> {
  const row = await tx.namespace.findFirst({ where: { namespace, releasedAt: null } });
  if (!row) return null;
  const { count } = await tx.namespace.updateMany({
    where: { namespace, releasedAt: null },
    data: { releasedAt: at },
  });
  return count === 1 ? (row.tenantId as TenantId) : null;
}

/** Of every tenant, by name. */
export async function listAllNamespaces(tx: OperatorTx): Promise<Namespace[]> {
  const rows = await tx.namespace.findMany({ orderBy: { namespace: "asc" } });
  return rows.map((row) => ({ ...row, tenantId: row.tenantId as TenantId }));
}

/** Those of the transaction's tenant. */
export async function listNamespaces(tx: TenantTx): Promise<Namespace[]> {
  const rows = await tx.namespace.findMany({ where: { releasedAt: null }, orderBy: { namespace: "asc" } });
  return rows.map((row) => ({ ...row, tenantId: row.tenantId as TenantId }));
}
