import type { CertificationScope, TenantId, WorkerId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

export const REQUEST_STATES = ["open", "granted", "refused", "withdrawn"] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** That a worker be certified: who asked, for which record and what, and what became of it. */
export interface CertificationRequest {
  id: string;
  workerId: WorkerId;
  recordHash: string;
  scope: CertificationScope;
  note: string;
  requestedAt: Date;
  requestedBy: string;
  requestReceiptId: string;
  state: RequestState;
  decided: { at: Date; by: string; receiptId: string } | null;
  reason: string | null;
  /** Canonical JSON of what was examined. */
  checklist: string | null;
  certificateId: string | null;
}

export async function createCertificationRequest(
  tx: TenantTx,
  tenantId: TenantId,
  request: Omit<CertificationRequest, "state" | "decided" | "reason" | "checklist" | "certificateId">,
): Promise<void> {
  const { scope, ...rest } = request;
  await tx.certificationRequest.create({
    data: {
      tenantId,
      ...rest,
      capabilities: scope.capabilities,
      environments: scope.environments,
      dataLabels: scope.data_labels,
    },
  });
}

/** Newest first; of one state, or of all. */
export async function listCertificationRequests(
  tx: TenantTx,
  { state, limit }: { state?: RequestState | undefined; limit: number },
): Promise<CertificationRequest[]> {
  const rows = await tx.certificationRequest.findMany({
    ...(state && { where: { state } }),
    orderBy: [{ requestedAt: "desc" }, { id: "asc" }],
    take: limit,
  });
  return rows.map(toRequest);
}

export async function findCertificationRequest(
  tx: TenantTx,
  id: string,
): Promise<CertificationRequest | null> {
  const row = await tx.certificationRequest.findFirst({ where: { id } });
  return row && toRequest(row);
}

/** Whoever decides a request asks for this first: two who decide it follow each other. */
export async function lockCertificationRequest(
  tx: TenantTx,
  id: string,
): Promise<CertificationRequest | null> {
  await tx.$queryRaw`SELECT 1 FROM hall.certification_request WHERE id = ${id}::uuid FOR UPDATE`;
  return findCertificationRequest(tx, id);
}

/** @returns false where it was decided before */
export async function decideCertificationRequest(
  tx: TenantTx,
  id: string,
  decision: {
    state: Exclude<RequestState, "open">;
    at: Date;
    by: string;
    receiptId: string;
    reason: string | null;
    checklist: string | null;
    certificateId: string | null;
  },
): Promise<boolean> {
  const { state, at, by, receiptId, reason, checklist, certificateId } = decision;
  const { count } = await tx.certificationRequest.updateMany({
    where: { id, state: "open" },
    data: {
      state,
      decidedAt: at,
      decidedBy: by,
      decisionReceiptId: receiptId,
      reason,
      checklist,
      certificateId,
    },
  });
  return count === 1;
}

type Row = NonNullable<Awaited<ReturnType<TenantTx["certificationRequest"]["findFirst"]>>>;

function toRequest(row: Row): CertificationRequest {
  const { capabilities, environments, dataLabels } = row;
  return {
    id: row.id,
    workerId: row.workerId as WorkerId,
    recordHash: row.recordHash,
    scope: { capabilities, environments, data_labels: dataLabels } as CertificationScope,
    note: row.note,
    requestedAt: row.requestedAt,
    requestedBy: row.requestedBy,
    requestReceiptId: row.requestReceiptId,
    state: row.state as RequestState,
    decided:
      row.decidedAt && row.decidedBy && row.decisionReceiptId
        ? { at: row.decidedAt, by: row.decidedBy, receiptId: row.decisionReceiptId }
        : null,
    reason: row.reason,
    checklist: row.checklist,
    certificateId: row.certificateId,
  };
}
