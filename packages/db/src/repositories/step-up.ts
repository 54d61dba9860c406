import type { TenantTx } from "../with-tenant.ts";

/** When whoever holds this session last showed again who they are. */
export async function readStepUp(tx: TenantTx, sessionId: string): Promise<Date | null> {
  const row = await tx.session.findFirst({ where: { id: sessionId }, select: { stepUpAt: true } });
  return row?.stepUpAt ?? null;
}
