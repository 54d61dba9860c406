import type { TenantId } from "@guildhall/protocol";
import type { Db } from "../client.ts";
import type { TenantTx } from "../with-tenant.ts";
import type { WorkerStatus } from "./workers.ts";

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

/** Whether a tenant may enroll under a namespace; never whose it is otherwise. */
export type NamespaceClaim = "free" | "own" | "taken" | "alike";

export async function lookupNamespaceClaim(
  tx: TenantTx,
  tenantId: TenantId,
  { namespace, skeleton }: { namespace: string; skeleton: string },
): Promise<NamespaceClaim> {
  const [row] = await tx.$queryRaw<{ claim: NamespaceClaim }[]>`
    SELECT lookup.namespace_claim(${tenantId}::uuid, ${namespace}, ${skeleton}) AS claim`;
  if (!row) throw new Error("a function gave no row");
  return row.claim;
}

/** What strangers may know of a worker that was declared. */
export interface VerifiedWorker {
  status: WorkerStatus;
  isFlagged: boolean;
  /** Its tenant is. */
  isSuspended: boolean;
  packageHash: string;
  declaredAt: Date;
  aiGenerated: boolean;
  aiService: string | null;
  aiModel: string | null;
  aiSession: string | null;
}

export async function lookupVerifiedWorker(
  db: Db,
  workerId: string,
  namespace: string,
): Promise<VerifiedWorker | null> {
  const [row] = await db.app.$queryRaw<
    {
      status: WorkerStatus;
      is_flagged: boolean;
      is_suspended: boolean;
      package_hash: string;
      declared_at: Date;
      ai_generated: boolean;
      ai_service: string | null;
      ai_model: string | null;
      ai_session: string | null;
    }[]
  >`SELECT * FROM lookup.verified_worker(${workerId}, ${namespace})`;
  return row
    ? {
        status: row.status,
        isFlagged: row.is_flagged,
        isSuspended: row.is_suspended,
        packageHash: row.package_hash,
        declaredAt: row.declared_at,
        aiGenerated: row.ai_generated,
        aiService: row.ai_service,
        aiModel: row.ai_model,
        aiSession: row.ai_session,
      }
    : null;
}

/** The tenant of a Hall that has only one. */
export async function lookupSoleTenant(db: Db): Promise<TenantId | null> {
  const [row] = await db.app.$queryRaw<{ tenant_id: TenantId | null }[]>`
    SELECT lookup.sole_tenant() AS tenant_id`;
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
