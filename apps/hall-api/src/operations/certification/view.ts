import { type CertificationRequest, REQUEST_STATES } from "@guildhall/db";
import { EXAMINED } from "@guildhall/engine";
import { CertificationScope, DataLabel, Env } from "@guildhall/protocol";
import { z } from "zod";

/** What an officer says of each thing that was examined. */
export const ChecklistAnswer = z.strictObject({
  check: z.enum(EXAMINED),
  accepted: z.boolean(),
  /** Asked for where something is accepted that a decision would deny. */
  note: z.string().trim().max(1024).default(""),
});

export const RequestView = z.object({
  request_id: z.uuid(),
  worker_id: z.string(),
  record_hash: z.string(),
  ...CertificationScope.shape,
  note: z.string(),
  requested: z.object({ at: z.string(), by: z.string(), receipt_id: z.uuid() }),
  state: z.enum(REQUEST_STATES),
  decided: z.object({ at: z.string(), by: z.string(), receipt_id: z.uuid() }).nullable(),
  reason: z.string().nullable(),
  checklist: z.array(z.object({ check: z.string(), accepted: z.boolean(), note: z.string() })).nullable(),
  certificate_id: z.uuid().nullable(),
});
export type RequestView = z.infer<typeof RequestView>;

/** One check for one environment and label, as a decision there would make it now. */
export const EvidenceItem = z.object({
  check: z.enum(EXAMINED),
  env: Env,
  data_label: DataLabel,
  met: z.boolean(),
  code: z.string().nullable(),
  because: z.string().nullable(),
});

export function requestView(request: CertificationRequest): RequestView {
  const { scope, decided, checklist } = request;
  return {
    request_id: request.id,
    worker_id: request.workerId,
    record_hash: request.recordHash,
    ...scope,
    note: request.note,
    requested: {
      at: request.requestedAt.toISOString(),
      by: request.requestedBy,
      receipt_id: request.requestReceiptId,
    },
    state: request.state,
    decided: decided && { at: decided.at.toISOString(), by: decided.by, receipt_id: decided.receiptId },
    reason: request.reason,
    checklist: checklist === null ? null : JSON.parse(checklist),
    certificate_id: request.certificateId,
  };
}
