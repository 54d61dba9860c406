import { type AccountTx, endFactors } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { secondFactorsOf } from "../../identity/factors.ts";

/**
 * Once a second factor was taken off: with the last one go the recovery codes, which stand in for it.
 * @param mustKeep true where a role asks for one. @throws HallError CONFLICT where it was the last and has to stay
 */
export async function settleFactors(account: AccountTx, { at, mustKeep }: { at: Date; mustKeep: boolean }) {
  if ((await secondFactorsOf(account)).length > 0) return;
  if (mustKeep)
    throw new HallError("CONFLICT", {
      detail: {
        reason: "your role asks for a second factor, and this is the last: set up another one first",
      },
    });
  await endFactors(account, "recovery", at);
}
