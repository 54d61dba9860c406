import type { TenantId } from "@guildhall/protocol";
import type { Db } from "../client.ts";

/**
 * What must be found before a tenant is known: the closed list of definer functions in schema `lookup`.
 * Each finds one row, by a secret or by an unguessable id, and gives only whose it is.
 */
export interface Found {
  tenantId: TenantId;
  id: string;
}

export async function lookupApiKey(db: Db, hash: Uint8Array): Promise<Found | null> {
  return found(await db.app.$queryRaw<Row[]>`SELECT * FROM lookup.api_key(${new Uint8Array(hash)})`);
}

export async function lookupSession(db: Db, hash: Uint8Array): Promise<Found | null> {
  return found(await db.app.$queryRaw<Row[]>`SELECT * FROM lookup.session(${new Uint8Array(hash)})`);
}

export async function lookupSignInLink(db: Db, hash: Uint8Array): Promise<Found | null> {
  return found(await db.app.$queryRaw<Row[]>`SELECT * FROM lookup.sign_in_link(${new Uint8Array(hash)})`);
}

/** The tenant of a dispatch, for the worker that redeems its grant. */
export async function lookupDispatchTenant(db: Db, id: string): Promise<TenantId | null> {
  const [row] = await db.app.$queryRaw<{ tenant_id: TenantId | null }[]>`
    SELECT lookup.dispatch(${id}::uuid) AS tenant_id`;
  return row?.tenant_id ?? null;
}

/** The snapshot versions of tenants that this instance serves. */
export async function snapshotVersions(db: Db, tenants: readonly TenantId[]): Promise<Map<TenantId, number>> {
  const rows = await db.app.$queryRaw<{ tenant_id: TenantId; version: bigint }[]>`
    SELECT * FROM lookup.snapshot_versions(${[...tenants]}::uuid[])`;
  return new Map(rows.map((row) => [row.tenant_id, Number(row.version)]));
}

interface Row {
  tenant_id: TenantId;
  id: string;
}

function found(rows: Row[]): Found | null {
  const [row] = rows;
  return row ? { tenantId: row.tenant_id, id: row.id } : null;
}
