import type { CertificationScope, RevocationReason, TenantId, WorkerId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** A worker's certificate, kept for as long as a receipt names it. */
export interface StoredCertificate {
  id: string;
  /** The first of those that were renewed one from another. */
  certificationId: string;
  workerId: WorkerId;
  recordHash: string;
  /** SHA-256 of `der`. */
  digest: string;
  der: Uint8Array;
  authorityKeyId: string;
  isKeyHeld: boolean;
  scope: CertificationScope;
  validFrom: Date;
  validUntil: Date;
  issuedAt: Date;
  issuedBy: string;
  receiptId: string;
  revocation: CertificateRevocation | null;
}

export interface CertificateRevocation {
  at: Date;
  by: string;
  reason: RevocationReason;
  receiptId: string;
}

/**
 * What is renewed and what is revoked are held against each other: whoever does one of them asks for this first, and waits
 * until the other's transaction has ended.
 */
export async function lockCertifications(tx: TenantTx, tenantId: TenantId): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`guildhall.certifications/${tenantId}`}, 0))`;
}

export async function storeCertificate(
  tx: TenantTx,
  tenantId: TenantId,
  { scope, revocation: _, der, ...certificate }: StoredCertificate,
): Promise<void> {
  await tx.certificate.create({
    data: {
      ...certificate,
      tenantId,
      der: new Uint8Array(der),
      capabilities: scope.capabilities,
      environments: scope.environments,
      dataLabels: scope.data_labels,
    },
  });
}

/** Newest first; of one worker, or of all. */
export async function listCertificates(tx: TenantTx, workerId?: WorkerId): Promise<StoredCertificate[]> {
  const rows = await tx.certificate.findMany({
    ...(workerId && { where: { workerId } }),
    orderBy: [{ issuedAt: "desc" }, { id: "asc" }],
  });
  return rows.map(toCertificate);
}

/** Those that decisions look at, newest first: of each worker the newest, and whatever may still count at `at`. */
export async function certificatesThatMatter(tx: TenantTx, at: Date): Promise<StoredCertificate[]> {
  const newest = await tx.certificate.findMany({
    distinct: ["workerId"],
    orderBy: [{ workerId: "asc" }, { issuedAt: "desc" }, { id: "asc" }],
    select: { id: true },
  });
  const rows = await tx.certificate.findMany({
    where: {
      OR: [{ id: { in: newest.map(({ id }) => id) } }, { revokedAt: null, validUntil: { gt: at } }],
    },
    orderBy: [{ issuedAt: "desc" }, { id: "asc" }],
  });
  return rows.map(toCertificate);
}

export async function findCertificate(tx: TenantTx, id: string): Promise<StoredCertificate | null> {
  const row = await tx.certificate.findFirst({ where: { id } });
  return row && toCertificate(row);
}

/** By the digest that receipts name. */
export async function readCertificate(tx: TenantTx, digest: string): Promise<StoredCertificate | null> {
  const row = await tx.certificate.findFirst({ where: { digest } });
  return row && toCertificate(row);
}

/** Revokes every certificate of a certification that is not revoked yet. @returns their ids */
export async function revokeCertification(
  tx: TenantTx,
  certificationId: string,
  { at, by, reason, receiptId }: CertificateRevocation,
): Promise<string[]> {
  const rows = await tx.certificate.updateManyAndReturn({
    where: { certificationId, revokedAt: null },
    data: { revokedAt: at, revokedBy: by, revocationReason: reason, revocationReceiptId: receiptId },
    select: { id: true },
  });
  return rows.map(({ id }) => id).sort();
}

interface CertificateRow {
  id: string;
  certificationId: string;
  workerId: string;
  recordHash: string;
  digest: string;
  der: Uint8Array;
  authorityKeyId: string;
  isKeyHeld: boolean;
  capabilities: string[];
  environments: string[];
  dataLabels: string[];
  validFrom: Date;
  validUntil: Date;
  issuedAt: Date;
  issuedBy: string;
  receiptId: string;
  revokedAt: Date | null;
  revokedBy: string | null;
  revocationReason: string | null;
  revocationReceiptId: string | null;
}

function toCertificate(row: CertificateRow): StoredCertificate {
  const { revokedAt, revokedBy, revocationReason, revocationReceiptId } = row;
  const { capabilities, environments, dataLabels } = row;
  return {
    id: row.id,
    certificationId: row.certificationId,
    workerId: row.workerId as WorkerId,
    recordHash: row.recordHash,
    digest: row.digest,
    der: row.der,
    authorityKeyId: row.authorityKeyId,
    isKeyHeld: row.isKeyHeld,
    scope: { capabilities, environments, data_labels: dataLabels } as CertificationScope,
    validFrom: row.validFrom,
    validUntil: row.validUntil,
    issuedAt: row.issuedAt,
    issuedBy: row.issuedBy,
    receiptId: row.receiptId,
    revocation:
      revokedAt && revokedBy && revocationReason && revocationReceiptId
        ? {
            at: revokedAt,
            by: revokedBy,
            reason: revocationReason as RevocationReason,
            receiptId: revocationReceiptId,
          }
        : null,
  };
}
