import type { Standing, TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** What a tenant announced of itself last: online or not, and what its standing was when that was asked. */
export interface Presence {
  online: boolean;
  standing: Standing;
  checkedAt: Date;
}

export async function setPresence(tx: TenantTx, tenantId: TenantId, presence: Presence): Promise<void> {
  await tx.presence.upsert({
    where: { tenantId },
    create: { tenantId, ...presence },
    update: presence,
  });
}

/** Null where it never announced anything. */
export async function readPresence(tx: TenantTx): Promise<Presence | null> {
  const row = await tx.presence.findFirst();
  return row && { online: row.online, standing: row.standing as Standing, checkedAt: row.checkedAt };
}
