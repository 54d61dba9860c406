import { endFactors, lockFactors } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { mustKeepFactor } from "../../identity/required-factor.ts";
import { callerOf, operation } from "../operation.ts";
import { personOf } from "../session/person-of.ts";
import { recordOwnAct } from "./own-act.ts";
import { settleFactors } from "./settle-factors.ts";

export const removeTotp = operation({
  name: "account.remove-totp",
  summary: "Take the authenticator off one's own account; with the last second factor go its recovery codes.",
  permission: "account:change",
  stepUp: true,
  input: z.strictObject({}),
  output: z.object({ receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/account/totp/remove" },
  trpc: "mutation",
  async run({ hall, ...context }) {
    const caller = callerOf(context);
    const mustKeep = await mustKeepFactor(hall, personOf(caller).accountId);
    const { receiptId } = await recordOwnAct(hall, caller, "totp_removed", async (own) => {
      const { account, accountId, at } = own;
      await lockFactors(account, accountId);
      const ended = await endFactors(account, "totp", at);
      if (ended === 0) throw new HallError("NOT_FOUND");
      await settleFactors(account, { at, mustKeep });
      return { result: null, details: {} };
    });
    return { receipt_id: receiptId };
  },
});
