import { endSessionsOf, findMember, lockToEndSessions } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { requireMayGive } from "../../identity/giving-roles.ts";
import { callerOf, operation } from "../operation.ts";

/** Takes a right away, so it raises the fence. */
export const endSessions = operation({
  name: "member.end-sessions",
  summary: "End every session of a member, who signs in again.",
  permission: "member:end-sessions",
  input: z.strictObject({ id: z.uuid() }),
  output: z.object({ id: z.uuid(), sessions_ended: z.int(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/members/:id/end-sessions" },
  trpc: "mutation",
  async run({ hall, input: { id }, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { act, ended } = await asCaller(hall, caller, async (tx) => {
      await lockToEndSessions(tx, caller.tenantId);
      const member = await findMember(tx, id);
      if (!member || member.removedAt) throw new HallError("NOT_FOUND");
      await requireMayGive(tx, caller, member.role);
      const ended = await endSessionsOf(tx, id, new Date(nowMs));
      const entry = {
        kind: "session",
        action: "all_ended",
        subject: id,
        details: { sessions: ended },
      } as const;
      return { act: await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs, "tenant"), ended };
    });
    await hall.ledger.sealed(act);
    return { id, sessions_ended: ended, receipt_id: act.receiptId };
  },
});
