import { endSession, findMember, nameAccount, withTenant } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { showSecondFactor } from "../../identity/factors.ts";
import { ShownPasskey } from "../../identity/passkey-input.ts";
import { guardAttempt } from "../../identity/sign-in-guard.ts";
import { operation } from "../operation.ts";
import { findPending } from "./pending-session.ts";
import { readShown } from "./read-shown.ts";
import { BegunView, startSession } from "./start-session.ts";

/** The second half of signing in. What waited is ended, and the session has another token. */
export const verifyFactor = operation({
  name: "session.verify-factor",
  summary:
    "Show the second factor: a code of the authenticator, a passkey's signature or a recovery code; the session begins.",
  permission: "public",
  input: z
    .strictObject({
      token: z.string().max(128),
      code: z.string().min(6).max(40).optional(),
      passkey: ShownPasskey.optional(),
    })
    .refine(({ code, passkey }) => (code === undefined) !== (passkey === undefined), {
      message: "expected a code or a passkey",
    }),
  output: BegunView,
  rest: { method: "POST", path: "/wcp/session/verify-factor", status: 201 },
  trpc: "mutation",
  async run({ hall, input: { token, ...shown }, request }) {
    const pending = await findPending(hall, token);
    const { tenantId, sessionId, accountId, memberId } = pending;
    const nowMs = hall.clock.now();
    const attempt = { subject: `factor ${accountId}`, address: request.address, accountId };
    const kind = await guardAttempt(hall, attempt, async () => {
      const factor = await readShown(hall, pending, "sign_in", shown);
      if (factor === null) return null;
      return withTenant(hall.db, tenantId, async (tx) => {
        const account = await nameAccount(tx, accountId);
        return showSecondFactor(hall, account, { accountId, factor, nowMs });
      });
    });
    const coming = { factors: `${pending.factors}+${kind}`, address: request.address };
    const { ssoConnectionId } = pending;
    return startSession(
      hall,
      tenantId,
      coming,
      async (tx) => {
        // A second try with the same token finds nothing that waits, nor does one whose sessions were ended since.
        const waited = await endSession(tx, sessionId, new Date(nowMs));
        const member = await findMember(tx, memberId);
        if (!waited || !member) throw new HallError("SESSION_ENDED");
        return member;
      },
      ssoConnectionId === null ? null : { ssoConnectionId, stepUpAt: new Date(nowMs) },
    );
  },
});
