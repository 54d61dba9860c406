import { endSession } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

/** Takes a right away, so it raises the fence. */
export const revoke = operation({
  name: "session.revoke",
  summary: "End another of one's own sessions.",
  permission: "session:end",
  input: z.strictObject({ id: z.uuid() }),
  output: z.object({ id: z.uuid(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/sessions/:id/revoke" },
  trpc: "mutation",
  async run({ hall, input: { id }, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      // Only where it is one's own: somebody else's is not there.
      if (!(await endSession(tx, id, new Date(nowMs), caller.actor.id))) throw new HallError("NOT_FOUND");
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "session", action: "revoked", subject: id, details: {} },
        nowMs,
        "tenant",
      );
    });
    await hall.ledger.sealed(act);
    return { id, receipt_id: act.receiptId };
  },
});
