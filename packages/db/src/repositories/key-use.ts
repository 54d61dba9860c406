import type { KeyId, TenantId } from "@guildhall/protocol";
import type { Db } from "../client.ts";
import type { TenantTx } from "../with-tenant.ts";

/** How often a key was used, by all instances together, up to what they have written down. */
export interface KeyUse {
  keyId: KeyId;
  /** On `day`, in UTC. */
  usedToday: number;
  day: string;
  usedEver: number;
  lastUsedAt: Date;
}

/** What one instance has counted since it last wrote. */
export interface NotedUse {
  tenantId: TenantId;
  keyId: KeyId;
  used: number;
  lastUsedAt: Date;
}

/**
 * Writes down the use of many tenants' keys in one statement.
 * @param day as `YYYY-MM-DD`, in UTC
 * @returns what every instance together has counted
 */
export async function noteKeyUse(
  db: Db,
  noted: readonly NotedUse[],
  day: string,
): Promise<Pick<KeyUse, "keyId" | "usedToday" | "usedEver">[]> {
  const rows = await db.app.$queryRaw<{ key_id: KeyId; used_today: bigint; used_ever: bigint }[]>`
    SELECT * FROM hall.note_key_use(${noted.map((one) => one.tenantId)}::uuid[], ${noted.map((one) => one.keyId)}::uuid[],
      ${noted.map((one) => one.used)}::bigint[], ${noted.map((one) => one.lastUsedAt)}::timestamptz[], ${day}::date)`;
  return rows.map((row) => ({
    keyId: row.key_id,
    usedToday: Number(row.used_today),
    usedEver: Number(row.used_ever),
  }));
}

/** Of the transaction's tenant; a key that was never used has none. */
export async function listKeyUse(tx: TenantTx): Promise<KeyUse[]> {
  const rows = await tx.keyUse.findMany({});
  return rows.map(({ keyId, usedToday, day, usedEver, lastUsedAt }) => ({
    keyId: keyId as KeyId,
    usedToday: Number(usedToday),
    day: day.toISOString().slice(0, 10),
    usedEver: Number(usedEver),
    lastUsedAt,
  }));
}
