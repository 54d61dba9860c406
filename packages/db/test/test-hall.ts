import { randomUUID } from "node:crypto";
import type { SignatoryId, TenantId } from "@guildhall/protocol";
import pg from "pg";
import { createTenant, type Db, type LoginRole, openDb, withOperator } from "../src/index.ts";
import { startTestServer, type TestServer } from "../src/testing/index.ts";

/** A server with one migrated database, seen as every role sees it. */
export interface TestHall {
  server: TestServer;
  db: Db;
  /** A superuser, whom no policy stops: to look on and to break things, never to serve. */
  admin: pg.Pool;
  /** One connection of a role, for the statements that our own code would never send. */
  as(role: LoginRole): Promise<pg.Client>;
  addTenant(): Promise<TenantId>;
  stop(): Promise<void>;
}

export async function startTestHall(): Promise<TestHall> {
  const server = await startTestServer({ from: process.env.GUILDHALL_TEST_SERVER });
  const urls = await server.createDatabase();
  const db = openDb(urls);
  const admin = openPool(adminUrl(server, urls.owner));
  const clients: pg.Client[] = [];
  return {
    server,
    db,
    admin,
    async as(role) {
      const client = new pg.Client({ connectionString: urls[role] });
      clients.push(client);
      await client.connect();
      return client;
    },
    async addTenant() {
      const id = randomUUID() as TenantId;
      const slug = `t-${id}`;
      await withOperator(db, (tx) =>
        createTenant(tx, { id, slug, name: slug, identities: [slug as SignatoryId] }),
      );
      return id;
    },
    async stop() {
      await Promise.all([db.close(), admin.end(), ...clients.map((client) => client.end())]);
      await server.stop();
    },
  };
}

/** A pool that may be ended just before its server: a connection still closing then is told so, and nobody minds. */
export function openPool(connectionString: string): pg.Pool {
  return new pg.Pool({ connectionString, max: 4 }).on("error", () => undefined);
}

/** The superuser's address of the database that `url` names. */
export function adminUrl(server: TestServer, url: string): string {
  const admin = new URL(server.postgres.adminUrl);
  admin.pathname = new URL(url).pathname;
  return admin.href;
}

/** One transaction that names `tenant`, on a plain connection. Rolls back where `work` throws. */
export async function inTenant<T>(client: pg.ClientBase, tenant: string, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
    const result = await work();
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** Runs `work` in a transaction that is always rolled back: where a test breaks a wall to see that it is missed. */
export async function undone<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    return await work();
  } finally {
    await client.query("ROLLBACK");
  }
}

/** What the database answered to an attempt that must fail, as `42501 permission denied for table member`. */
export async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    const { code, message, meta } = error as PrismaRefusal & { code?: string; message: string };
    const cause = meta?.driverAdapterError?.cause;
    return cause ? `${cause.originalCode} ${cause.originalMessage}` : `${code} ${message}`;
  }
  return "accepted";
}

interface PrismaRefusal {
  meta?: { driverAdapterError?: { cause?: { originalCode: string; originalMessage: string } } };
}
