import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "./generated/prisma/client.ts";
import type { DatabaseUrls } from "./provision.ts";

/**
 * The connections of one Hall process: Prisma for the control plane under two roles, and a plain pool for
 * the ledger. Nothing outside this package sees a client that is not inside a transaction of a tenant.
 */
export interface Db {
  readonly app: PrismaClient;
  readonly operator: PrismaClient;
  readonly ledger: pg.Pool;
  readonly urls: DatabaseUrls;
  close(): Promise<void>;
}

export interface DbOptions {
  appConnections?: number;
  ledgerConnections?: number;
  /** Told of connections that die while idle; the pools replace them. */
  onError?: (error: Error) => void;
}

export function openDb(urls: DatabaseUrls, options: DbOptions = {}): Db {
  let closing = false;
  const onError = (error: Error) => {
    if (!closing) options.onError?.(error);
  };
  const prisma = (url: string, max: number) =>
    new PrismaClient({
      adapter: new PrismaPg(
        // Also how long a transaction waits for a free connection.
        { connectionString: url, max, connectionTimeoutMillis: 5000 },
        { onPoolError: onError, onConnectionError: onError },
      ),
    });
  const app = prisma(urls.app, options.appConnections ?? 10);
  const operator = prisma(urls.operator, 2);
  const ledger = new pg.Pool({
    connectionString: urls.ledger,
    max: options.ledgerConnections ?? 6,
    connectionTimeoutMillis: 2000,
    // A client that dies must not leave its statement holding the log's lock.
    statement_timeout: 5000,
    lock_timeout: 2000,
    idle_in_transaction_session_timeout: 5000,
    options: "-c client_connection_check_interval=1000",
  });
  ledger.on("error", onError);
  return {
    app,
    operator,
    ledger,
    urls,
    async close() {
      closing = true;
      await Promise.all([app.$disconnect(), operator.$disconnect(), ledger.end()]);
    },
  };
}
