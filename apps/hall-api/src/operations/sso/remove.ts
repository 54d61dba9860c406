import { findSsoConnection, lockToEndSessions, removeSsoConnection } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

/** Takes a right away, so it raises the fence. The accounts stay: they come in again through the same provider alone. */
export const remove = operation({
  name: "sso.remove",
  summary: "Remove sign-in through the tenant's OpenID provider; every session that it began ends.",
  permission: "sso:configure",
  stepUp: true,
  input: z.strictObject({ reason: z.string().min(1).max(256) }),
  output: z.object({ id: z.uuid(), sessions_ended: z.int(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/sso/remove" },
  trpc: "mutation",
  async run({ hall, input: { reason }, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { id, ended, act } = await asCaller(hall, caller, async (tx) => {
      await lockToEndSessions(tx, caller.tenantId);
      const connection = await findSsoConnection(tx);
      if (!connection) throw new HallError("NOT_FOUND");
      const { id } = connection;
      const sessions = await removeSsoConnection(tx, id, new Date(nowMs));
      const details = { reason, sessions };
      const entry = { kind: "config", action: "sso_removed", subject: id, details } as const;
      return {
        id,
        ended: sessions.length,
        act: await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs, "tenant"),
      };
    });
    await hall.ledger.sealed(act);
    return { id, sessions_ended: ended, receipt_id: act.receiptId };
  },
});
