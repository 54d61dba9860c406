import type { TenantId } from "@guildhall/protocol";
import type { Db } from "../client.ts";
import type { TenantTx } from "../with-tenant.ts";

export interface CertificateReminder {
  certificateId: string;
  days: number;
  remindedAt: Date;
  receiptId: string;
}

/** The tenants of whose certificates one ends between the two times: found before a tenant is known. */
export async function tenantsWithEndingCertificates(db: Db, after: Date, until: Date): Promise<TenantId[]> {
  const rows = await db.app.$queryRaw<{ tenant_id: TenantId }[]>`
    SELECT tenant_id FROM lookup.tenants_with_ending_certificates(${after}, ${until})`;
  return rows.map(({ tenant_id }) => tenant_id);
}

/** @returns false where it was reminded of before */
export async function noteReminder(
  tx: TenantTx,
  tenantId: TenantId,
  reminder: CertificateReminder,
): Promise<boolean> {
  const { count } = await tx.certificateReminder.createMany({
    data: [{ tenantId, ...reminder }],
    skipDuplicates: true,
  });
  return count === 1;
}

export async function listReminders(tx: TenantTx): Promise<CertificateReminder[]> {
  const rows = await tx.certificateReminder.findMany({ orderBy: [{ remindedAt: "desc" }, { days: "asc" }] });
  return rows.map(({ tenantId: _, ...reminder }) => reminder);
}
