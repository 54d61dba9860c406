import { addFactor, endFactors, endSessionsOf, lockToEndSessions, readAccount } from "@guildhall/db";
import { z } from "zod";
import { hashPassword, PASSWORD_MAX, requireStrong } from "../../identity/password.ts";
import { callerOf, operation } from "../operation.ts";
import { personOf } from "../session/person-of.ts";
import { endElsewhere } from "./end-elsewhere.ts";
import { recordOwnAct } from "./own-act.ts";

/** Whoever knew the one before is out: every other session of the account ends, in every tenant. */
export const setPassword = operation({
  name: "account.set-password",
  summary: "Set the password of one's own account; the account's other sessions end, in every tenant.",
  permission: "account:change",
  stepUp: true,
  input: z.strictObject({ password: z.string().min(1).max(PASSWORD_MAX) }),
  output: z.object({ sessions_ended: z.int(), receipt_id: z.uuid() }),
  rest: { method: "PUT", path: "/wcp/account/password" },
  trpc: "mutation",
  async run({ hall, input: { password }, ...context }) {
    const caller = callerOf(context);
    const secret = await hashPassword(password);
    const { result, receiptId } = await recordOwnAct(hall, caller, "password_set", async (own) => {
      const { tx, account, accountId, sessionId, at } = own;
      await lockToEndSessions(tx, caller.tenantId);
      requireStrong(password, [(await readAccount(account))?.email ?? ""]);
      await endFactors(account, "password", at);
      await addFactor(account, { accountId, kind: "password", secret, at, confirmed: true });
      const ended = await endSessionsOf(tx, caller.actor.id, at, sessionId);
      return { result: ended, details: { sessions_ended: ended, spared_session: sessionId } };
    });
    const elsewhere = await endElsewhere(hall, personOf(caller).accountId, caller.tenantId);
    return { sessions_ended: result + elsewhere, receipt_id: receiptId };
  },
});
