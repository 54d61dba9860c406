import {
  addFactor,
  endFactors,
  endSessionsOf,
  lockToEndSessions,
  lookupSignInLink,
  nameAccount,
  spendSignInLink,
  withTenant,
} from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { hashSecret, readSecret } from "../../identity/api-key.ts";
import { hashPassword, PASSWORD_MAX, requireStrong } from "../../identity/password.ts";
import { endElsewhere } from "../account/end-elsewhere.ts";
import { operation } from "../operation.ts";

/** The link stands for the password alone: whoever has a second factor is asked for it at the next sign-in. */
export const complete = operation({
  name: "recovery.complete",
  summary: "Set another password by a recovery link; every session of the account ends, in every tenant.",
  permission: "public",
  input: z.strictObject({ token: z.string().max(128), password: z.string().min(1).max(PASSWORD_MAX) }),
  output: z.object({ email: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/recovery/complete" },
  trpc: "mutation",
  async run({ hall, input: { token, password } }) {
    if (readSecret(token) !== "link") throw new HallError("LINK_SPENT");
    const found = await lookupSignInLink(hall.db, hashSecret(token));
    if (!found) throw new HallError("LINK_SPENT");
    const secret = await hashPassword(password);
    const nowMs = hall.clock.now();
    const at = new Date(nowMs);
    const { act, accountId, email } = await withTenant(hall.db, found.tenantId, async (tx) => {
      await lockToEndSessions(tx, found.tenantId);
      const member = await spendSignInLink(tx, found.id, at, "recovery");
      if (!member?.accountId || member.removedAt) throw new HallError("LINK_SPENT");
      const { id, accountId, email, displayName } = member;
      requireStrong(password, [email ?? "", displayName]);
      const account = await nameAccount(tx, accountId);
      await endFactors(account, "password", at);
      await addFactor(account, { accountId, kind: "password", secret, at, confirmed: true });
      const ended = await endSessionsOf(tx, id, at);
      const envelope = hall.ledger.envelopeFor(found.tenantId, { kind: "person", id }, nowMs);
      const entry = { kind: "access", action: "recovered", subject: id } as const;
      const details = { sessions_ended: ended };
      const act = await hall.ledger.append(tx, { ...envelope, ...entry, details }, nowMs, "tenant");
      return { act, accountId, email: email ?? "" };
    });
    await hall.ledger.sealed(act);
    await endElsewhere(hall, accountId, found.tenantId);
    return { email, receipt_id: act.receiptId };
  },
});
