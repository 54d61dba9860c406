import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../embedded.ts";
import { migrate } from "../migrate.ts";
import { type DatabaseUrls, provision, type RolePasswords, rolePasswords, roleUrls } from "../provision.ts";

/**
 * A real server for tests: one a file (or one a run), one template database, a copy for whoever asks.
 * Nothing is mocked, so roles, policies, locks and durability are those of production.
 */
export interface TestServer {
  postgres: EmbeddedPostgres;
  passwords: RolePasswords;
  /** Folder of the server, for tests that kill it and start it again. */
  dataDir: string;
  /** A fresh, migrated database. */
  createDatabase(): Promise<DatabaseUrls>;
  stop(): Promise<void>;
}

const TEMPLATE = "guildhall_template";

export async function startTestServer(settings?: Readonly<Record<string, string>>): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "guildhall-test-"));
  const dataDir = join(folder, "postgres");
  const postgres = await startEmbeddedPostgres({ dataDir, ...(settings && { settings }) });
  const stop = async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const passwords = rolePasswords(join(folder, "database.json"));
  try {
    const template = await provision(postgres.adminUrl, passwords, TEMPLATE);
    await migrate(template.owner);
  } catch (error) {
    await stop(); // a migration that fails must not leave its server running
    throw error;
  }
  return {
    postgres,
    passwords,
    dataDir,
    async createDatabase() {
      const name = `guildhall_${randomBytes(6).toString("hex")}`;
      const admin = new pg.Client({ connectionString: postgres.adminUrl });
      await admin.connect();
      try {
        await admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
      } finally {
        await admin.end();
      }
      return provision(postgres.adminUrl, passwords, name);
    },
    stop,
  };
}

export { roleUrls };
