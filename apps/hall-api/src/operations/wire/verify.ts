import { lookupVerifiedWorker, type VerifiedWorker } from "@guildhall/db";
import { HallError, namespaceOf, WorkerId } from "@guildhall/protocol";
import { z } from "zod";
import { operation } from "../operation.ts";

/**
 * What anybody may know of a worker whose tenant declared its package. Every other id is 404 with one body, whatever the
 * reason, so ids cannot be probed: clients make `unknown` of it (contract 8b).
 */
export const verify = operation({
  name: "wire.verify",
  summary: "What a tenant declared of a worker's package, and whether the worker may still be used.",
  permission: "public",
  // Whatever came: an id that breaks the grammar is as unknown as any other.
  input: z.strictObject({ worker_id: z.string() }),
  output: z.object({
    worker_id: z.string(),
    status: z.enum(["active", "revoked", "banned"]),
    current_hash: z.string().nullable(),
    banned: z.boolean(),
    ban_reason: z.string().nullable(),
    attested_at: z.string().nullable(),
    ai_generated: z.boolean(),
    ai_service: z.string().nullable(),
    ai_model: z.string().nullable(),
    ai_session_fingerprint: z.string().nullable(),
  }),
  rest: { method: "GET", path: "/api/v1/verify/:worker_id", wire: {} },
  async run({ hall, input }) {
    const id = WorkerId.safeParse(input.worker_id);
    const worker = id.success ? await lookupVerifiedWorker(hall.db, id.data, namespaceOf(id.data)) : null;
    if (!worker) throw new HallError("NOT_FOUND");
    return {
      worker_id: input.worker_id,
      status: isUsable(worker) ? ("active" as const) : ("revoked" as const),
      current_hash: worker.packageHash,
      // The Hall has no ban list yet.
      banned: false,
      ban_reason: null,
      attested_at: worker.declaredAt.toISOString(),
      ai_generated: worker.aiGenerated,
      ai_service: worker.aiService,
      ai_model: worker.aiModel,
      ai_session_fingerprint: worker.aiSession,
    };
  },
});

/** Not retired, suspended or flagged, and not of a suspended tenant: which of them is nobody's business outside. */
function isUsable({ status, isFlagged, isSuspended }: VerifiedWorker): boolean {
  return status === "active" && !isFlagged && !isSuspended;
}
