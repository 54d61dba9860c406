import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";

/**
 * Applies the migrations in Prisma's own layout and bookkeeping, without Prisma's engine: the same table,
 * the same checksums, the same advisory lock, so that `prisma migrate status` and `deploy` agree with it.
 */

const PRISMA_LOCK = 72707369;
const MIGRATIONS = fileURLToPath(new URL("../prisma/migrations", import.meta.url));

export class MigrationError extends Error {
  override name = "MigrationError";
}

/**
 * @param ownerUrl the role that owns the schema
 * @returns the names applied now, in order
 * @throws MigrationError where the database and the folder disagree, or a migration fails (rolled back)
 */
export async function migrate(ownerUrl: string, folder = MIGRATIONS): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [PRISMA_LOCK]);
    await client.query(BOOKKEEPING);
    const { rows } = await client.query<Applied>(
      "SELECT migration_name AS name, checksum, finished_at FROM public._prisma_migrations WHERE rolled_back_at IS NULL",
    );
    const applied = new Map(rows.map((row) => [row.name, row]));
    const names = readdirSync(folder)
      .filter((name) => existsSync(join(folder, name, "migration.sql")))
      .sort();
    for (const name of applied.keys())
      if (!names.includes(name))
        throw new MigrationError(
          `The database has migration ${name}, which this version does not know. Update the Hall.`,
        );

    const done: string[] = [];
    for (const name of names) {
      const sql = readFileSync(join(folder, name, "migration.sql"), "utf8");
      const checksum = createHash("sha256").update(sql).digest("hex");
      const before = applied.get(name);
      if (before && !before.finished_at)
        throw new MigrationError(`Migration ${name} failed earlier; resolve it first.`);
      if (before && before.checksum !== checksum)
        throw new MigrationError(
          `Migration ${name} was edited after it was applied; restore it and add a new one.`,
        );
      if (before) continue;
      await apply(client, name, sql, checksum);
      done.push(name);
    }
    return done;
  } finally {
    await client.end();
  }
}

interface Applied {
  name: string;
  checksum: string;
  finished_at: Date | null;
}

async function apply(client: pg.Client, name: string, sql: string, checksum: string): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO public._prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query("COMMIT");
  } catch (cause) {
    await client.query("ROLLBACK");
    throw new MigrationError(`Migration ${name} failed: ${(cause as Error).message}`, { cause });
  }
}

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS public._prisma_migrations (
  id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz,
  migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`;
