import {
  type FoundingLink,
  findFoundingLink,
  findLinkMember,
  lookupAccount,
  lookupSignInLink,
  noteFounded,
  takeFoundingLink,
  withAccount,
  withOperator,
  withTenant,
} from "@guildhall/db";
import { type Actor, HallError, type TenantId, type TenantSlug } from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import { type Accepted, acceptInvitation } from "../identity/accept-invitation.ts";
import { hashSecret, readSecret } from "../identity/api-key.ts";
import { showPassword } from "../identity/factors.ts";
import { requireStrong } from "../identity/password.ts";
import { guardAttempt } from "../identity/sign-in-guard.ts";
import { inviteFirstOwner } from "./first-owner.ts";
import { becomeFirstOperator } from "./first-run.ts";
import { writeTenant } from "./write-tenant.ts";

export interface Founder {
  /** Said by the first of a Hall alone. */
  email: string | undefined;
  displayName: string;
  password: string;
  address: string;
}

/**
 * From a link to a tenant with one owner, in steps of which each has its receipt: the tenant, the invitation under the
 * link's own secret, the joining. Whoever is cut off in between comes with the same link again and goes on where it
 * stopped; once the owner has joined, the link leads nowhere.
 * @throws HallError LINK_SPENT, SIGN_UP_CLOSED, CONFLICT where the name is not free
 */
export async function foundByLink(
  hall: Hall,
  token: string,
  founder: Founder,
  wanted: { slug: TenantSlug; name: string },
): Promise<Accepted & { kind: FoundingLink["kind"] }> {
  if (readSecret(token) !== "link") throw new HallError("LINK_SPENT");
  const at = new Date(hall.clock.now());
  const link = await withOperator(hall.db, (tx) => findFoundingLink(tx, hashSecret(token), at));
  if (!link) throw new HallError("LINK_SPENT");
  if (link.kind === "sign_up" && !hall.settings.signUp) throw new HallError("SIGN_UP_CLOSED");
  if (await isSpent(hall, token, at)) throw new HallError("LINK_SPENT");
  const person = { ...founder, email: emailOf(link, founder) };
  // Before anything is made: a name is nobody's whose password would not do.
  if (link.kind === "first_run") await becomeFirstOperator(hall, person);
  else await requirePassword(hall, person);
  const tenantId = await makeTenant(hall, link, wanted);
  await inviteFirstOwner(hall, tenantId, { ...person, link: token, expiresAt: link.expiresAt });
  return { ...(await acceptInvitation(hall, { ...person, token })), kind: link.kind };
}

/** Whether what the link began has come to its end, or was withdrawn. */
async function isSpent(hall: Hall, token: string, at: Date): Promise<boolean> {
  const found = await lookupSignInLink(hall.db, hashSecret(token));
  if (!found) return false;
  const invited = await withTenant(hall.db, found.tenantId, (tx) =>
    findLinkMember(tx, found.id, { at, purpose: "invitation" }),
  );
  return invited === null || invited.joinedAt !== null || invited.removedAt !== null;
}

function emailOf(link: FoundingLink, founder: Founder): string {
  const [known, said] = [link.email ?? undefined, founder.email];
  const email = known ?? said;
  if (email === undefined || (known !== undefined && said !== undefined))
    throw new HallError("INVALID_REQUEST", {
      detail: {
        problems: [
          {
            path: "email",
            expected: known === undefined ? "an e-mail address" : "no such field: the link knows",
          },
        ],
      },
    });
  return email;
}

/** @throws HallError SIGN_IN_REFUSED where it is not the account's, or INVALID_REQUEST where it is too weak for a first one */
async function requirePassword(
  hall: Hall,
  { email, displayName, password, address }: Founder & { email: string },
): Promise<void> {
  const known = await lookupAccount(hall.db, email);
  if (known === null) return requireStrong(password, [email, displayName]);
  await guardAttempt(hall, { subject: `password ${email}`, address, accountId: known }, () =>
    withAccount(hall.db, known, async (tx) => (await showPassword(tx, password)) || null),
  );
}

async function makeTenant(
  hall: Hall,
  { id, kind }: FoundingLink,
  wanted: { slug: TenantSlug; name: string },
): Promise<TenantId> {
  const nowMs = hall.clock.now();
  const actor: Actor = { kind: "hall", id: kind === "first_run" ? "first-run" : "sign-up" };
  const made = await withOperator(hall.db, async (tx) => {
    const link = await takeFoundingLink(tx, id, new Date(nowMs));
    if (!link) throw new HallError("LINK_SPENT");
    if (link.founded !== null) return { id: link.founded, act: null };
    return writeTenant(hall, tx, { ...wanted, by: kind, foundingLink: id, actor, nowMs }, (tenantId) =>
      noteFounded(tx, id, tenantId),
    );
  });
  if (made.act) await hall.ledger.sealed(made.act);
  return made.id;
}
