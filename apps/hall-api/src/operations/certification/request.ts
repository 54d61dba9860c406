import { randomUUID } from "node:crypto";
import { createCertificationRequest, listWorkers } from "@guildhall/db";
import {
  ArtifactHash,
  CertificationScope,
  HallError,
  readStrictJson,
  WorkerId,
  WorkerRecord,
} from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { requireCertifiable, requireWithin } from "../certificate/certifiable.ts";
import { callerOf, operation } from "../operation.ts";
import { RequestView, requestView } from "./view.ts";

/** Asks an officer to look at one version of a worker. It gives no right by itself. */
export const request = operation({
  name: "certification.request",
  summary: "Ask that a worker's record be certified for capabilities, environments and data labels.",
  permission: "certification:request",
  input: z.strictObject({
    worker_id: WorkerId,
    record_hash: ArtifactHash,
    ...CertificationScope.shape,
    note: z.string().trim().max(1024).default(""),
  }),
  output: RequestView,
  rest: { method: "POST", path: "/wcp/workers/:worker_id/certification-requests", status: 201 },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { worker_id: workerId, record_hash: recordHash, note } = input;
    const scope = {
      capabilities: [...new Set(input.capabilities)].sort(),
      environments: [...new Set(input.environments)].sort(),
      data_labels: [...new Set(input.data_labels)].sort(),
    };
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const asked = {
      id: randomUUID(),
      workerId,
      recordHash,
      scope,
      note,
      requestedAt: new Date(nowMs),
      requestedBy: actorName(caller),
      requestReceiptId: envelope.receipt_id,
    };
    const act = await asCaller(hall, caller, async (tx) => {
      const worker = (await listWorkers(tx)).find((one) => one.workerId === workerId);
      if (!worker) throw new HallError("NOT_FOUND");
      requireCertifiable(worker, recordHash);
      requireWithin(
        scope,
        WorkerRecord.parse(readStrictJson(worker.record, { maxKeys: Number.POSITIVE_INFINITY })),
      );
      await createCertificationRequest(tx, caller.tenantId, asked);
      const details = { worker_id: workerId, worker_record_hash: recordHash, ...scope };
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "certification", action: "requested", subject: asked.id, details },
        nowMs,
      );
    });
    await hall.ledger.sealed(act);
    return requestView({
      ...asked,
      state: "open",
      decided: null,
      reason: null,
      checklist: null,
      certificateId: null,
    });
  },
});
