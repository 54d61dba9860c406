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
  /** Whose account it is; null while an invitation waits, and for who only ever signs in by links. */
  accountId: string | null;
  email: string | null;
  createdAt: Date;
  /** Null while an invitation waits. */
  joinedAt: Date | null;
  removedAt: Date | null;
}

export interface NewMember {
  id: string;
  displayName: string;
  role: string;
  email?: string;
  accountId?: string;
  /** Not given: somebody whom the Hall itself made. */
  joinedAt?: Date | null;
}

export async function createMember(tx: TenantTx, tenantId: TenantId, member: NewMember): Promise<void> {
  const { id, displayName, role, email = null, accountId = null, joinedAt = new Date() } = member;
  await tx.member.create({
    data: { tenantId, id, displayName, email, accountId, joinedAt, ...roleColumns(role) },
  });
}

/** Those of today, and who is invited; who was removed only where `removed` asks. */
export async function listMembers(tx: TenantTx, { removed = false } = {}): Promise<Member[]> {
  const rows = await tx.member.findMany({
    where: removed ? {} : { removedAt: null },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
  });
  return Promise.all(rows.map((row) => toMember(tx, row)));
}

export async function findMember(tx: TenantTx, id: string): Promise<Member | null> {
  const row = await tx.member.findFirst({ where: { id } });
  return row && toMember(tx, row);
}

export async function findMemberByName(tx: TenantTx, displayName: string): Promise<Member | null> {
  const row = await tx.member.findFirst({ where: { displayName, removedAt: null } });
  return row && toMember(tx, row);
}

export async function findMemberByEmail(tx: TenantTx, email: string): Promise<Member | null> {
  const row = await tx.member.findFirst({ where: { email, removedAt: null } });
  return row && toMember(tx, row);
}

/** The owner who is invited and has not joined. */
export async function findWaitingOwner(tx: TenantTx): Promise<Member | null> {
  const row = await tx.member.findFirst({ where: { role: "owner", joinedAt: null, removedAt: null } });
  return row && toMember(tx, row);
}

/** To the transaction's end nobody else invites this tenant's first owner, or withdraws that. */
export async function lockFirstOwner(tx: TenantTx, tenantId: TenantId): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`guildhall.first-owner/${tenantId}`}, 0))`;
}

export async function findMemberByAccount(tx: TenantTx, accountId: string): Promise<Member | null> {
  const row = await tx.member.findFirst({ where: { accountId, removedAt: null } });
  return row && toMember(tx, row);
}

/** Whether somebody with this account, or this e-mail, was a member and was removed. */
export async function wasRemoved(
  tx: TenantTx,
  { accountId, email }: { accountId: string; email: string },
): Promise<boolean> {
  const where = { removedAt: { not: null }, OR: [{ accountId }, { email }] };
  return (await tx.member.count({ where })) > 0;
}

/** Takes up an invitation. @returns false where it was taken up or withdrawn before */
export async function joinMember(
  tx: TenantTx,
  id: string,
  { accountId, displayName, at }: { accountId: string; displayName: string; at: Date },
): Promise<boolean> {
  const { count } = await tx.member.updateMany({
    where: { id, joinedAt: null, removedAt: null },
    data: { accountId, displayName, joinedAt: at },
  });
  return count === 1;
}

export async function setMemberRole(tx: TenantTx, id: string, role: string): Promise<void> {
  await tx.member.updateMany({ where: { id }, data: roleColumns(role) });
}

export async function removeMember(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.member.updateMany({ where: { id, removedAt: null }, data: { removedAt: at } });
}

/** How many owners there are, under a lock that lasts as long as the transaction: none of them goes meanwhile. */
export async function countOwnersLocked(tx: TenantTx): Promise<number> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT id FROM hall.member WHERE role = 'owner' AND joined_at IS NOT NULL AND removed_at IS NULL
    ORDER BY id FOR UPDATE`;
  return rows.length;
}

export function isBuiltIn(role: string): role is Role {
  return (ROLES as readonly string[]).includes(role);
}

/** How a role's name is stored: one of `ROLES` by itself, one of the tenant's own as a key of its table. */
function roleColumns(role: string): { role: string; customRole: string | null } {
  return isBuiltIn(role) ? { role, customRole: null } : { role: "custom", customRole: role };
}

type Row = NonNullable<Awaited<ReturnType<TenantTx["member"]["findFirst"]>>>;

async function toMember(tx: TenantTx, { tenantId: _, customRole, ...row }: Row): Promise<Member> {
  if (customRole === null) return { ...row, customPermissions: null };
  const own = await findCustomRole(tx, customRole);
  return { ...row, role: customRole, customPermissions: own?.retiredAt ? [] : (own?.permissions ?? []) };
}
