import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** Something that somebody of the tenant should look at. */
export interface Alert {
  /** The receipt's: later alerts have greater ones. */
  id: string;
  createdAt: Date;
  level: "info" | "warning" | "error";
  code: string;
  message: string;
  workerId: string | null;
  capabilityId: string | null;
}

export async function storeAlert(tx: TenantTx, tenantId: TenantId, alert: Alert): Promise<void> {
  await tx.alert.createMany({ data: [{ ...alert, tenantId }] });
}

/** One page, newest first, and the id to go on from; null at the end. */
export async function listAlerts(
  tx: TenantTx,
  { before, limit }: { before: string | null; limit: number },
): Promise<{ alerts: Alert[]; next: string | null }> {
  const rows = await tx.alert.findMany({
    where: before === null ? {} : { id: { lt: before } },
    orderBy: { id: "desc" },
    take: limit + 1,
  });
  const alerts = rows
    .slice(0, limit)
    .map(({ tenantId: _, level, ...row }) => ({ ...row, level: level as Alert["level"] }));
  return { alerts, next: rows.length > limit ? (alerts.at(-1)?.id ?? null) : null };
}
