import { listRunnerKeys, retireRunnerKey } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

/** What it measured counts no more, so it raises the fence. */
export const retire = operation({
  name: "runner.retire",
  summary: "Retire a runner's key; nothing that it measured counts any more.",
  permission: "runner:register",
  stepUp: true,
  input: z.strictObject({ id: z.uuid(), reason: z.string().min(1).max(256) }),
  output: z.object({ id: z.uuid(), retired_at: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/runners/:id/retire" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const at = new Date(nowMs);
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      if (!(await retireRunnerKey(tx, input.id, at))) {
        const known = (await listRunnerKeys(tx)).some(({ id }) => id === input.id);
        throw new HallError(
          known ? "CONFLICT" : "NOT_FOUND",
          known ? { detail: { reason: "already retired" } } : {},
        );
      }
      const details = { role: "runner", reason: input.reason };
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "key", action: "retired", subject: input.id, details },
        nowMs,
        "tenant",
      );
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return { id: input.id, retired_at: at.toISOString(), receipt_id: act.receiptId };
  },
});
