import type { Env, KeyId, SignatoryId, TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** A key as it is stored: its SHA-256, never its text. */
export interface ApiKey extends KeyTerms {
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
  /** The key that took its place: until `expiresAt` both hold. */
  replacedBy: KeyId | null;
}

/** What narrows a key. Null narrows nothing. */
export interface KeyTerms {
  environments: Env[] | null;
  /** Ranges in CIDR form. */
  addresses: string[] | null;
  /** Whose work it is, across keys. */
  agent: string | null;
  requestsPerMinute: number | null;
  requestsPerDay: number | null;
}

export const NOTHING_NARROWED: KeyTerms = {
  environments: null,
  addresses: null,
  agent: null,
  requestsPerMinute: null,
  requestsPerDay: null,
};

export type NewApiKey = Omit<
  ApiKey,
  keyof KeyTerms | "createdAt" | "createdBy" | "revokedAt" | "replacedBy"
> &
  Partial<KeyTerms> & { createdBy?: string };

export async function createApiKey(tx: TenantTx, key: NewApiKey): Promise<void> {
  const { environments, addresses } = key;
  if (environments?.length === 0 || addresses?.length === 0)
    throw new Error("an empty list would narrow nothing");
  await tx.apiKey.create({
    data: {
      ...key,
      keyHash: new Uint8Array(key.keyHash),
      environments: environments ?? [],
      addresses: addresses ?? [],
    },
  });
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

/**
 * Says which key took the place of this one, and until when both hold; null ends it at once.
 * @returns false where it has been replaced or revoked since it was read
 */
export async function replaceApiKey(
  tx: TenantTx,
  id: string,
  { replacedBy, until, at }: { replacedBy: KeyId; until: Date | null; at: Date },
): Promise<boolean> {
  const { count } = await tx.apiKey.updateMany({
    where: { id, revokedAt: null, replacedBy: null },
    data: { replacedBy, ...(until === null ? { revokedAt: at } : { expiresAt: until }) },
  });
  return count === 1;
}

type Row = NonNullable<Awaited<ReturnType<TenantTx["apiKey"]["findFirst"]>>>;

function toApiKey(row: Row): ApiKey {
  return {
    ...row,
    id: row.id as KeyId,
    tenantId: row.tenantId as TenantId,
    identities: row.identities as SignatoryId[],
    environments: row.environments.length > 0 ? (row.environments as Env[]) : null,
    addresses: row.addresses.length > 0 ? row.addresses : null,
    replacedBy: row.replacedBy as KeyId | null,
  };
}
