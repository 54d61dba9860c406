import {
  countOwnersLocked,
  endSessionsOf,
  findMember,
  lockToEndSessions,
  setMemberRole,
} from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { requireMayGive } from "../../identity/giving-roles.ts";
import { callerOf, operation } from "../operation.ts";
import { RoleName } from "../role/role-name.ts";

/**
 * It may take a right away, so it raises the fence, and the member signs in again: no session goes on under a role that it
 * did not begin with (H-107).
 */
export const setRole = operation({
  name: "member.set-role",
  summary: "Give a member another role; they sign in again. The last owner stays one.",
  permission: "member:set-role",
  stepUp: true,
  input: z.strictObject({ id: z.uuid(), role: RoleName }),
  output: z.object({ id: z.uuid(), role: z.string(), receipt_id: z.uuid() }),
  rest: { method: "PUT", path: "/wcp/members/:id/role" },
  trpc: "mutation",
  async run({ hall, input: { id, role }, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      await lockToEndSessions(tx, caller.tenantId);
      // Before the member is read: who is an owner does not change meanwhile.
      const owners = await countOwnersLocked(tx);
      const member = await findMember(tx, id);
      if (!member || member.removedAt) throw new HallError("NOT_FOUND");
      if (id === caller.actor.id)
        throw new HallError("FORBIDDEN", {
          detail: { permission: "member:set-role", reason: "nobody gives themself a role" },
        });
      if (member.role === role) throw new HallError("CONFLICT", { detail: { reason: `already ${role}` } });
      await requireMayGive(tx, caller, member.role);
      await requireMayGive(tx, caller, role);
      if (member.role === "owner" && member.joinedAt && owners === 1)
        throw new HallError("CONFLICT", { detail: { reason: "the last owner stays one" } });
      await setMemberRole(tx, id, role);
      const ended = await endSessionsOf(tx, id, new Date(nowMs));
      const details = { role, replaced: member.role, sessions_ended: ended };
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "role", action: "given", subject: id, details },
        nowMs,
        "tenant",
      );
    });
    await hall.ledger.sealed(act);
    return { id, role, receipt_id: act.receiptId };
  },
});
