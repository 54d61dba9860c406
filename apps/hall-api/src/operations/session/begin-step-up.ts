import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { askForPasskey, PasskeyOptions } from "../../identity/passkey-challenge.ts";
import { callerOf, operation } from "../operation.ts";
import { personOf } from "./person-of.ts";

/** Nothing is done yet, so there is no receipt. A code or a password needs no such beginning. */
export const beginStepUp = operation({
  name: "session.begin-step-up",
  summary: "What a passkey is to sign for a step-up of this session; it counts once, for two minutes.",
  permission: "session:end",
  input: z.strictObject({}),
  output: z.object({ options: PasskeyOptions }),
  rest: { method: "POST", path: "/wcp/session/step-up/begin" },
  trpc: "mutation",
  async run({ hall, ...context }) {
    const caller = callerOf(context);
    const { id: sessionId, accountId } = personOf(caller);
    const asked = { tenantId: caller.tenantId, sessionId, accountId };
    const options = await asCaller(hall, caller, (tx) => askForPasskey(hall, tx, asked, "step_up"));
    return { options: { ...options } };
  },
});
