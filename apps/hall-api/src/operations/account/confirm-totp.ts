import { confirmFactor, findUnconfirmedFactor, lockFactors, takeStep } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { renewRecoveryCodes, secondFactorsOf } from "../../identity/factors.ts";
import { guardAttempt } from "../../identity/sign-in-guard.ts";
import { matchTotp } from "../../identity/totp.ts";
import { callerOf, operation } from "../operation.ts";
import { personOf } from "../session/person-of.ts";
import { recordOwnAct } from "./own-act.ts";

/** From here on the account comes in with both factors. */
export const confirmTotp = operation({
  name: "account.confirm-totp",
  summary: "Show a first code of the authenticator; with the first second factor come recovery codes.",
  permission: "account:change",
  stepUp: true,
  input: z.strictObject({ id: z.uuid(), code: z.string().min(6).max(10) }),
  output: z.object({
    /** In this answer and nowhere else; empty where the account had a second factor before. */
    recovery_codes: z.array(z.string()),
    receipt_id: z.uuid(),
  }),
  rest: { method: "POST", path: "/wcp/account/totp/:id/confirm" },
  trpc: "mutation",
  async run({ hall, input: { id, code }, request, ...context }) {
    const caller = callerOf(context);
    const { accountId } = personOf(caller);
    const attempt = { subject: `factor ${accountId}`, address: request.address, accountId };
    const { result, receiptId } = await guardAttempt(hall, attempt, () =>
      recordOwnAct(hall, caller, "totp_confirmed", async ({ account, at }) => {
        await lockFactors(account, accountId);
        const isFirst = (await secondFactorsOf(account)).length === 0;
        const factor = await findUnconfirmedFactor(account, id);
        if (factor?.kind !== "totp") throw new HallError("NOT_FOUND");
        const seed = hall.factorKey.decrypt(factor.secret, accountId);
        const step = matchTotp(seed, code.replaceAll(/\s/g, ""), at.getTime());
        if (step === null) throw new WrongCode();
        if (!(await confirmFactor(account, id, at)) || !(await takeStep(account, id, step)))
          throw new HallError("CONFLICT", { detail: { reason: "it was confirmed before" } });
        return { result: isFirst ? await renewRecoveryCodes(account, accountId, at) : [], details: {} };
      }).catch((error: unknown) => {
        if (error instanceof WrongCode) return null;
        throw error;
      }),
    );
    return { recovery_codes: result, receipt_id: receiptId };
  },
});

/** Rolls the transaction back, and is a failed attempt to the guard. */
class WrongCode extends Error {}
