import { pemText } from "@guildhall/attestation/certificate";
import type { StoredCertificate } from "@guildhall/db";
import { DataLabel, Env } from "@guildhall/protocol";
import { z } from "zod";

/** A worker's certificate as operations show it. */
export const CertificateView = z.object({
  certificate_id: z.uuid(),
  /** The first of those that were renewed one from another; they are revoked together. */
  certification_id: z.uuid(),
  worker_id: z.string(),
  record_hash: z.string(),
  digest: z.string(),
  capabilities: z.array(z.string()),
  environments: z.array(Env),
  data_labels: z.array(DataLabel),
  /** True where the worker proved that it holds the certificate's key, so that it may use it for connections. */
  is_key_held: z.boolean(),
  state: z.enum(["valid", "expired", "revoked"]),
  valid_from: z.string(),
  valid_until: z.string(),
  issued_at: z.string(),
  issued_by: z.string(),
  receipt_id: z.uuid(),
  revocation: z
    .object({ at: z.string(), by: z.string(), reason: z.string(), receipt_id: z.uuid() })
    .nullable(),
  pem: z.string(),
});
export type CertificateView = z.infer<typeof CertificateView>;

export function viewOf(stored: StoredCertificate, nowMs: number): CertificateView {
  const { revocation, scope } = stored;
  return {
    certificate_id: stored.id,
    certification_id: stored.certificationId,
    worker_id: stored.workerId,
    record_hash: stored.recordHash,
    digest: stored.digest,
    ...scope,
    is_key_held: stored.isKeyHeld,
    state: revocation ? "revoked" : stored.validUntil.getTime() <= nowMs ? "expired" : "valid",
    valid_from: stored.validFrom.toISOString(),
    valid_until: stored.validUntil.toISOString(),
    issued_at: stored.issuedAt.toISOString(),
    issued_by: stored.issuedBy,
    receipt_id: stored.receiptId,
    revocation: revocation && {
      at: revocation.at.toISOString(),
      by: revocation.by,
      reason: revocation.reason,
      receipt_id: revocation.receiptId,
    },
    pem: pemText("CERTIFICATE", stored.der),
  };
}
