import { livePasskeys, lockFactors, addPasskey as storePasskey } from "@guildhall/db";
import { z } from "zod";
import { checkNewPasskey } from "../../identity/check-passkey.ts";
import { renewRecoveryCodes, secondFactorsOf } from "../../identity/factors.ts";
import { requireRoom, spendChallenge } from "../../identity/passkey-challenge.ts";
import { NewPasskey, PasskeyName } from "../../identity/passkey-input.ts";
import { relyingParty } from "../../identity/relying-party.ts";
import { guardAttempt } from "../../identity/sign-in-guard.ts";
import { callerOf, operation } from "../operation.ts";
import { personOf } from "../session/person-of.ts";
import { recordOwnAct } from "./own-act.ts";

/** One that somebody has already is refused as one that is no good: whose it is stays private. */
export const addPasskey = operation({
  name: "account.add-passkey",
  summary:
    "Add a passkey that a device has made to one's own account; with the first second factor come recovery codes.",
  permission: "account:change",
  stepUp: true,
  input: z.strictObject({ name: PasskeyName, passkey: NewPasskey }),
  output: z.object({
    id: z.uuid(),
    /** In this answer and nowhere else; empty where the account had a second factor before. */
    recovery_codes: z.array(z.string()),
    receipt_id: z.uuid(),
  }),
  rest: { method: "POST", path: "/wcp/account/passkeys", status: 201 },
  trpc: "mutation",
  async run({ hall, input: { name, passkey }, request, ...context }) {
    const caller = callerOf(context);
    const { id: sessionId, accountId } = personOf(caller);
    const attempt = { subject: `factor ${accountId}`, address: request.address, accountId };
    const { result, receiptId } = await guardAttempt(hall, attempt, async () => {
      const asked = { tenantId: caller.tenantId, sessionId };
      const challenge = await spendChallenge(hall, asked, "add", passkey.client_data);
      if (challenge === null) return null;
      const made = await checkNewPasskey(relyingParty(hall.settings), passkey, challenge);
      if (!made.isGood) {
        hall.log.info({ why: made.why }, "a passkey was made that is not good");
        return null;
      }
      return recordOwnAct(hall, caller, "passkey_added", async ({ account, at }) => {
        await lockFactors(account, accountId);
        requireRoom(await livePasskeys(account));
        const isFirst = (await secondFactorsOf(account)).length === 0;
        const { publicKey, signCount } = made;
        const credentialId = Buffer.from(passkey.credential_id, "base64url");
        const { transports } = passkey;
        const id = await storePasskey(account, {
          ...{ accountId, name, credentialId, publicKey, signCount, transports, at },
        });
        if (id === null) throw new SomebodyHasIt();
        const codes = isFirst ? await renewRecoveryCodes(account, accountId, at) : [];
        return { result: { id, recovery_codes: codes }, details: { passkey: id } };
      }).catch((error: unknown) => {
        if (error instanceof SomebodyHasIt) return null;
        throw error;
      });
    });
    return { ...result, receipt_id: receiptId };
  },
});

/** Rolls the transaction back, and is a failed attempt to the guard. */
class SomebodyHasIt extends Error {}
