import { endSession, findMember, findSession, lookupSession, nameAccount, withTenant } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { hashSecret, readSecret } from "../../identity/api-key.ts";
import { showSecondFactor } from "../../identity/factors.ts";
import { guardAttempt } from "../../identity/sign-in-guard.ts";
import { operation } from "../operation.ts";
import { BegunView, startSession } from "./start-session.ts";

/** The second half of signing in. What waited is ended, and the session has another token. */
export const verifyFactor = operation({
  name: "session.verify-factor",
  summary: "Show the second factor, a code of the authenticator or a recovery code; the session begins.",
  permission: "public",
  input: z.strictObject({ token: z.string().max(128), code: z.string().min(6).max(40) }),
  output: BegunView,
  rest: { method: "POST", path: "/wcp/session/verify-factor", status: 201 },
  trpc: "mutation",
  async run({ hall, input: { token, code }, request }) {
    if (readSecret(token) !== "session") throw new HallError("SESSION_ENDED");
    const found = await lookupSession(hall.db, hashSecret(token));
    const pending = found && (await withTenant(hall.db, found.tenantId, (tx) => findSession(tx, found.id)));
    const accountId = pending?.member.accountId;
    const nowMs = hall.clock.now();
    if (!found || !pending?.awaitsFactor || !accountId) throw new HallError("SESSION_ENDED");
    if (pending.endedAt || pending.expiresAt.getTime() <= nowMs) throw new HallError("SESSION_ENDED");
    const attempt = { subject: `factor ${accountId}`, address: request.address, accountId };
    const shown = await guardAttempt(hall, attempt, () =>
      withTenant(hall.db, found.tenantId, async (tx) => {
        const kind = await showSecondFactor(await nameAccount(tx, accountId), hall.factorKey, {
          accountId,
          code,
          nowMs,
        });
        // What was shown is spent with this: a second try with the same token finds nothing that waits.
        return kind && (await endSession(tx, found.id, new Date(nowMs))) ? kind : null;
      }),
    );
    const { ssoConnectionId } = pending;
    return startSession(
      hall,
      found.tenantId,
      `${pending.factors}+${shown}`,
      async (tx) => {
        const member = await findMember(tx, pending.member.id);
        if (!member) throw new HallError("SESSION_ENDED");
        return member;
      },
      ssoConnectionId === null ? null : { ssoConnectionId, stepUpAt: new Date(nowMs) },
    );
  },
});
