import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** The public key of a process that measures packages. */
export interface RunnerKey {
  id: string;
  name: string;
  /** Ed25519, 32 bytes. */
  publicKey: Uint8Array;
  registeredAt: Date;
  registeredBy: string;
  retiredAt: Date | null;
}

/** @returns false where the tenant has registered this key before */
export async function registerRunnerKey(
  tx: TenantTx,
  tenantId: TenantId,
  { publicKey, ...key }: Omit<RunnerKey, "retiredAt">,
): Promise<boolean> {
  const { count } = await tx.runnerKey.createMany({
    data: [{ ...key, tenantId, publicKey: new Uint8Array(publicKey) }],
    skipDuplicates: true,
  });
  return count === 1;
}

/** What it measured counts no more. @returns false where there is no such key, or it was retired before */
export async function retireRunnerKey(tx: TenantTx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.runnerKey.updateMany({
    where: { id, retiredAt: null },
    data: { retiredAt: at },
  });
  return count === 1;
}

/** Retired ones among them, newest first. */
export async function listRunnerKeys(tx: TenantTx): Promise<RunnerKey[]> {
  const rows = await tx.runnerKey.findMany({ orderBy: [{ registeredAt: "desc" }, { id: "asc" }] });
  return rows.map(({ tenantId: _, ...key }) => key);
}
