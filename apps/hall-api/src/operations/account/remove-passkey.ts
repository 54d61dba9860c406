import { endPasskey, lockFactors } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { mustKeepFactor } from "../../identity/required-factor.ts";
import { callerOf, operation } from "../operation.ts";
import { personOf } from "../session/person-of.ts";
import { recordOwnAct } from "./own-act.ts";
import { settleFactors } from "./settle-factors.ts";

export const removePasskey = operation({
  name: "account.remove-passkey",
  summary: "Take a passkey off one's own account; with the last second factor go its recovery codes.",
  permission: "account:change",
  stepUp: true,
  input: z.strictObject({ id: z.uuid() }),
  output: z.object({ receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/account/passkeys/:id/remove" },
  trpc: "mutation",
  async run({ hall, input: { id }, ...context }) {
    const caller = callerOf(context);
    const mustKeep = await mustKeepFactor(hall, personOf(caller).accountId);
    const { receiptId } = await recordOwnAct(hall, caller, "passkey_removed", async (own) => {
      const { account, accountId, at } = own;
      await lockFactors(account, accountId);
      if (!(await endPasskey(account, id, at))) throw new HallError("NOT_FOUND");
      await settleFactors(account, { at, mustKeep });
      return { result: null, details: { passkey: id } };
    });
    return { receipt_id: receiptId };
  },
});
