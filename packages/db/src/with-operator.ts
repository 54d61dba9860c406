import { HALL_CHAIN } from "@guildhall/protocol";
import type { Db } from "./client.ts";
import type { Prisma } from "./generated/prisma/client.ts";
import type { TenantTxOptions } from "./with-tenant.ts";

declare const named: unique symbol;

/** A transaction of the Hall's operator: bound to the Hall's own chain, and to what its policies name across tenants. */
export type OperatorTx = Prisma.TransactionClient & { readonly [named]: "operator" };

/** Named cross-tenant work, each act of which ends in a receipt on the Hall's chain. */
export function withOperator<T>(
  db: Db,
  work: (tx: OperatorTx) => Promise<T>,
  options: TenantTxOptions = {},
): Promise<T> {
  return db.operator.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT set_config('app.tenant_id', ${HALL_CHAIN}, true)`;
      return work(tx as OperatorTx);
    },
    { maxWait: 5000, timeout: 15_000, isolationLevel: options.isolation ?? "ReadCommitted" },
  );
}
