import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { renewRecoveryCodes, secondFactorsOf } from "../../identity/factors.ts";
import { callerOf, operation } from "../operation.ts";
import { recordOwnAct } from "./own-act.ts";

export const renewCodes = operation({
  name: "account.renew-codes",
  summary: "Draw ten new recovery codes in place of the old; they are in this answer and nowhere else.",
  permission: "account:change",
  stepUp: true,
  input: z.strictObject({}),
  output: z.object({ recovery_codes: z.array(z.string()), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/account/recovery-codes" },
  trpc: "mutation",
  async run({ hall, ...context }) {
    const { result, receiptId } = await recordOwnAct(
      hall,
      callerOf(context),
      "codes_renewed",
      async (own) => {
        if ((await secondFactorsOf(own.account)).length === 0)
          throw new HallError("CONFLICT", {
            detail: { reason: "there is no second factor to stand in for" },
          });
        return { result: await renewRecoveryCodes(own.account, own.accountId, own.at), details: {} };
      },
    );
    return { recovery_codes: result, receipt_id: receiptId };
  },
});
