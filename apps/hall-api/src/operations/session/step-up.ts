import { nameAccount, stepUpSession } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { secondFactorsOf, showPassword, showSecondFactor } from "../../identity/factors.ts";
import { ShownPasskey } from "../../identity/passkey-input.ts";
import { PASSWORD_MAX } from "../../identity/password.ts";
import { STEP_UP_MS } from "../../identity/require-step-up.ts";
import { guardAttempt } from "../../identity/sign-in-guard.ts";
import { callerOf, operation } from "../operation.ts";
import { personOf } from "./person-of.ts";
import { readShown } from "./read-shown.ts";

/** Whoever has a second factor shows that one: a password alone steps nobody up who has more. */
export const stepUp = operation({
  name: "session.step-up",
  summary: "Show a factor again, so that sensitive acts are open for five minutes.",
  permission: "session:end",
  input: z
    .strictObject({
      code: z.string().min(6).max(40).optional(),
      passkey: ShownPasskey.optional(),
      password: z.string().min(1).max(PASSWORD_MAX).optional(),
    })
    .refine(
      (shown) => Object.values(shown).filter((one) => one !== undefined).length === 1,
      "expected one of the three",
    ),
  output: z.object({ fresh_until: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/session/step-up" },
  trpc: "mutation",
  async run({ hall, input: { password, ...shown }, request, ...context }) {
    const caller = callerOf(context);
    const { id, accountId } = personOf(caller);
    const asked = { tenantId: caller.tenantId, sessionId: id };
    const nowMs = hall.clock.now();
    const attempt = { subject: `factor ${accountId}`, address: request.address, accountId };
    const act = await guardAttempt(hall, attempt, async () => {
      const factor = password === undefined ? await readShown(hall, asked, "step_up", shown) : { password };
      if (factor === null) return null;
      return asCaller(hall, caller, async (tx) => {
        const account = await nameAccount(tx, accountId);
        const kind =
          "password" in factor
            ? (await secondFactorsOf(account)).length === 0 &&
              (await showPassword(account, factor.password)) &&
              "password"
            : await showSecondFactor(hall, account, { accountId, factor, nowMs });
        if (!kind) return null;
        await stepUpSession(tx, id, new Date(nowMs));
        const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
        return hall.ledger.append(
          tx,
          { ...envelope, kind: "session", action: "stepped_up", subject: id, details: { factor: kind } },
          nowMs,
        );
      });
    });
    await hall.ledger.sealed(act);
    return { fresh_until: new Date(nowMs + STEP_UP_MS).toISOString(), receipt_id: act.receiptId };
  },
});
