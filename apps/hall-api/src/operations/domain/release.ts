import { findNameProofLocked, releaseNameProof } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

/** A namespace that was registered by it stays registered: the operator of the Hall releases that. */
export const release = operation({
  name: "domain.release",
  summary: "Say that a domain or a namespace is proved no more; nobody joins or is found by it from then on.",
  permission: "domain:prove",
  stepUp: true,
  input: z.strictObject({ id: z.uuid(), reason: z.string().min(1).max(256) }),
  output: z.object({ id: z.uuid(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/domains/:id/release" },
  trpc: "mutation",
  async run({ hall, input: { id, reason }, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      const proof = await findNameProofLocked(tx, id);
      if (!proof || !(await releaseNameProof(tx, id, new Date(nowMs)))) throw new HallError("NOT_FOUND");
      const details = { kind: proof.kind, name: proof.name, reason };
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "tenant", action: "domain_released", subject: id, details },
        nowMs,
        "tenant",
      );
    });
    await hall.ledger.sealed(act);
    return { id, receipt_id: act.receiptId };
  },
});
