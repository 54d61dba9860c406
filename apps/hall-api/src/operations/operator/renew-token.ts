import { HALL_CHAIN } from "@guildhall/protocol";
import { z } from "zod";
import { asOperator } from "../../identity/authenticate.ts";
import { renewOperatorToken } from "../../identity/operator-token.ts";
import { operation, operatorOf } from "../operation.ts";

export const renewToken = operation({
  name: "operator.renew-token",
  summary:
    "Put another operator token into the Hall's token file; the one before is no credential any more, and the new one is nowhere but there.",
  permission: "hall:operate",
  stepUp: true,
  input: z.strictObject({ reason: z.string().min(1).max(256).default("not given") }),
  output: z.object({ renewed_at: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/hall/operator-token/renew" },
  async run({ hall, input, ...context }) {
    const operator = operatorOf(context);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(HALL_CHAIN, operator.actor, nowMs);
    const details = { reason: input.reason };
    const act = await asOperator(hall, operator, (tx) =>
      hall.ledger.append(
        tx,
        { ...envelope, kind: "access", action: "token_renewed", subject: "operator", details },
        nowMs,
      ),
    );
    // After the commit: a crash in between leaves a receipt and the old token, which is renewed by asking again.
    await renewOperatorToken(hall.settings.operatorTokenFile);
    await hall.ledger.sealed(act);
    return { renewed_at: new Date(nowMs).toISOString(), receipt_id: act.receiptId };
  },
});
