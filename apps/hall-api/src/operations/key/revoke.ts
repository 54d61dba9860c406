import { findApiKey, revokeApiKey } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

/** Takes a right away, so it raises the fence: no decision made with the key is sequenced after this entry. */
export const revoke = operation({
  name: "key.revoke",
  summary:
    "Revoke an API key; the answer comes when no decision with it can be recorded any more, in any instance.",
  permission: "key:revoke",
  stepUp: true,
  input: z.strictObject({ id: z.uuid(), reason: z.string().min(1).max(256).default("not given") }),
  output: z.object({ id: z.uuid(), revoked_at: z.string(), receipt_id: z.uuid(), leaf_index: z.int() }),
  rest: { method: "POST", path: "/wcp/keys/:id/revoke" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const at = new Date(nowMs);
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      if (!(await revokeApiKey(tx, input.id, at))) {
        const known = await findApiKey(tx, input.id);
        throw new HallError(
          known ? "CONFLICT" : "NOT_FOUND",
          known ? { detail: { reason: "already revoked" } } : {},
        );
      }
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "key", action: "revoked", subject: input.id, details: { reason: input.reason } },
        nowMs,
        "tenant",
      );
    });
    await hall.ledger.sealed(act);
    return {
      id: input.id,
      revoked_at: at.toISOString(),
      receipt_id: act.receiptId,
      leaf_index: act.leafIndex,
    };
  },
});
