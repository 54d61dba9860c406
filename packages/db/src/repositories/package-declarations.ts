import type { TenantId, WorkerId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** What a client of the public registry's wire said of a worker's package. Nobody signed it; no decision rests on it. */
export interface PackageDeclaration {
  /** The receipt's. */
  id: string;
  workerId: WorkerId;
  packageHash: string;
  workerVersion: string | null;
  label: string | null;
  aiGenerated: boolean;
  aiService: string | null;
  aiModel: string | null;
  aiSession: string | null;
  declaredAt: Date;
  declaredBy: string;
}

/** Takes the place of what was declared before. */
export async function declarePackage(
  tx: TenantTx,
  tenantId: TenantId,
  declaration: PackageDeclaration,
): Promise<void> {
  // Two at once would both find nothing to supersede.
  const lock = `guildhall.declaration/${tenantId}/${declaration.workerId}`;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`;
  await tx.packageDeclaration.updateMany({
    where: { workerId: declaration.workerId, supersededAt: null },
    data: { supersededAt: declaration.declaredAt },
  });
  await tx.packageDeclaration.createMany({ data: [{ ...declaration, tenantId }] });
}
