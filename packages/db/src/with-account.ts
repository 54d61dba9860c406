import type { Db } from "./client.ts";
import type { Prisma } from "./generated/prisma/client.ts";
import type { TenantTx } from "./with-tenant.ts";

declare const account: unique symbol;

/** A transaction that has named an account: what its holder can show of themself is reachable in it, and nobody else's. */
export type AccountTx = Prisma.TransactionClient & { readonly [account]: string };

/** One transaction of an account alone: somebody who has not yet said for which tenant they come. */
export function withAccount<T>(db: Db, accountId: string, work: (tx: AccountTx) => Promise<T>): Promise<T> {
  return db.app.$transaction(async (tx) => work(await named(tx, accountId)), {
    maxWait: 5000,
    timeout: 15_000,
  });
}

/** The same transaction, with an account named beside its tenant: what a member does to their own account. */
export function nameAccount(tx: TenantTx, accountId: string): Promise<AccountTx> {
  return named(tx, accountId);
}

async function named(tx: Prisma.TransactionClient, accountId: string): Promise<AccountTx> {
  await tx.$executeRaw`SELECT set_config('app.account_id', ${accountId}, true)`;
  return tx as AccountTx;
}
