import { randomUUID } from "node:crypto";
import {
  createAccountOfSubject,
  createMember,
  findMember,
  findMemberByAccount,
  findMemberByEmail,
  joinMember,
  lookupAccountOfSubject,
  type Member,
  nameAccount,
  type SsoConnection,
  standingOfDomain,
  type TenantTx,
  voidLinks,
  wasRemoved,
  withTenant,
} from "@guildhall/db";
import { HallError, isPrintable, type TenantId } from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import { accountDigest } from "../identity/account-digest.ts";
import { Email } from "../identity/email.ts";
import { domainOf } from "./domain-of.ts";
import type { Person } from "./person.ts";

export interface Admitted {
  memberId: string;
  accountId: string;
}

/**
 * Whom a provider's word makes somebody here. Known by issuer and subject, and by nothing else once known: an e-mail
 * changes hands, and any provider can claim one. The first time an e-mail is asked for, which the provider has verified
 * and whose domain the tenant has proved; then somebody who is invited joins, and somebody who is not where the tenant
 * lets its domain join. A member who signs in otherwise is never taken over by an e-mail (H-116).
 * @throws HallError SSO_PERSON_REFUSED
 */
export async function admitPerson(
  hall: Hall,
  { tenantId, connection, person }: { tenantId: TenantId; connection: SsoConnection; person: Person },
): Promise<Admitted> {
  const known = await lookupAccountOfSubject(hall.db, person);
  if (known !== null) {
    const member = await withTenant(hall.db, tenantId, (tx) => findMemberByAccount(tx, known));
    if (member) return { memberId: member.id, accountId: known };
  }
  const email = emailOf(person);
  const accountId = known ?? randomUUID();
  const nowMs = hall.clock.now();
  const { act, memberId } = await withTenant(hall.db, tenantId, async (tx) => {
    const joining = await whoJoins(tx, { connection, email, accountId });
    if (known === null) {
      const account = await nameAccount(tx, accountId);
      const { issuer, subject } = person;
      if (!(await createAccountOfSubject(account, { id: accountId, issuer, subject })))
        throw new HallError("CONFLICT", {
          detail: { reason: "the account was made a moment ago; try again" },
        });
    }
    const memberId = joining.invited?.id ?? randomUUID();
    const { role } = joining;
    const displayName = nameOf(person, email);
    const at = new Date(nowMs);
    if (joining.invited) {
      if (!(await joinMember(tx, memberId, { accountId, displayName, at }))) throw refused("not_invited");
      await voidLinks(tx, memberId, at);
    } else
      await createMember(tx, tenantId, { id: memberId, displayName, role, email, accountId, joinedAt: at });
    const envelope = hall.ledger.envelopeFor(tenantId, { kind: "person", id: memberId }, nowMs);
    const details = {
      ...{ role, by: "sso", invited: joining.invited !== null },
      account_digest: accountDigest(memberId, accountId),
    };
    const entry = { kind: "access", action: "joined", subject: memberId, details } as const;
    return { act: await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs), memberId };
  });
  await hall.ledger.sealed(act);
  return { memberId, accountId };
}

async function whoJoins(
  tx: TenantTx,
  { connection, email, accountId }: { connection: SsoConnection; email: string; accountId: string },
): Promise<{ invited: Member | null; role: string }> {
  if ((await standingOfDomain(tx, domainOf(email))) !== "proved") throw refused("foreign_domain");
  const member = await findMemberByEmail(tx, email);
  if (member?.joinedAt) throw refused("other_way_of_sign_in");
  if (member) return { invited: member, role: member.role };
  if (connection.joinRole === null) throw refused("not_invited");
  // Who was removed comes back by an invitation, and not by signing in again.
  if (await wasRemoved(tx, { accountId, email })) throw refused("removed");
  return { invited: null, role: connection.joinRole };
}

/** @throws HallError SSO_PERSON_REFUSED */
function emailOf({ email, isEmailVerified }: Person): string {
  const read = Email.safeParse(email ?? "");
  if (!read.success) throw refused("no_email");
  if (!isEmailVerified) throw refused("unverified_email");
  return read.data;
}

/** As the provider calls them, where that can be shown. */
function nameOf({ name }: Person, email: string): string {
  const shown = name?.trim().slice(0, 64) ?? "";
  return isPrintable(shown) ? shown : email.slice(0, 64);
}

/** The member that a session is begun for, read in its own transaction. */
export async function requireAdmitted(tx: TenantTx, { memberId, accountId }: Admitted): Promise<Member> {
  const member = await findMember(tx, memberId);
  if (!member || member.removedAt || member.accountId !== accountId) throw refused("removed");
  return member;
}

const REASONS = {
  no_email: "the provider gives no e-mail address; have it release the claim email",
  unverified_email: "the provider does not say that the e-mail is verified (email_verified)",
  foreign_domain: "the e-mail's domain is none that this tenant has proved",
  other_way_of_sign_in:
    "a member with this e-mail signs in otherwise; sign in so and link the provider under Your security",
  not_invited: "nobody with this e-mail is invited here",
  removed: "this person was removed; an invitation brings them back",
} as const;

export function refused(why: keyof typeof REASONS): HallError {
  return new HallError("SSO_PERSON_REFUSED", { detail: { why, reason: REASONS[why] } });
}
