import { clearFlag } from "@guildhall/db";
import { HallError, WorkerId } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";

/**
 * A person's word that a worker's code has been put right. It gives back no right by itself: everything measured before
 * counts no more, and the worker runs again only after a good measurement. The fence makes that so at once.
 */
export const clear = operation({
  name: "flag.clear",
  summary: "Clear a worker's flag, with a reason; it runs again only after a measurement that matches.",
  permission: "flag:clear",
  stepUp: true,
  input: z.strictObject({ worker_id: WorkerId, reason: z.string().min(1).max(1024) }),
  output: z.object({ worker_id: z.string(), flag_id: z.uuid(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/workers/:worker_id/flag/clear" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { worker_id: workerId, reason } = input;
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { act, flagId } = await asCaller(hall, caller, async (tx) => {
      const clearing = { clearedAt: new Date(nowMs), clearedBy: actorName(caller), clearReason: reason };
      const flagId = await clearFlag(tx, workerId, clearing);
      if (flagId === null) throw new HallError("NOT_FOUND");
      const details = { flag_id: flagId, reason };
      const act = await hall.ledger.append(
        tx,
        { ...envelope, kind: "alert", action: "cleared", subject: workerId, details },
        nowMs,
        "tenant",
      );
      return { act, flagId };
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return { worker_id: workerId, flag_id: flagId, receipt_id: act.receiptId };
  },
});
