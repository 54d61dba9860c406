import { randomUUID } from "node:crypto";
import { envelopeKeyId } from "@guildhall/attestation";
import { registerRunnerKey } from "@guildhall/db";
import { HallError, isPrintable } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";

/** People register runners; keys do not: who runs code does not say who may measure it. */
export const register = operation({
  name: "runner.register",
  summary: "Register the key of a process that measures packages.",
  permission: "runner:register",
  stepUp: true,
  input: z.strictObject({
    name: z.string().min(1).max(64).refine(isPrintable, "expected 1 to 64 printable characters"),
    /** Ed25519, 32 bytes in base64. */
    public_key: z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, "expected 32 bytes in base64"),
  }),
  output: z.object({ id: z.uuid(), key_id: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/runners", status: 201 },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const id = randomUUID();
    const publicKey = new Uint8Array(Buffer.from(input.public_key, "base64"));
    const keyId = await envelopeKeyId(publicKey);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      const key = {
        id,
        name: input.name,
        publicKey,
        registeredAt: new Date(nowMs),
        registeredBy: actorName(caller),
      };
      if (!(await registerRunnerKey(tx, caller.tenantId, key)))
        throw new HallError("CONFLICT", { detail: { reason: "registered before" } });
      const details = { role: "runner", algorithm: "ed25519", public_key: input.public_key, key_id: keyId };
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "key", action: "registered", subject: id, details },
        nowMs,
      );
    });
    await hall.ledger.sealed(act);
    return { id, key_id: keyId, receipt_id: act.receiptId };
  },
});
