import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

export type QuotaPeriod = "hour" | "day";

/** A share of a quota that one instance has taken for itself: nobody else gives it out. */
export interface QuotaShare {
  /** When the period began for which it was taken: as the table has it, where that is later than what was asked for. */
  beginsAt: Date;
  units: number;
}

/**
 * Takes up to `units` of what is left of a period. A period that is over is forgotten; one that another instance has begun
 * stands, so that a slow clock begins none a second time.
 */
export async function takeQuota(
  tx: TenantTx,
  tenantId: TenantId,
  on: { agreementId: string; period: QuotaPeriod; beginsAt: Date; limit: number; units: number },
): Promise<QuotaShare> {
  const { agreementId, period, beginsAt, limit, units } = on;
  await tx.agreementUse.createMany({
    data: [{ tenantId, agreementId, period, beginsAt, taken: 0n }],
    skipDuplicates: true,
  });
  const [row] = await tx.$queryRaw<{ begins_at: Date; taken: bigint }[]>`
    SELECT begins_at, taken FROM hall.agreement_use
    WHERE agreement_id = ${agreementId}::uuid AND period = ${period} FOR UPDATE`;
  if (row === undefined) throw new Error("the use of an agreement was not entered");
  const isOver = row.begins_at < beginsAt;
  const begins = isOver ? beginsAt : row.begins_at;
  const taken = isOver ? 0 : Number(row.taken);
  const given = Math.max(0, Math.min(units, limit - taken));
  await tx.agreementUse.updateMany({
    where: { agreementId, period },
    data: { beginsAt: begins, taken: BigInt(taken + given) },
  });
  return { beginsAt: begins, units: given };
}
