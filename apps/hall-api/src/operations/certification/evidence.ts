import { documentDigest } from "@guildhall/attestation";
import type { CertificationRequest } from "@guildhall/db";
import { type Examination, examineWorker } from "@guildhall/engine";
import type { TenantId } from "@guildhall/protocol";
import type { Hall } from "../../hall.ts";

export interface Evidence {
  /** Of what was found: whoever grants names it, so that nobody certifies by what has changed meanwhile. */
  digest: string;
  items: Examination[];
  /** False where another version of the record is enrolled, or the worker is not active. */
  isOfThisRecord: boolean;
}

/** What the Hall itself finds of a worker for what is asked, at this moment. */
export async function readEvidence(
  hall: Hall,
  tenantId: TenantId,
  { workerId, recordHash, scope }: Pick<CertificationRequest, "workerId" | "recordHash" | "scope">,
): Promise<Evidence> {
  const engine = (await hall.snapshots.refresh(tenantId))?.engine;
  const worker = [...(engine?.workers.values() ?? [])].flat().find((one) => one.workerId === workerId);
  const isOfThisRecord = worker?.recordHash === recordHash && worker.available;
  const items = engine && worker ? examineWorker(engine, worker, scope, hall.clock.now()) : [];
  return { digest: documentDigest({ isOfThisRecord, items, recordHash, workerId }), items, isOfThisRecord };
}
