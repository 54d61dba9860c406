import { endSessionsOfRole, findCustomRole, lockToEndSessions, storeCustomRole } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { GIVABLE_PERMISSIONS, type Permission } from "../../identity/permissions.ts";
import { callerOf, operation } from "../operation.ts";
import { CustomRoleName } from "./role-name.ts";

/**
 * It may narrow what members hold, so it raises the fence, and whoever holds the role signs in anew: no session goes on
 * under a role that is not the one it began with.
 */
export const define = operation({
  name: "role.define",
  summary: "Make a role of the tenant's own, or give it other permissions; its holders sign in again.",
  permission: "role:define",
  stepUp: true,
  input: z.strictObject({
    name: CustomRoleName,
    permissions: z
      .array(z.enum(GIVABLE_PERMISSIONS as [Permission, ...Permission[]]))
      .min(1)
      .max(100),
  }),
  output: z.object({ name: z.string(), permissions: z.array(z.string()), receipt_id: z.uuid() }),
  rest: { method: "PUT", path: "/wcp/roles/:name" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const permissions = GIVABLE_PERMISSIONS.filter((one) => input.permissions.includes(one));
    const nowMs = hall.clock.now();
    const at = new Date(nowMs);
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      await lockToEndSessions(tx, caller.tenantId);
      const before = await findCustomRole(tx, input.name);
      await storeCustomRole(tx, caller.tenantId, { name: input.name, permissions, at });
      const ended = await endSessionsOfRole(tx, input.name, at);
      const details = {
        permissions,
        replaced: before && !before.retiredAt ? before.permissions : null,
        sessions_ended: ended,
      };
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "role", action: "defined", subject: input.name, details },
        nowMs,
        "tenant",
      );
    });
    await hall.ledger.sealed(act);
    return { name: input.name, permissions, receipt_id: act.receiptId };
  },
});
