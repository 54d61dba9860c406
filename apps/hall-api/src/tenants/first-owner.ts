import { randomUUID } from "node:crypto";
import {
  countOwnersLocked,
  createMember,
  createSignInLink,
  findLinkHolder,
  findWaitingOwner,
  lockFirstOwner,
  removeMember,
  type Tenant,
  voidLinks,
  withTenant,
} from "@guildhall/db";
import { type Actor, HallError, type TenantId } from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import { hashSecret } from "../identity/api-key.ts";
import { linkDetails } from "../identity/link-details.ts";

/**
 * Who comes first into a tenant that nobody has joined: the only person whom the Hall's operator ever sends there. The
 * tenant's own chain says so. Once an owner has joined, who else comes is the tenant's affair.
 */
export interface FirstOwner {
  email: string;
  displayName: string;
}

const THE_HALL: Actor = { kind: "hall", id: "operator" };

/**
 * Inviting the same person again sends another link, and the one before leads nowhere. By one link it is done once.
 * @throws HallError CONFLICT where an owner has joined, or somebody else is invited
 */
export async function inviteFirstOwner(
  hall: Hall,
  tenantId: TenantId,
  { email, displayName, link, expiresAt }: FirstOwner & { link: string; expiresAt: Date },
): Promise<{ memberId: string }> {
  const nowMs = hall.clock.now();
  const tokenHash = hashSecret(link);
  const envelope = hall.ledger.envelopeFor(tenantId, THE_HALL, nowMs);
  const { act, id } = await withTenant(hall.db, tenantId, async (tx) => {
    await lockFirstOwner(tx, tenantId);
    const known = await findLinkHolder(tx, tokenHash);
    if (known !== null) return { act: null, id: known };
    if ((await countOwnersLocked(tx)) > 0) throw conflict("an owner has joined; ask them");
    const waiting = await findWaitingOwner(tx);
    if (waiting && waiting.email !== email)
      throw conflict("somebody else is invited; withdraw that invitation first");
    const id = waiting?.id ?? randomUUID();
    if (waiting) await voidLinks(tx, id, new Date(nowMs));
    else await createMember(tx, tenantId, { id, displayName, role: "owner", email, joinedAt: null });
    const invitation = {
      ...{ tenantId, id: randomUUID(), memberId: id, tokenHash, expiresAt },
      purpose: "invitation",
    } as const;
    await createSignInLink(tx, invitation);
    const details = { role: "owner", ...linkDetails(invitation) };
    const entry = { kind: "access", action: "invited", subject: id, details } as const;
    return { act: await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs), id };
  });
  if (act) await hall.ledger.sealed(act);
  return { memberId: id };
}

/** @throws HallError NOT_FOUND where nobody waits, CONFLICT where an owner has joined */
export async function withdrawFirstOwner(
  hall: Hall,
  tenantId: TenantId,
  reason: string,
): Promise<{ memberId: string }> {
  const nowMs = hall.clock.now();
  const at = new Date(nowMs);
  const envelope = hall.ledger.envelopeFor(tenantId, THE_HALL, nowMs);
  const { act, id } = await withTenant(hall.db, tenantId, async (tx) => {
    await lockFirstOwner(tx, tenantId);
    if ((await countOwnersLocked(tx)) > 0) throw conflict("an owner has joined; ask them");
    const waiting = await findWaitingOwner(tx);
    if (!waiting) throw new HallError("NOT_FOUND", { detail: { reason: "nobody is invited" } });
    await removeMember(tx, waiting.id, at);
    await voidLinks(tx, waiting.id, at);
    const details = { role: "owner", reason, sessions_ended: 0 };
    const entry = { kind: "access", action: "removed", subject: waiting.id, details } as const;
    return {
      act: await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs, "tenant"),
      id: waiting.id,
    };
  });
  await hall.ledger.sealed(act);
  return { memberId: id };
}

/** To the person themselves, by mail or printed. */
export function deliverOwnerLink(
  hall: Hall,
  { name }: Pick<Tenant, "name">,
  { email, link, expiresAt }: { email: string; link: string; expiresAt: Date },
): void {
  hall.links.deliver({
    to: email,
    subject: `You are invited to own ${name}`,
    reason: `You are invited to ${name} at ${hall.settings.consoleUrl}, as its first owner.`,
    url: `${hall.settings.consoleUrl}/join?token=${link}`,
    expiresAt,
  });
}

function conflict(reason: string): HallError {
  return new HallError("CONFLICT", { detail: { reason } });
}
