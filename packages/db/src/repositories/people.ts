import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

export const ROLES = ["operator", "approver", "compliance", "viewer"] as const;
export type Role = (typeof ROLES)[number];

export interface Member {
  id: string;
  displayName: string;
  role: Role;
}

export interface Session {
  id: string;
  member: Member;
  createdAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
}

export async function createMember(tx: TenantTx, tenantId: TenantId, member: Member): Promise<void> {
  await tx.member.create({ data: { tenantId, ...member } });
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

export async function findMemberByName(tx: TenantTx, displayName: string): Promise<Member | null> {
  const row = await tx.member.findFirst({ where: { displayName } });
  return row && { id: row.id, displayName: row.displayName, role: row.role as Role };
}

async function findMember(tx: TenantTx, id: string): Promise<Member | null> {
  const row = await tx.member.findFirst({ where: { id } });
  return row && { id: row.id, displayName: row.displayName, role: row.role as Role };
}
