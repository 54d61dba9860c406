import { findWorker, listRecordVersions, listTransports } from "@guildhall/db";
import { HallError, WorkerId } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const get = operation({
  name: "worker.get",
  summary: "One worker: its record, every version of it, and every address that it had.",
  permission: "worker:read",
  input: z.strictObject({ worker_id: WorkerId }),
  output: z.object({
    worker_id: z.string(),
    worker_species_id: z.string(),
    status: z.enum(["active", "suspended", "retired"]),
    enrolled_at: z.string(),
    updated_at: z.string(),
    worker_record_hash: z.string(),
    /** As it is stored, so that its hash can be computed over it. */
    record: z.string(),
    /** Newest first; each record is at /wcp/records/ under its hash. */
    versions: z.array(
      z.object({
        version: z.int(),
        worker_record_hash: z.string(),
        worker_species_id: z.string(),
        enrolled_at: z.string(),
        /** Null for what was enrolled before versions were kept. */
        enrolled_by: z.string().nullable(),
        receipt_id: z.uuid().nullable(),
      }),
    ),
    /** Newest first; the first one is in force. The address itself is shown only to who may set it: it is not here. */
    transports: z.array(z.object({ version: z.int(), digest: z.string(), set_at: z.string() })),
  }),
  rest: { method: "GET", path: "/wcp/workers/:worker_id" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    const { worker, versions, transports } = await asCaller(hall, callerOf(context), async (tx) => ({
      worker: await findWorker(tx, input.worker_id),
      versions: await listRecordVersions(tx, input.worker_id),
      transports: await listTransports(tx, input.worker_id),
    }));
    if (!worker) throw new HallError("NOT_FOUND");
    return {
      worker_id: worker.workerId,
      worker_species_id: worker.speciesId,
      status: worker.status,
      enrolled_at: worker.enrolledAt.toISOString(),
      updated_at: worker.updatedAt.toISOString(),
      worker_record_hash: worker.recordHash,
      record: worker.record,
      versions: versions.map((one) => ({
        version: one.version,
        worker_record_hash: one.recordHash,
        worker_species_id: one.speciesId,
        enrolled_at: one.enrolledAt.toISOString(),
        enrolled_by: one.enrolledBy,
        receipt_id: one.receiptId,
      })),
      transports: transports.map(({ version, digest, createdAt }) => ({
        version,
        digest,
        set_at: createdAt.toISOString(),
      })),
    };
  },
});
