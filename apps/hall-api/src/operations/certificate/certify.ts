import { randomUUID } from "node:crypto";
import type { SubjectKey } from "@guildhall/attestation/certificate";
import { type StoredCertificate, storeCertificate, type TenantTx } from "@guildhall/db";
import {
  type CertificationScope,
  CertificationStatement,
  HallError,
  instant,
  type WorkerId,
} from "@guildhall/protocol";
import { z } from "zod";
import { BACKDATED_MS } from "../../certification/authority.ts";
import type { Hall } from "../../hall.ts";
import { actorName, type Caller } from "../../identity/caller.ts";
import type { Appended } from "../../ledger/append-entry.ts";
import { certificateDigest } from "../../snapshot/certificates.ts";

/** No certification outlives 398 days without anybody looking at the worker again. */
export const ExpiresInSeconds = z
  .int()
  .min(60)
  .max(398 * 24 * 3600);

export interface Certification {
  action: "issued" | "renewed";
  workerId: WorkerId;
  species: string;
  recordHash: string;
  scope: CertificationScope;
  key: SubjectKey;
  expiresInSeconds: number;
  /** What it is renewed from; null where it is the first of its certification. */
  previous: Pick<StoredCertificate, "id" | "certificationId"> | null;
  /** What was asked for and examined, where somebody had asked. */
  examined?: { requestId: string; requestedBy: string; evidenceDigest: string; checklist: Checklist };
}

/** What an officer said of each thing that was examined. */
export type Checklist = { check: string; accepted: boolean; note: string }[];

/** Signs and stores a certificate and ends the transaction with its entry. Nobody sees it before that is sealed. */
export async function certify(
  hall: Hall,
  tx: TenantTx,
  caller: Caller,
  { action, workerId, species, recordHash, scope, key, expiresInSeconds, previous, examined }: Certification,
  decided: (certificate: StoredCertificate) => Promise<void> = async () => undefined,
): Promise<{ certificate: StoredCertificate; act: Appended }> {
  const nowMs = hall.clock.now();
  const id = randomUUID();
  const validFrom = wholeSecond(nowMs - BACKDATED_MS);
  const validUntil = wholeSecond(nowMs + expiresInSeconds * 1000);
  if (validUntil > hall.authority.endsAt)
    throw new HallError("CONFLICT", {
      detail: { reason: `the Hall's authority itself ends at ${hall.authority.endsAt.toISOString()}` },
    });
  const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
  const sorted = {
    capabilities: [...new Set(scope.capabilities)].sort(),
    environments: [...new Set(scope.environments)].sort(),
    data_labels: [...new Set(scope.data_labels)].sort(),
  };
  const der = await hall.authority.certify({
    certificateId: id,
    workerId,
    statement: CertificationStatement.parse({
      version: 1,
      chain: caller.tenantId,
      record_hash: recordHash,
      species,
      ...sorted,
    }),
    key,
    notBefore: validFrom,
    notAfter: validUntil,
  });
  const certificate: StoredCertificate = {
    id,
    certificationId: previous?.certificationId ?? id,
    workerId,
    recordHash,
    digest: certificateDigest(der),
    der,
    authorityKeyId: hall.authority.keyId,
    isKeyHeld: key.isHeld,
    scope: sorted,
    validFrom,
    validUntil,
    issuedAt: new Date(nowMs),
    issuedBy: actorName(caller),
    receiptId: envelope.receipt_id,
    revocation: null,
  };
  await storeCertificate(tx, caller.tenantId, certificate);
  await decided(certificate);
  const details = {
    worker_id: workerId,
    worker_record_hash: recordHash,
    certification_id: certificate.certificationId,
    previous_certificate_id: previous?.id ?? null,
    digest: certificate.digest,
    authority: certificate.authorityKeyId,
    ...sorted,
    is_key_held: key.isHeld,
    valid_from: instant(validFrom.getTime()),
    valid_until: instant(validUntil.getTime()),
    ...(examined && {
      request_id: examined.requestId,
      requested_by: examined.requestedBy,
      evidence_digest: examined.evidenceDigest,
      checklist: examined.checklist,
    }),
  };
  const entry = { kind: "certification", action, subject: id, details } as const;
  const act = await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs);
  return { certificate, act };
}

/** X.509 counts in seconds; what is decided by is what was signed. */
function wholeSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}
