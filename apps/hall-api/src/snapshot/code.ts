import { commitText } from "@guildhall/attestation";
import type { AttestationStanding } from "@guildhall/db";
import type { SnapshotAttestation } from "@guildhall/engine";
import type { ArtifactHash, ReceiptId } from "@guildhall/protocol";

/** What a decision's receipt says of a worker's code: commitments only, and by which receipts they can be opened. */
export interface CodeEvidence {
  registered_hash: ArtifactHash;
  current_hash: ArtifactHash | null;
  attestation_receipt_id: ReceiptId;
  measurement_receipt_id: ReceiptId | null;
}

/** No hash at all, so that it equals none. */
const FLAGGED = "flagged";

/**
 * A worker's code as the engine sees it. While the worker is flagged it differs, whatever was measured since; and what
 * was signed by a key that counts no more counts as not measured.
 */
export function snapshotAttestation(standing: AttestationStanding): SnapshotAttestation {
  const { attestation, measured, flag, isKeyRetired } = standing;
  const method = measured?.method ?? attestation.method;
  return {
    method,
    registeredHash: registeredHash(standing),
    currentHash: flag !== null ? FLAGGED : isKeyRetired ? null : (measured?.hash ?? null),
    validUntilMs: measured?.validUntil.getTime() ?? 0,
  };
}

/** Of the image where an image was measured, else of the package. */
export function registeredHash({ attestation, measured }: AttestationStanding): string {
  return measured?.method === "oci-digest"
    ? (attestation.imageDigest ?? attestation.packageHash)
    : attestation.packageHash;
}

export function codeEvidence(standings: readonly AttestationStanding[]): Map<string, CodeEvidence> {
  return new Map(
    standings.map((standing) => {
      const { attestation, measured } = standing;
      return [
        attestation.workerId,
        {
          registered_hash: commitText(registeredHash(standing), attestation.salt),
          current_hash: measured && commitText(measured.hash, measured.salt),
          attestation_receipt_id: attestation.id as ReceiptId,
          measurement_receipt_id: measured && (measured.id as ReceiptId),
        },
      ];
    }),
  );
}
