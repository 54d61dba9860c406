import { endSession } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const end = operation({
  name: "session.end",
  summary: "End the session that asks.",
  permission: "session:end",
  input: z.strictObject({}),
  output: z.object({ ended: z.literal(true) }),
  rest: { method: "POST", path: "/wcp/session/end" },
  trpc: "mutation",
  async run({ hall, ...context }) {
    const caller = callerOf(context);
    const { credential } = caller;
    if (credential.kind !== "session")
      throw new HallError("FORBIDDEN", { detail: { permission: "session:end" } });
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      if (!(await endSession(tx, credential.id, new Date(nowMs)))) throw new HallError("SESSION_ENDED");
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "session", action: "ended", subject: credential.id, details: {} },
        nowMs,
      );
    });
    await hall.ledger.sealed(act);
    return { ended: true as const };
  },
});
