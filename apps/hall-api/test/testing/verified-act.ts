import type { ActBody } from "@guildhall/protocol";
import type { OpenHall, TestHouse } from "./running-hall.ts";
import { verified } from "./verified.ts";

/** The receipt of an act of administration, fetched by its id and found good. */
export async function verifiedAct(hall: OpenHall, key: string, receiptId: string): Promise<ActBody> {
  const { body } = await hall.ask<{ receipt: object; seal: object }>("GET", `/wcp/receipts/${receiptId}`, {
    key,
  });
  return (await verified(body, hall.verifierKey)) as unknown as ActBody;
}

/** The tenant's fence epoch, as sequencing reads it. */
export async function epochOf(house: TestHouse, tenantId: string): Promise<number> {
  const { rows } = await house.admin.query<{ epoch: string }>(
    "SELECT epoch FROM ledger.chain_head WHERE tenant_id = $1",
    [tenantId],
  );
  return Number(rows[0]?.epoch);
}
