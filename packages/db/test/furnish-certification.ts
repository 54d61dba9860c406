import { randomUUID } from "node:crypto";
import type { TenantId, WorkerId } from "@guildhall/protocol";
import { createCertificationRequest, type Db, noteReminder, withTenant } from "../src/index.ts";

/** One row in every table of certification beside the certificate itself. @returns the request's id */
export async function furnishCertification(
  db: Db,
  tenant: TenantId,
  on: { workerId: WorkerId; recordHash: string; certificateId: string },
): Promise<string> {
  const id = randomUUID();
  const at = new Date();
  await withTenant(db, tenant, async (tx) => {
    await createCertificationRequest(tx, tenant, {
      id,
      workerId: on.workerId,
      recordHash: on.recordHash,
      scope: { capabilities: [], environments: [], data_labels: [] },
      note: "",
      requestedAt: at,
      requestedBy: "person:olga",
      requestReceiptId: randomUUID(),
    });
    const { certificateId } = on;
    await noteReminder(tx, tenant, { certificateId, days: 7, remindedAt: at, receiptId: randomUUID() });
  });
  return id;
}
