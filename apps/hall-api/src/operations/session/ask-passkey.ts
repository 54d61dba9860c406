import { withTenant } from "@guildhall/db";
import { z } from "zod";
import { askForPasskey, PasskeyOptions } from "../../identity/passkey-challenge.ts";
import { operation } from "../operation.ts";
import { findPending } from "./pending-session.ts";

/** Nothing is done yet, so there is no receipt. */
export const askPasskey = operation({
  name: "session.ask-passkey",
  summary: "What a passkey is to sign for the second half of signing in; it counts once, for two minutes.",
  permission: "public",
  input: z.strictObject({ token: z.string().max(128) }),
  output: z.object({ options: PasskeyOptions }),
  rest: { method: "POST", path: "/wcp/session/ask-passkey" },
  trpc: "mutation",
  async run({ hall, input: { token } }) {
    const pending = await findPending(hall, token);
    const options = await withTenant(hall.db, pending.tenantId, (tx) =>
      askForPasskey(hall, tx, pending, "sign_in"),
    );
    return { options: { ...options } };
  },
});
