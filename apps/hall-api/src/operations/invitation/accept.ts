import { randomUUID } from "node:crypto";
import {
  addFactor,
  createAccount,
  findLinkMember,
  joinMember,
  lookupAccount,
  lookupSignInLink,
  nameAccount,
  readTenant,
  spendSignInLink,
  withTenant,
} from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { accountDigest } from "../../identity/account-digest.ts";
import { hashSecret, readSecret } from "../../identity/api-key.ts";
import { showPassword } from "../../identity/factors.ts";
import { hashPassword, PASSWORD_MAX, requireStrong } from "../../identity/password.ts";
import { guardAttempt } from "../../identity/sign-in-guard.ts";
import { refuseWhereSsoRequired } from "../../single-sign-on/refuse-where-required.ts";
import { DisplayName } from "../member/invite.ts";
import { operation } from "../operation.ts";
import { TenantView } from "../session/start-session.ts";

/**
 * Whoever has an account already shows its password: an invitation alone takes nobody's account over. Whoever has none
 * sets one. It begins no session; they sign in, with their second factor where they have one.
 */
export const accept = operation({
  name: "invitation.accept",
  summary: "Accept an invitation with a password: one's own, or a first one; then sign in.",
  permission: "public",
  input: z.strictObject({
    token: z.string().max(128),
    display_name: DisplayName,
    password: z.string().min(1).max(PASSWORD_MAX),
  }),
  output: z.object({ tenant: TenantView, email: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/invitations/accept", status: 201 },
  trpc: "mutation",
  async run({ hall, input: { token, display_name: displayName, password }, request }) {
    if (readSecret(token) !== "link") throw new HallError("LINK_SPENT");
    const found = await lookupSignInLink(hall.db, hashSecret(token));
    if (!found) throw new HallError("LINK_SPENT");
    const nowMs = hall.clock.now();
    const at = new Date(nowMs);
    const invited = await withTenant(hall.db, found.tenantId, (tx) =>
      findLinkMember(tx, found.id, { at, purpose: "invitation" }),
    );
    if (!invited?.email || invited.removedAt) throw new HallError("LINK_SPENT");
    // With a password they could join, and then never sign in.
    await withTenant(hall.db, found.tenantId, (tx) => refuseWhereSsoRequired(tx, invited));
    const { id, email } = invited;
    const known = await lookupAccount(hall.db, email);
    if (known === null) requireStrong(password, [email, displayName]);
    const secret = await hashPassword(password);
    const attempt = { subject: `password ${email}`, address: request.address, accountId: known };
    const { act, tenant } = await guardAttempt(hall, attempt, () =>
      withTenant(hall.db, found.tenantId, async (tx) => {
        const accountId = known ?? randomUUID();
        const account = await nameAccount(tx, accountId);
        if (known !== null && !(await showPassword(account, password))) return null;
        // Of two who come with one link, the second waits here, and then there is none.
        if (!(await spendSignInLink(tx, found.id, at, "invitation"))) throw new HallError("LINK_SPENT");
        if (known === null) {
          // Somebody with the same e-mail took up another invitation meanwhile.
          if (!(await createAccount(account, { id: accountId, email })))
            throw new HallError("CONFLICT", {
              detail: { reason: "the account was made a moment ago; try again" },
            });
          await addFactor(account, { accountId, kind: "password", secret, at, confirmed: true });
        }
        if (!(await joinMember(tx, id, { accountId, displayName, at }))) throw new HallError("LINK_SPENT");
        const tenant = await readTenant(tx);
        const envelope = hall.ledger.envelopeFor(found.tenantId, { kind: "person", id }, nowMs);
        const entry = {
          kind: "access",
          action: "joined",
          subject: id,
          details: { role: invited.role, account_digest: accountDigest(id, accountId) },
        } as const;
        return { act: await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs), tenant };
      }),
    );
    await hall.ledger.sealed(act);
    return {
      tenant: { slug: tenant?.slug ?? "", name: tenant?.name ?? "" },
      email,
      receipt_id: act.receiptId,
    };
  },
});
