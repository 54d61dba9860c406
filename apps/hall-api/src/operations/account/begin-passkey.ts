import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { askForNewPasskey, PasskeyOptions } from "../../identity/passkey-challenge.ts";
import { callerOf, operation } from "../operation.ts";
import { personOf } from "../session/person-of.ts";

/** Nothing is done yet, so there is no receipt. */
export const beginPasskey = operation({
  name: "account.begin-passkey",
  summary: "What a device makes a passkey from for one's own account; it counts once, for two minutes.",
  permission: "account:change",
  stepUp: true,
  input: z.strictObject({}),
  output: z.object({ options: PasskeyOptions }),
  rest: { method: "POST", path: "/wcp/account/passkeys/begin" },
  trpc: "mutation",
  async run({ hall, ...context }) {
    const caller = callerOf(context);
    const { id: sessionId, accountId } = personOf(caller);
    const asked = { tenantId: caller.tenantId, sessionId, accountId };
    const options = await asCaller(hall, caller, (tx) => askForNewPasskey(hall, tx, asked));
    return { options: { ...options } };
  },
});
