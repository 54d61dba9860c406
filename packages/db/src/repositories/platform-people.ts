import type { OperatorTx } from "../with-operator.ts";
import type { TenantTx } from "../with-tenant.ts";

/** Of those who operate the Hall, who are members of its own house and of no tenant by that. */

/** Whether a session of one of them stands, asked in the transaction of the act that rests on it. */
export async function isOperatorSessionLive(tx: OperatorTx, id: string, at: Date): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM hall.session s JOIN hall.member m ON m.tenant_id = s.tenant_id AND m.id = s.member_id
    WHERE s.id = ${id}::uuid AND s.ended_at IS NULL AND s.expires_at > ${at}::timestamptz AND NOT s.awaits_factor
      AND m.removed_at IS NULL`;
  return rows.length === 1;
}

/** Whether anybody operates the Hall as a person. */
export async function hasOperators(tx: OperatorTx | TenantTx): Promise<boolean> {
  return (await tx.member.count({ where: { joinedAt: { not: null }, removedAt: null } })) > 0;
}

/** To the transaction's end nobody else becomes the first. */
export async function lockFirstOperator(tx: TenantTx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('guildhall.first-operator', 0))`;
}
