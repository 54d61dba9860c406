import { releaseNamespace, withOperator } from "@guildhall/db";
import { HALL_CHAIN, HallError, Namespace } from "@guildhall/protocol";
import { z } from "zod";
import { operation, operatorOf } from "../operation.ts";

export const release = operation({
  name: "namespace.release",
  summary: "Release a namespace: it is nobody's, and kept from others for a year.",
  permission: "hall:operate",
  stepUp: true,
  input: z.strictObject({ namespace: Namespace, reason: z.string().min(1).max(256) }),
  output: z.object({ namespace: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/hall/namespaces/:namespace/release" },
  trpc: "mutation",
  async run({ hall, input: { namespace, reason }, ...context }) {
    const { actor } = operatorOf(context);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(HALL_CHAIN, actor, nowMs);
    const act = await withOperator(hall.db, async (tx) => {
      const tenant = await releaseNamespace(tx, namespace, new Date(nowMs));
      if (tenant === null) throw new HallError("NOT_FOUND");
      return hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "tenant",
          action: "namespace_released",
          subject: tenant,
          details: { namespace, reason },
        },
        nowMs,
      );
    });
    await hall.ledger.sealed(act);
    return { namespace, receipt_id: act.receiptId };
  },
});
