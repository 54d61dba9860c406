import { liveFactors, nameAccount, stepUpSession } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { showPassword, showSecondFactor, wantsSecondFactor } from "../../identity/factors.ts";
import { PASSWORD_MAX } from "../../identity/password.ts";
import { STEP_UP_MS } from "../../identity/require-step-up.ts";
import { guardAttempt } from "../../identity/sign-in-guard.ts";
import { callerOf, operation } from "../operation.ts";
import { personOf } from "./person-of.ts";

/** Whoever has a second factor shows that one: a password alone steps nobody up who has more. */
export const stepUp = operation({
  name: "session.step-up",
  summary: "Show a factor again, so that sensitive acts are open for five minutes.",
  permission: "session:end",
  input: z
    .strictObject({
      code: z.string().min(6).max(40).optional(),
      password: z.string().min(1).max(PASSWORD_MAX).optional(),
    })
    .refine(
      ({ code, password }) => (code === undefined) !== (password === undefined),
      "expected one of the two",
    ),
  output: z.object({ fresh_until: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/session/step-up" },
  trpc: "mutation",
  async run({ hall, input: { code, password }, request, ...context }) {
    const caller = callerOf(context);
    const { id, accountId } = personOf(caller);
    const nowMs = hall.clock.now();
    const attempt = { subject: `factor ${accountId}`, address: request.address, accountId };
    const act = await guardAttempt(hall, attempt, () =>
      asCaller(hall, caller, async (tx) => {
        const account = await nameAccount(tx, accountId);
        const kind =
          code !== undefined
            ? await showSecondFactor(account, hall.factorKey, { accountId, code, nowMs })
            : !wantsSecondFactor(await liveFactors(account)) && (await showPassword(account, password ?? ""))
              ? "password"
              : null;
        if (kind === null) return null;
        await stepUpSession(tx, id, new Date(nowMs));
        const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
        return hall.ledger.append(
          tx,
          { ...envelope, kind: "session", action: "stepped_up", subject: id, details: { factor: kind } },
          nowMs,
        );
      }),
    );
    await hall.ledger.sealed(act);
    return { fresh_until: new Date(nowMs + STEP_UP_MS).toISOString(), receipt_id: act.receiptId };
  },
});
