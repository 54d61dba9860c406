import type { TenantId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";
import { findMember, type Member } from "./people.ts";

export interface Session {
  id: string;
  member: Member;
  createdAt: Date;
  expiresAt: Date;
  /** When its holder last showed a factor. */
  stepUpAt: Date | null;
  endedAt: Date | null;
  /** True until the second factor is shown: it opens nothing. */
  awaitsFactor: boolean;
  /** By what it was begun, such as `password+totp`. */
  factors: string;
  /** Where it was begun from; null where that was not kept. */
  address: string | null;
  /** The connection of single sign-on that it was begun through, or null. */
  ssoConnectionId: string | null;
}

export interface NewSession {
  tenantId: TenantId;
  id: string;
  memberId: string;
  tokenHash: Uint8Array;
  expiresAt: Date;
  stepUpAt?: Date | null;
  awaitsFactor?: boolean;
  factors?: string;
  address?: string;
  /** Through which connection of single sign-on it was begun; it ends with that. */
  ssoConnectionId?: string;
}

/**
 * To the transaction's end nobody ends sessions of this tenant at large: whoever does misses none that is being begun, and
 * none begins on what was taken away meanwhile. Taken before any other lock, and what a session rests on is read under it.
 */
export async function lockToBeginSessions(tx: TenantTx, tenantId: TenantId): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtextextended(${sessionsOf(tenantId)}, 0))`;
}

/** The other side of it: waits for those that are being begun. Taken before any other lock. */
export async function lockToEndSessions(tx: TenantTx, tenantId: TenantId): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${sessionsOf(tenantId)}, 0))`;
}

function sessionsOf(tenantId: TenantId): string {
  return `guildhall.sessions/${tenantId}`;
}

export async function createSession(tx: TenantTx, session: NewSession): Promise<void> {
  await tx.session.create({ data: { ...session, tokenHash: new Uint8Array(session.tokenHash) } });
}

export async function findSession(tx: TenantTx, id: string): Promise<Session | null> {
  const row = await tx.session.findFirst({ where: { id } });
  const member = row && (await findMember(tx, row.memberId));
  return row && member && toSession(row, member);
}

/** Those of a member that stand. */
export async function listSessions(tx: TenantTx, memberId: string, at: Date): Promise<Session[]> {
  const member = await findMember(tx, memberId);
  if (member === null) return [];
  const rows = await tx.session.findMany({
    where: { memberId, endedAt: null, awaitsFactor: false, expiresAt: { gt: at } },
    orderBy: [{ createdAt: "desc" }, { id: "asc" }],
  });
  return rows.map((row) => toSession(row, member));
}

export async function stepUpSession(tx: TenantTx, id: string, at: Date): Promise<void> {
  await tx.session.updateMany({ where: { id, endedAt: null }, data: { stepUpAt: at } });
}

/** @param memberId whose it has to be, where that matters. @returns false where it had ended before */
export async function endSession(tx: TenantTx, id: string, at: Date, memberId?: string): Promise<boolean> {
  const { count } = await tx.session.updateMany({
    where: { id, endedAt: null, ...(memberId !== undefined && { memberId }) },
    data: { endedAt: at },
  });
  return count === 1;
}

/**
 * Whether another transaction has ended it. What this one did does not count: whoever signs out, or leaves, still writes
 * the entry that says so.
 */
export async function isEndedElsewhere(tx: TenantTx, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ ended: boolean }[]>`
    SELECT ended_at IS NOT NULL AND xmin <> pg_current_xact_id()::xid AS ended FROM hall.session WHERE id = ${id}::uuid`;
  return rows[0]?.ended ?? true;
}

/** Ends every session of a member. @param spared one that goes on. @returns how many */
export async function endSessionsOf(
  tx: TenantTx,
  memberId: string,
  at: Date,
  spared?: string,
): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: { memberId, endedAt: null, ...(spared !== undefined && { id: { not: spared } }) },
    data: { endedAt: at },
  });
  return count;
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

type Row = NonNullable<Awaited<ReturnType<TenantTx["session"]["findFirst"]>>>;

function toSession(row: Row, member: Member): Session {
  const { id, createdAt, expiresAt, stepUpAt, endedAt, awaitsFactor, factors, address, ssoConnectionId } =
    row;
  return {
    ...{ id, member, createdAt, expiresAt, stepUpAt, endedAt },
    ...{ awaitsFactor, factors, address, ssoConnectionId },
  };
}
