import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** What a receipt commits to: kept apart, so that it can be erased and the chain still verifies. */
export interface Payload {
  salt: Uint8Array;
  /** Canonical JSON. */
  content: string;
}

export async function findPayload(tx: TenantTx, receiptId: string): Promise<Payload | null> {
  const row = await tx.payload.findFirst({ where: { receiptId } });
  return row && { salt: row.salt, content: row.content };
}

export async function storePayload(
  tx: TenantTx,
  tenantId: TenantId,
  receiptId: string,
  payload: Payload,
): Promise<void> {
  await tx.payload.create({
    data: { tenantId, receiptId, salt: new Uint8Array(payload.salt), content: payload.content },
  });
}
