import type { AttestationStanding, ClearedFlag } from "@guildhall/db";
import { z } from "zod";

/** How a worker's code stands, without a hash: who may ask this may be who would forge it. */
export const AttestationView = z.object({
  worker_id: z.string(),
  worker_version: z.string(),
  namespace: z.string(),
  /** The weakest way of measuring that counts. */
  method: z.string(),
  state: z.enum(["unmeasured", "matches", "expired", "flagged", "key_retired"]),
  measured: z
    .object({ method: z.string(), at: z.string(), valid_until: z.string(), receipt_id: z.uuid() })
    .nullable(),
  flagged_since: z.string().nullable(),
  /** The receipt of the alert that came with the flag. */
  flag_receipt_id: z.uuid().nullable(),
  /** The flag that was cleared last, by whom and why; null where none ever was. */
  cleared: z
    .object({
      flagged_at: z.string(),
      flag_receipt_id: z.uuid(),
      at: z.string(),
      by: z.string(),
      reason: z.string(),
    })
    .nullable(),
  registered_at: z.string(),
  registered_by: z.string(),
  envelope_digest: z.string(),
  receipt_id: z.uuid(),
});

export function attestationView(
  standing: AttestationStanding,
  cleared: readonly ClearedFlag[],
  nowMs: number,
): z.infer<typeof AttestationView> {
  const { attestation, namespace, measured, flag } = standing;
  const last = cleared.find(({ workerId }) => workerId === attestation.workerId);
  return {
    worker_id: attestation.workerId,
    worker_version: attestation.workerVersion,
    namespace,
    method: attestation.method,
    state: stateOf(standing, nowMs),
    measured: measured && {
      method: measured.method,
      at: measured.answeredAt.toISOString(),
      valid_until: measured.validUntil.toISOString(),
      receipt_id: measured.id,
    },
    flagged_since: flag?.raisedAt.toISOString() ?? null,
    flag_receipt_id: flag?.id ?? null,
    cleared: last
      ? {
          flagged_at: last.raisedAt.toISOString(),
          flag_receipt_id: last.id,
          at: last.clearedAt.toISOString(),
          by: last.clearedBy,
          reason: last.clearReason,
        }
      : null,
    registered_at: attestation.registeredAt.toISOString(),
    registered_by: attestation.registeredBy,
    envelope_digest: attestation.envelopeDigest,
    receipt_id: attestation.id,
  };
}

function stateOf({ flag, isKeyRetired, measured }: AttestationStanding, nowMs: number) {
  if (flag) return "flagged";
  if (isKeyRetired) return "key_retired";
  if (!measured) return "unmeasured";
  return nowMs < measured.validUntil.getTime() ? "matches" : "expired";
}
