import { documentDigest } from "@guildhall/attestation";
import { setWorkerTransport } from "@guildhall/db";
import { HallError, WorkerId, WorkerTransport } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const setTransport = operation({
  name: "worker.set_transport",
  summary:
    "Set where a worker is reached; a new version beside its record, named by digest in every decision.",
  permission: "worker:set-transport",
  stepUp: true,
  input: z.strictObject({ worker_id: WorkerId, ...WorkerTransport.shape }),
  output: z.object({ worker_id: z.string(), version: z.int(), digest: z.string(), receipt_id: z.uuid() }),
  rest: { method: "PUT", path: "/wcp/workers/:worker_id/transport" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { worker_id: workerId, ...transport } = input;
    const digest = documentDigest(transport);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { act, version } = await asCaller(hall, caller, async (tx) => {
      const version = await setWorkerTransport(
        tx,
        { tenantId: caller.tenantId, workerId },
        { ...transport, digest },
      );
      if (version === null) throw new HallError("NOT_FOUND");
      const act = await hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "worker",
          action: "transport_set",
          subject: workerId,
          // The address itself stays out: a receipt is kept for ever, and the digest names it.
          details: { version, transport_digest: digest, kind: transport.kind },
        },
        nowMs,
        // Work that was decided for the old address must not start at it any more.
        "tenant",
      );
      return { act, version };
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return { worker_id: workerId, version, digest, receipt_id: act.receiptId };
  },
});
