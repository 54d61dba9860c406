import type { TenantId } from "@guildhall/protocol";
import type { Db } from "../client.ts";
import type { AccountTx } from "../with-account.ts";
import type { TenantTx } from "../with-tenant.ts";

/** How people of a tenant sign in through its OpenID provider. */
export interface SsoConnection {
  id: string;
  issuer: string;
  clientId: string;
  /** As the Hall encrypted it. */
  clientSecret: Uint8Array;
  /** As what somebody of a proved domain joins uninvited; null where nobody does. */
  joinRole: string | null;
  /** Members of a proved domain, but owners, sign in no other way. */
  isRequired: boolean;
  createdAt: Date;
}

/** Whom a provider vouches for. */
export interface Subject {
  issuer: string;
  subject: string;
}

/** The one in force. */
export async function findSsoConnection(tx: TenantTx): Promise<SsoConnection | null> {
  const row = await tx.ssoConnection.findFirst({ where: { removedAt: null } });
  return row && toConnection(row);
}

export async function createSsoConnection(
  tx: TenantTx,
  tenantId: TenantId,
  connection: SsoConnection,
): Promise<void> {
  const clientSecret = new Uint8Array(connection.clientSecret);
  await tx.ssoConnection.create({ data: { tenantId, ...connection, clientSecret } });
}

export async function changeSsoConnection(
  tx: TenantTx,
  id: string,
  { clientSecret, joinRole, isRequired }: Pick<SsoConnection, "clientSecret" | "joinRole" | "isRequired">,
): Promise<void> {
  await tx.ssoConnection.updateMany({
    where: { id, removedAt: null },
    data: { clientSecret: new Uint8Array(clientSecret), joinRole, isRequired },
  });
}

/** Ends a connection and every session that it began. @returns which */
export async function removeSsoConnection(tx: TenantTx, id: string, at: Date): Promise<string[]> {
  await tx.ssoConnection.updateMany({ where: { id, removedAt: null }, data: { removedAt: at } });
  const rows = await tx.$queryRaw<{ id: string }[]>`
    UPDATE hall.session SET ended_at = ${at}::timestamptz
    WHERE sso_connection_id = ${id}::uuid AND ended_at IS NULL RETURNING id`;
  return rows.map((row) => row.id);
}

/** Ends what members of proved domains began otherwise, but for owners. @returns which sessions */
export async function endOtherSessionsOfDomains(tx: TenantTx, at: Date): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    UPDATE hall.session s SET ended_at = ${at}::timestamptz
    FROM hall.member m WHERE m.tenant_id = s.tenant_id AND m.id = s.member_id
      AND s.ended_at IS NULL AND s.sso_connection_id IS NULL AND m.role <> 'owner'
      AND split_part(m.email, '@', 2) IN (
        SELECT p.name FROM hall.name_proof p
        WHERE p.kind = 'email' AND p.proved_at IS NOT NULL AND p.released_at IS NULL)
    RETURNING s.id`;
  return rows.map((row) => row.id);
}

/** @returns false where this sign-in was completed before */
export async function completeSsoFlow(
  tx: TenantTx,
  tenantId: TenantId,
  { flowId, connectionId, at }: { flowId: string; connectionId: string; at: Date },
): Promise<boolean> {
  const made = await tx.$executeRaw`
    INSERT INTO hall.sso_completed (tenant_id, flow_id, connection_id, completed_at)
    VALUES (${tenantId}::uuid, ${flowId}::uuid, ${connectionId}::uuid, ${at}) ON CONFLICT DO NOTHING`;
  return made === 1;
}

/** The tenant whose provider signs people of a domain in. */
export async function lookupSsoTenant(db: Db, domain: string): Promise<TenantId | null> {
  const [row] = await db.app.$queryRaw<{ tenant_id: TenantId | null }[]>`
    SELECT lookup.sso_tenant(${domain}) AS tenant_id`;
  return row?.tenant_id ?? null;
}

export async function lookupAccountOfSubject(db: Db, { issuer, subject }: Subject): Promise<string | null> {
  const [row] = await db.app.$queryRaw<{ id: string | null }[]>`
    SELECT lookup.account_of_subject(${issuer}, ${subject}) AS id`;
  return row?.id ?? null;
}

/** An account that a provider alone vouches for. @returns false where the subject has one already */
export async function createAccountOfSubject(
  tx: AccountTx,
  { id, issuer, subject }: Subject & { id: string },
): Promise<boolean> {
  const made = await tx.$executeRaw`
    INSERT INTO hall.account (id, issuer, subject) VALUES (${id}::uuid, ${issuer}, ${subject})
    ON CONFLICT DO NOTHING`;
  return made === 1;
}

/** Says that a provider vouches for the transaction's account too. @returns false where one does already */
export async function linkSubject(tx: AccountTx, { issuer, subject }: Subject): Promise<boolean> {
  const { count } = await tx.account.updateMany({ where: { issuer: null }, data: { issuer, subject } });
  return count === 1;
}

type Row = NonNullable<Awaited<ReturnType<TenantTx["ssoConnection"]["findFirst"]>>>;

function toConnection({ tenantId: _, removedAt: __, ...row }: Row): SsoConnection {
  return row;
}
