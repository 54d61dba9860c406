import type { TenantId } from "@guildhall/protocol";
import type { Db } from "../client.ts";
import type { AccountTx } from "../with-account.ts";

export interface Account {
  id: string;
  /** Null where an OpenID provider alone vouches for the person. */
  email: string | null;
}

/** Where an account is a member. */
export interface Membership {
  tenantId: TenantId;
  memberId: string;
  slug: string;
  name: string;
}

/** The transaction has to name the account that is made. @returns false where the e-mail has one already */
export async function createAccount(
  tx: AccountTx,
  { id, email }: { id: string; email: string },
): Promise<boolean> {
  const made = await tx.$executeRaw`
    INSERT INTO hall.account (id, email) VALUES (${id}::uuid, ${email}) ON CONFLICT DO NOTHING`;
  return made === 1;
}

/** The transaction's own account. */
export async function readAccount(tx: AccountTx): Promise<Account | null> {
  return tx.account.findFirst({ select: { id: true, email: true } });
}

/** @param email in lower case */
export async function lookupAccount(db: Db, email: string): Promise<string | null> {
  const [row] = await db.app.$queryRaw<{ id: string | null }[]>`SELECT lookup.account(${email}) AS id`;
  return row?.id ?? null;
}

export async function lookupMemberships(db: Db, accountId: string): Promise<Membership[]> {
  const rows = await db.app.$queryRaw<
    { tenant_id: TenantId; member_id: string; slug: string; name: string }[]
  >`SELECT * FROM lookup.memberships(${accountId}::uuid)`;
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    memberId: row.member_id,
    slug: row.slug,
    name: row.name,
  }));
}
