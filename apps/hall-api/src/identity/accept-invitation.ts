import {
  findLinkMember,
  joinMember,
  lookupAccount,
  lookupSignInLink,
  readTenant,
  spendSignInLink,
  withTenant,
} from "@guildhall/db";
import { HallError, type ReceiptId } from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import { refuseWhereSsoRequired } from "../single-sign-on/refuse-where-required.ts";
import { accountDigest } from "./account-digest.ts";
import { hashSecret, readSecret } from "./api-key.ts";
import { hashPassword, requireStrong } from "./password.ts";
import { guardAttempt } from "./sign-in-guard.ts";
import { takeAccount } from "./take-account.ts";

export interface Accepted {
  tenant: { slug: string; name: string };
  email: string;
  receiptId: ReceiptId;
}

/** @throws HallError LINK_SPENT, SIGN_IN_REFUSED where an account's password was not shown */
export async function acceptInvitation(
  hall: Hall,
  {
    token,
    displayName,
    password,
    address,
  }: { token: string; displayName: string; password: string; address: string },
): Promise<Accepted> {
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
  const attempt = { subject: `password ${email}`, address, accountId: known };
  const { act, tenant } = await guardAttempt(hall, attempt, () =>
    withTenant(hall.db, found.tenantId, async (tx) => {
      const claim = async () => {
        if (!(await spendSignInLink(tx, found.id, at, "invitation"))) throw new HallError("LINK_SPENT");
      };
      const accountId = await takeAccount(tx, { known, email, password, secret, at, claim });
      if (accountId === null) return null;
      if (!(await joinMember(tx, id, { accountId, displayName, at }))) throw new HallError("LINK_SPENT");
      const tenant = await readTenant(tx);
      const envelope = hall.ledger.envelopeFor(found.tenantId, { kind: "person", id }, nowMs);
      const details = { role: invited.role, account_digest: accountDigest(id, accountId) };
      const entry = { kind: "access", action: "joined", subject: id, details } as const;
      return { act: await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs), tenant };
    }),
  );
  await hall.ledger.sealed(act);
  return {
    tenant: { slug: tenant?.slug ?? "", name: tenant?.name ?? "" },
    email,
    receiptId: act.receiptId,
  };
}
