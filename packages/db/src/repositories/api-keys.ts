import type { KeyId, SignatoryId, TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** A key as it is stored: its SHA-256, never its text. */
export interface ApiKey {
  id: KeyId;
  tenantId: TenantId;
  name: string;
  keyHash: Uint8Array;
  /** The first characters, to tell keys apart. */
  hint: string;
  identities: SignatoryId[];
  scopes: string[];
  createdAt: Date;
  /** Who asked for it, as `kind:id`; null where the Hall itself made it. */
  createdBy: string | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export async function createApiKey(
  tx: TenantTx,
  key: Omit<ApiKey, "createdAt" | "createdBy" | "revokedAt"> & { createdBy?: string },
): Promise<void> {
  await tx.apiKey.create({ data: { ...key, keyHash: new Uint8Array(key.keyHash) } });
}

export async function listApiKeys(tx: TenantTx): Promise<ApiKey[]> {
  const rows = await tx.apiKey.findMany({ orderBy: [{ createdAt: "desc" }, { id: "asc" }] });
  return rows.map(toApiKey);
}

export async function findApiKey(tx: TenantTx, id: string): Promise<ApiKey | null> {
  const row = await tx.apiKey.findFirst({ where: { id } });
  return row && toApiKey(row);
}

/** @returns false where there is no such key, or it was revoked before */
export async function revokeApiKey(tx: TenantTx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: at } });
  return count === 1;
}

type Row = NonNullable<Awaited<ReturnType<TenantTx["apiKey"]["findFirst"]>>>;

function toApiKey(row: Row): ApiKey {
  return {
    ...row,
    id: row.id as KeyId,
    tenantId: row.tenantId as TenantId,
    identities: row.identities as SignatoryId[],
  };
}
