import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

export interface StoredBundle {
  digest: string;
  /** Canonical JSON of the bundle; its SHA-256 is the digest. */
  bundle: string;
}

/** Stores a bundle by digest; storing it again changes nothing. */
export async function storeBundle(tx: TenantTx, tenantId: TenantId, bundle: StoredBundle): Promise<void> {
  await tx.ruleBundle.createMany({ data: [{ tenantId, ...bundle }], skipDuplicates: true });
}

/** Puts a stored bundle in force. */
export async function activateBundle(tx: TenantTx, tenantId: TenantId, digest: string): Promise<void> {
  const activatedAt = new Date();
  const { count } = await tx.activeBundle.updateMany({ data: { digest, activatedAt } });
  if (count === 0) await tx.activeBundle.create({ data: { tenantId, digest, activatedAt } });
}

/** The bundle in force, or null where none ever was. */
export async function readActiveBundle(tx: TenantTx): Promise<StoredBundle | null> {
  const active = await tx.activeBundle.findFirst();
  if (!active) return null;
  const row = await tx.ruleBundle.findFirstOrThrow({ where: { digest: active.digest } });
  return { digest: row.digest, bundle: row.bundle };
}
