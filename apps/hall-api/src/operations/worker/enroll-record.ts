import { randomUUID } from "node:crypto";
import { enrollWorker, lookupNamespaceClaim, type TenantTx } from "@guildhall/db";
import {
  catalogWarnings,
  HallError,
  namespaceOf,
  namespaceSkeleton,
  type TenantId,
  type WorkerId,
} from "@guildhall/protocol";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName, type Caller } from "../../identity/caller.ts";
import { readRecord } from "./read-record.ts";

/** What existing clients read (contract 8a), and beside it the receipt and what the record's version is. */
export const Enrolled = z.object({
  enrolled: z.literal(true),
  enrollment_id: z.uuid().optional(),
  updated: z.literal(true).optional(),
  worker_id: z.string(),
  enrolled_at: z.string().optional(),
  artifact_hash_verified: z.literal(true),
  version: z.int(),
  receipt_id: z.uuid(),
  /** Ids of the record that the catalog does not list, or has retired; only where there are some. */
  warnings: z.array(z.object({ path: z.string(), id: z.string(), says: z.string() })).optional(),
});

/** Enrolls the record that these bytes are. @throws HallError NAMESPACE_REFUSED, WORKER_RETIRED, and what reading one does */
export async function enrollRecord(
  hall: Hall,
  caller: Caller,
  bytes: Uint8Array,
): Promise<z.infer<typeof Enrolled>> {
  const { record, hash, text } = readRecord(bytes);
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
  const enrollmentId = randomUUID();
  const { act, enrolled } = await asCaller(hall, caller, async (tx) => {
    await refuseForeignNamespace(tx, caller.tenantId, record.worker_id);
    const enrolled = await enrollWorker(tx, {
      tenantId: caller.tenantId,
      workerId: record.worker_id,
      enrollmentId,
      speciesId: record.worker_species_id,
      recordHash: hash,
      record: text,
      enrolledBy: actorName(caller),
      receiptId: envelope.receipt_id,
    });
    if (enrolled.isRetired) throw new HallError("WORKER_RETIRED");
    const act = await hall.ledger.append(
      tx,
      {
        ...envelope,
        kind: "worker",
        action: enrolled.created ? "enrolled" : "updated",
        subject: record.worker_id,
        details: {
          version: enrolled.version,
          worker_record_hash: hash,
          worker_species_id: record.worker_species_id,
        },
      },
      nowMs,
      // A new record may hold less than the one that decisions in flight were made with.
      enrolled.created ? "none" : "tenant",
    );
    return { act, enrolled };
  });
  await hall.ledger.sealed(act);
  await hall.snapshots.refresh(caller.tenantId);
  const warnings = catalogWarnings(record);
  const answer = {
    worker_id: record.worker_id,
    artifact_hash_verified: true as const,
    version: enrolled.version,
    receipt_id: act.receiptId,
    ...(warnings.length > 0 && { warnings }),
  };
  return enrolled.created
    ? {
        enrolled: true,
        enrollment_id: enrollmentId,
        ...answer,
        enrolled_at: enrolled.enrolledAt.toISOString(),
      }
    : { enrolled: true, updated: true, ...answer };
}

/**
 * A namespace that is registered is its tenant's alone, and so is everything that could be mistaken for it. One that nobody
 * registered is open to everybody: names are claimed at the Hall's operator, not by coming first.
 */
async function refuseForeignNamespace(tx: TenantTx, tenantId: TenantId, workerId: WorkerId): Promise<void> {
  const namespace = namespaceOf(workerId);
  const skeleton = namespaceSkeleton(namespace);
  const claim = await lookupNamespaceClaim(tx, tenantId, { namespace, skeleton });
  if (claim === "taken" || claim === "alike")
    throw new HallError("NAMESPACE_REFUSED", { detail: { namespace, reason: claim } });
}
