import { listNameProofs, lookupTenantsWithStaleProofs, withTenant } from "@guildhall/db";
import { type Actor, HallError, type TenantId } from "@guildhall/protocol";
import { checkProof, type ProofHall } from "./check-proof.ts";

/** A proof is looked at again a day after it was. */
export const RECHECK_MS = 24 * 3600 * 1000;

const RECHECK: Actor = { kind: "hall", id: "names" };

/** Looks again at what was proved a day ago, whichever instance finds it. @returns how many were found lost or found again */
export async function recheckProofs(hall: ProofHall): Promise<number> {
  const before = new Date(hall.clock.now() - RECHECK_MS);
  let changed = 0;
  for (const tenantId of await lookupTenantsWithStaleProofs(hall.db, before))
    changed += await recheckTenant(hall, tenantId, before);
  return changed;
}

async function recheckTenant(hall: ProofHall, tenantId: TenantId, before: Date): Promise<number> {
  const proofs = await withTenant(hall.db, tenantId, listNameProofs);
  let changed = 0;
  for (const { id, provedAt, checkedAt } of proofs) {
    if (provedAt === null || checkedAt === null || checkedAt > before) continue;
    const inTenant = <T>(work: Parameters<typeof withTenant<T>>[2]) => withTenant(hall.db, tenantId, work);
    try {
      const { receiptId } = await checkProof(hall, { tenantId, id, actor: RECHECK, inTenant });
      if (receiptId !== null) changed++;
    } catch (error) {
      // Released meanwhile, or another's since it was lost: nothing to write down.
      if (!(error instanceof HallError && /^(?:NOT_FOUND|CONFLICT)$/.test(error.code))) throw error;
    }
  }
  return changed;
}
