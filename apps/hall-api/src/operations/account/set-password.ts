import { addFactor, endFactors, endSessionsOf, readAccount } from "@guildhall/db";
import { z } from "zod";
import { hashPassword, PASSWORD_MAX, requireStrong } from "../../identity/password.ts";
import { callerOf, operation } from "../operation.ts";
import { recordOwnAct } from "./own-act.ts";

/** Whoever knew the one before is out: every other session of this membership ends. */
export const setPassword = operation({
  name: "account.set-password",
  summary: "Set the password of one's own account; one's other sessions end.",
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
      requireStrong(password, [(await readAccount(account))?.email ?? ""]);
      await endFactors(account, "password", at);
      await addFactor(account, { accountId, kind: "password", secret, at, confirmed: true });
      const ended = await endSessionsOf(tx, caller.actor.id, at, sessionId);
      return { result: ended, details: { sessions_ended: ended, spared_session: sessionId } };
    });
    return { sessions_ended: result, receipt_id: receiptId };
  },
});
