import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

export const AGREEMENT_STATES = ["draft", "active", "suspended", "terminated"] as const;
export type StoredAgreementState = (typeof AGREEMENT_STATES)[number];

/** An agreement as it stands: in which state, and by which of its versions. */
export interface StoredAgreement {
  id: string;
  state: StoredAgreementState;
  /** Activated last; null where none ever was. */
  version: number | null;
  createdAt: Date;
  createdBy: string;
  changedAt: Date;
  changedBy: string;
  reason: string | null;
  /** Of the act that brought it into this state. */
  receiptId: string;
}

/** One version: its document, which never changes, and who bound themselves by it. */
export interface AgreementVersion {
  agreementId: string;
  version: number;
  digest: string;
  /** Canonical JSON; its SHA-256 is the digest. */
  document: string;
  draftedAt: Date;
  draftedBy: string;
  draftReceiptId: string;
  signed: { at: Date; by: string; receiptId: string } | null;
  countersigned: { at: Date; keyId: string; envelope: string; receiptId: string } | null;
  activated: { at: Date; by: string; receiptId: string } | null;
}

/** An act of somebody, with the receipt that records it. */
export interface AgreementAct {
  at: Date;
  by: string;
  receiptId: string;
}

/** Acts on one agreement follow each other: whoever does one asks for this first. @returns null where there is none */
export async function lockAgreement(tx: TenantTx, id: string): Promise<StoredAgreement | null> {
  await tx.$queryRaw`SELECT 1 FROM hall.agreement WHERE id = ${id}::uuid FOR UPDATE`;
  return findAgreement(tx, id);
}

export async function findAgreement(tx: TenantTx, id: string): Promise<StoredAgreement | null> {
  const row = await tx.agreement.findFirst({ where: { id } });
  return row && toAgreement(row);
}

export async function createAgreement(
  tx: TenantTx,
  tenantId: TenantId,
  id: string,
  { at, by, receiptId }: AgreementAct,
): Promise<void> {
  await tx.agreement.create({
    data: { tenantId, id, createdAt: at, createdBy: by, changedAt: at, changedBy: by, receiptId },
  });
}

export async function storeAgreementVersion(
  tx: TenantTx,
  tenantId: TenantId,
  draft: Pick<AgreementVersion, "agreementId" | "version" | "digest" | "document">,
  { at, by, receiptId }: AgreementAct,
): Promise<void> {
  await tx.agreementVersion.create({
    data: { tenantId, ...draft, draftedAt: at, draftedBy: by, draftReceiptId: receiptId },
  });
}

/** Newest first. */
export async function listAgreementVersions(tx: TenantTx, agreementId: string): Promise<AgreementVersion[]> {
  const rows = await tx.agreementVersion.findMany({
    where: { agreementId },
    orderBy: { version: "desc" },
  });
  return rows.map(toVersion);
}

/** By the digest that receipts name. */
export async function readAgreementVersion(tx: TenantTx, digest: string): Promise<AgreementVersion | null> {
  const row = await tx.agreementVersion.findFirst({ where: { digest } });
  return row && toVersion(row);
}

/** Newest first, each with its newest version and the one it stands by. */
export async function listAgreements(
  tx: TenantTx,
): Promise<{ agreement: StoredAgreement; newest: AgreementVersion }[]> {
  const agreements = await tx.agreement.findMany({ orderBy: [{ createdAt: "desc" }, { id: "asc" }] });
  const versions = await tx.agreementVersion.findMany({
    distinct: ["agreementId"],
    orderBy: [{ agreementId: "asc" }, { version: "desc" }],
  });
  const newestOf = new Map(versions.map((row) => [row.agreementId, toVersion(row)]));
  return agreements.flatMap((row) => {
    const newest = newestOf.get(row.id);
    return newest ? [{ agreement: toAgreement(row), newest }] : [];
  });
}

/**
 * Those that decisions look at, by the version that was activated last, sorted by id: whatever is not terminated, and of the
 * terminated ones the last, which tells a denial what became of it.
 */
