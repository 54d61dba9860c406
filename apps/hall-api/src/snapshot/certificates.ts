import { hash } from "node:crypto";
import { readWorkerCertificate } from "@guildhall/attestation/certificate";
import type { StoredCertificate } from "@guildhall/db";
import type { SnapshotCertificate } from "@guildhall/engine";
import type { WorkerId } from "@guildhall/protocol";

/** Certificates as the engine sees them: of each worker newest first, as they come. */
export function heldCertificates(
  stored: readonly StoredCertificate[],
): Map<WorkerId, readonly SnapshotCertificate[]> {
  const seen = stored.map((one) => [one.workerId, snapshotCertificate(one)] as const);
  const ofWorker = Map.groupBy(seen, ([workerId]) => workerId);
  return new Map(
    [...ofWorker].map(([workerId, all]) => [workerId, all.map(([, certificate]) => certificate)]),
  );
}

function snapshotCertificate(stored: StoredCertificate): SnapshotCertificate {
  const { id, digest, recordHash, scope, revocation, validFrom, validUntil } = stored;
  return {
    certificateId: id,
    digest,
    recordHash,
    capabilities: new Set(scope.capabilities),
    environments: new Set(scope.environments),
    dataLabels: new Set(scope.data_labels),
    revoked: revocation !== null,
    validFromMs: validFrom.getTime(),
    validUntilMs: validUntil.getTime(),
  };
}

/**
 * The same from what was signed, for a replay: where a row was changed beside its certificate, the two differ and the replay
 * shows it. Whether it was revoked at the time stands in the receipt.
 * @returns null where the bytes are not those that the digest names
 */
export function certificateAsSigned(der: Uint8Array, digest: string): SnapshotCertificate | null {
  if (certificateDigest(der) !== digest) return null;
  const { certificateId, statement, notBefore, notAfter } = readWorkerCertificate(der);
  return {
    certificateId,
    digest,
    recordHash: statement.record_hash,
    capabilities: new Set(statement.capabilities),
    environments: new Set(statement.environments),
    dataLabels: new Set(statement.data_labels),
    revoked: false,
    validFromMs: notBefore.getTime(),
    validUntilMs: notAfter.getTime(),
  };
}

/** By what receipts name a certificate: SHA-256 of its DER. */
export function certificateDigest(der: Uint8Array): string {
  return `sha256:${hash("sha256", der, "hex")}`;
}
