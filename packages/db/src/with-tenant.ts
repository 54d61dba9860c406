import type { TenantId } from "@guildhall/protocol";
import type { Db } from "./client.ts";
import type { Prisma } from "./generated/prisma/client.ts";

declare const named: unique symbol;

/** A transaction that has named its tenant. Repositories take nothing else, so nothing reads past it. */
export type TenantTx = Prisma.TransactionClient & { readonly [named]: "tenant" };

export interface TenantTxOptions {
  /** RepeatableRead where several reads must show one moment. */
  isolation?: "ReadCommitted" | "RepeatableRead";
}

/**
 * One interactive transaction under the role that serves, with row-level security bound to `tenant`.
 * Rolls back where `work` throws.
 */
export function withTenant<T>(
  db: Db,
  tenant: TenantId,
  work: (tx: TenantTx) => Promise<T>,
  options: TenantTxOptions = {},
): Promise<T> {
  return db.app.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
      return work(tx as TenantTx);
    },
    { maxWait: 5000, timeout: 15_000, isolationLevel: options.isolation ?? "ReadCommitted" },
  );
}
