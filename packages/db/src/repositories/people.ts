import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";
import { findCustomRole } from "./custom-roles.ts";

/** The roles that every tenant has. A tenant's own stand beside them, under other names. */
export const ROLES = ["owner", "admin", "operator", "approver", "compliance", "auditor"] as const;
export type Role = (typeof ROLES)[number];

export interface Member {
  id: string;
  displayName: string;
  /** One of `ROLES`, or the name of a role of the tenant's own. */
  role: string;
  /** What that role of the tenant's own may; null where the role is one of `ROLES`. */
  customPermissions: readonly string[] | null;
}

export interface Session {
  id: string;
  member: Member;
  createdAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
}

export async function createMember(
  tx: TenantTx,
  tenantId: TenantId,
  { id, displayName, role }: { id: string; displayName: string; role: string },
): Promise<void> {
  await tx.member.create({ data: { tenantId, id, displayName, ...roleColumns(role) } });
}

/** How a role's name is stored: one of `ROLES` by itself, one of the tenant's own as a key of its table. */
export function roleColumns(role: string): { role: string; customRole: string | null } {
  return isBuiltIn(role) ? { role, customRole: null } : { role: "custom", customRole: role };
}

export function isBuiltIn(role: string): role is Role {
  return (ROLES as readonly string[]).includes(role);
}

export async function createSignInLink(
  tx: TenantTx,
  link: { tenantId: TenantId; id: string; memberId: string; tokenHash: Uint8Array; expiresAt: Date },
): Promise<void> {
  await tx.signInLink.create({ data: { ...link, tokenHash: new Uint8Array(link.tokenHash) } });
}

/** Spends a sign-in link. @returns whose it is, or null where it was spent or has expired */
export async function spendSignInLink(tx: TenantTx, id: string, at: Date): Promise<Member | null> {
  const { count } = await tx.signInLink.updateMany({
    where: { id, usedAt: null, expiresAt: { gt: at } },
    data: { usedAt: at },
  });
  if (count === 0) return null;
  const link = await tx.signInLink.findFirstOrThrow({ where: { id } });
  return findMember(tx, link.memberId);
}

export async function createSession(
  tx: TenantTx,
  session: { tenantId: TenantId; id: string; memberId: string; tokenHash: Uint8Array; expiresAt: Date },
): Promise<void> {
  await tx.session.create({ data: { ...session, tokenHash: new Uint8Array(session.tokenHash) } });
}

export async function findSession(tx: TenantTx, id: string): Promise<Session | null> {
  const row = await tx.session.findFirst({ where: { id } });
  const member = row && (await findMember(tx, row.memberId));
  return (
    row &&
    member && { id: row.id, member, createdAt: row.createdAt, expiresAt: row.expiresAt, endedAt: row.endedAt }
  );
}

/** @returns false where it had ended before */
export async function endSession(tx: TenantTx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.session.updateMany({ where: { id, endedAt: null }, data: { endedAt: at } });
  return count === 1;
}

/** Ends every session of whoever holds this role of the tenant's own. @returns how many */
export async function endSessionsOfRole(tx: TenantTx, role: string, at: Date): Promise<number> {
  const holders = await tx.member.findMany({ where: { customRole: role }, select: { id: true } });
  const { count } = await tx.session.updateMany({
    where: { memberId: { in: holders.map(({ id }) => id) }, endedAt: null },
    data: { endedAt: at },
  });
  return count;
}

export async function findMemberByName(tx: TenantTx, displayName: string): Promise<Member | null> {
  const row = await tx.member.findFirst({ where: { displayName } });
  return row && toMember(tx, row);
}

export async function findMember(tx: TenantTx, id: string): Promise<Member | null> {
  const row = await tx.member.findFirst({ where: { id } });
  return row && toMember(tx, row);
}

type Row = NonNullable<Awaited<ReturnType<TenantTx["member"]["findFirst"]>>>;

async function toMember(tx: TenantTx, { id, displayName, role, customRole }: Row): Promise<Member> {
  if (customRole === null) return { id, displayName, role, customPermissions: null };
  const own = await findCustomRole(tx, customRole);
  return {
    id,
    displayName,
    role: customRole,
    customPermissions: own?.retiredAt ? [] : (own?.permissions ?? []),
  };
}
