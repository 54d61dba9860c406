import { endFactors } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { callerOf, operation } from "../operation.ts";
import { recordOwnAct } from "./own-act.ts";

export const removeTotp = operation({
  name: "account.remove-totp",
  summary: "Take the authenticator and its recovery codes off one's own account.",
  permission: "account:change",
  stepUp: true,
  input: z.strictObject({}),
  output: z.object({ receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/account/totp/remove" },
  trpc: "mutation",
  async run({ hall, ...context }) {
    const { receiptId } = await recordOwnAct(hall, callerOf(context), "totp_removed", async (own) => {
      const ended = await endFactors(own.account, "totp", own.at);
      if (ended === 0) throw new HallError("NOT_FOUND");
      await endFactors(own.account, "recovery", own.at);
      return { result: null, details: {} };
    });
    return { receipt_id: receiptId };
  },
});
