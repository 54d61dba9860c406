import {
  countOwnersLocked,
  endSessionsOf,
  findMember,
  lockToEndSessions,
  removeMember,
  voidLinks,
} from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { requireMayGive } from "../../identity/giving-roles.ts";
import { callerOf, operation } from "../operation.ts";

/** Takes a right away, so it raises the fence. The row stays: receipts name it. Keys that they made are the tenant's. */
export const remove = operation({
  name: "member.remove",
  summary: "Remove a member, or withdraw an invitation; their sessions and links end. The last owner stays.",
  permission: "member:remove",
  stepUp: true,
  input: z.strictObject({ id: z.uuid(), reason: z.string().min(1).max(256) }),
  output: z.object({ id: z.uuid(), removed_at: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/members/:id/remove" },
  trpc: "mutation",
  async run({ hall, input: { id, reason }, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const at = new Date(nowMs);
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      await lockToEndSessions(tx, caller.tenantId);
      const owners = await countOwnersLocked(tx);
      const member = await findMember(tx, id);
      if (!member || member.removedAt) throw new HallError("NOT_FOUND");
      await requireMayGive(tx, caller, member.role);
      if (member.role === "owner" && member.joinedAt && owners === 1)
        throw new HallError("CONFLICT", { detail: { reason: "the last owner stays" } });
      await removeMember(tx, id, at);
      await voidLinks(tx, id, at);
      const ended = await endSessionsOf(tx, id, at);
      const details = { role: member.role, reason, sessions_ended: ended };
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "access", action: "removed", subject: id, details },
        nowMs,
        "tenant",
      );
    });
    await hall.ledger.sealed(act);
    return { id, removed_at: at.toISOString(), receipt_id: act.receiptId };
  },
});
