import { addFactor, liveFactors, readAccount } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { newTotpSeed, totpEnrolment } from "../../identity/totp.ts";
import { callerOf, operation } from "../operation.ts";
import { recordOwnAct } from "./own-act.ts";

/** It counts only once a code of it was shown: nobody locks themself out with an authenticator that was never set up. */
export const beginTotp = operation({
  name: "account.begin-totp",
  summary: "Draw the seed of an authenticator; it is in this answer and nowhere else.",
  permission: "account:change",
  stepUp: true,
  input: z.strictObject({}),
  output: z.object({ id: z.uuid(), uri: z.string(), secret: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/account/totp" },
  trpc: "mutation",
  async run({ hall, ...context }) {
    const seed = newTotpSeed();
    const { result, receiptId } = await recordOwnAct(hall, callerOf(context), "totp_begun", async (own) => {
      const { account, accountId, at } = own;
      if ((await liveFactors(account, "totp")).length > 0)
        throw new HallError("CONFLICT", { detail: { reason: "there is an authenticator already" } });
      const secret = hall.factorKey.encrypt(seed, accountId);
      const id = await addFactor(account, { accountId, kind: "totp", secret, at, confirmed: false });
      const label = (await readAccount(account))?.email ?? "account";
      const issuer = hall.settings.origin.split("/", 1)[0] ?? "Guildhall";
      return { result: { id, ...totpEnrolment(seed, { issuer, label }) }, details: {} };
    });
    return { ...result, receipt_id: receiptId };
  },
});