export async function agreementsThatMatter(
  tx: TenantTx,
): Promise<{ agreement: StoredAgreement; current: AgreementVersion }[]> {
  const live = await tx.agreement.findMany({ where: { state: { in: ["active", "suspended"] } } });
  const last = await tx.agreement.findFirst({
    where: { state: "terminated", version: { not: null } },
    orderBy: [{ changedAt: "desc" }, { id: "asc" }],
  });
  const agreements = last ? [...live, last] : live;
  if (agreements.length === 0) return [];
  const rows = await tx.agreementVersion.findMany({
    where: { OR: agreements.map(({ id, version }) => ({ agreementId: id, version: version ?? 0 })) },
  });
  const currentOf = new Map(rows.map((row) => [row.agreementId, toVersion(row)]));
  return agreements
    .flatMap((row) => {
      const current = currentOf.get(row.id);
      return current ? [{ agreement: toAgreement(row), current }] : [];
    })
    .sort((a, b) => (a.agreement.id < b.agreement.id ? -1 : 1));
}

/** @returns false where it is signed already */
export async function signAgreementVersion(
  tx: TenantTx,
  agreementId: string,
  version: number,
  { at, by, receiptId }: AgreementAct,
): Promise<boolean> {
  const { count } = await tx.agreementVersion.updateMany({
    where: { agreementId, version, signedAt: null },
    data: { signedAt: at, signedBy: by, signReceiptId: receiptId },
  });
  return count === 1;
}

/** @returns false where it is countersigned already, or not signed yet */
export async function countersignAgreementVersion(
  tx: TenantTx,
  agreementId: string,
  version: number,
  { at, keyId, envelope, receiptId }: NonNullable<AgreementVersion["countersigned"]>,
): Promise<boolean> {
  const { count } = await tx.agreementVersion.updateMany({
    where: { agreementId, version, signedAt: { not: null }, countersignedAt: null },
    data: {
      countersignedAt: at,
      countersigningKeyId: keyId,
      countersignature: envelope,
      countersignReceiptId: receiptId,
    },
  });
  return count === 1;
}

/** Puts a version in force. @returns false where it was activated already, or both have not signed it */
export async function activateAgreementVersion(
  tx: TenantTx,
  agreementId: string,
  version: number,
  { at, by, receiptId }: AgreementAct,
): Promise<boolean> {
  const { count } = await tx.agreementVersion.updateMany({
    where: { agreementId, version, countersignedAt: { not: null }, activatedAt: null },
    data: { activatedAt: at, activatedBy: by, activateReceiptId: receiptId },
  });
  if (count !== 1) return false;
  const { count: moved } = await tx.agreement.updateMany({
    where: { id: agreementId, state: { not: "terminated" } },
    data: { state: "active", version, changedAt: at, changedBy: by, reason: null, receiptId },
  });
  return moved === 1;
}

/** @returns false where it stands in none of the states that lead there */
export async function moveAgreement(
  tx: TenantTx,
  id: string,
  { from, to, reason }: { from: readonly StoredAgreementState[]; to: StoredAgreementState; reason: string },
  { at, by, receiptId }: AgreementAct,
): Promise<boolean> {
  const { count } = await tx.agreement.updateMany({
    where: { id, state: { in: [...from] } },
    data: { state: to, changedAt: at, changedBy: by, reason, receiptId },
  });
  return count === 1;
}

type AgreementRow = NonNullable<Awaited<ReturnType<TenantTx["agreement"]["findFirst"]>>>;
type VersionRow = NonNullable<Awaited<ReturnType<TenantTx["agreementVersion"]["findFirst"]>>>;

function toAgreement({ tenantId: _, ...row }: AgreementRow): StoredAgreement {
  return { ...row, state: row.state as StoredAgreementState };
}

function toVersion(row: VersionRow): AgreementVersion {
  const { agreementId, version, digest, document, draftedAt, draftedBy, draftReceiptId } = row;
  return {
    agreementId,
    version,
    digest,
    document,
    draftedAt,
    draftedBy,
    draftReceiptId,
    signed:
      row.signedAt && row.signedBy && row.signReceiptId
        ? { at: row.signedAt, by: row.signedBy, receiptId: row.signReceiptId }
        : null,
    countersigned:
      row.countersignedAt && row.countersigningKeyId && row.countersignature && row.countersignReceiptId
        ? {
            at: row.countersignedAt,
            keyId: row.countersigningKeyId,
            envelope: row.countersignature,
            receiptId: row.countersignReceiptId,
          }
        : null,
    activated:
      row.activatedAt && row.activatedBy && row.activateReceiptId
        ? { at: row.activatedAt, by: row.activatedBy, receiptId: row.activateReceiptId }
        : null,
  };
}
