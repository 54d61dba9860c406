import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
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

export interface TestServerOptions {
  /** Further settings of the server. */
  settings?: Readonly<Record<string, string>>;
  /** A folder made by `prepareTestServer`: its files are copied, and nothing is initialised or migrated again. */
  from?: string | undefined;
  /** Where a crash is the question. */
  onDisk?: boolean;
}

/** Leaves in `folder` what every server begins with: the roles, their passwords and the migrated template. */
export async function prepareTestServer(folder: string): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
  try {
    const passwords = rolePasswords(join(folder, "database.json"));
    const template = await provision(postgres.adminUrl, passwords, TEMPLATE);
    await migrate(template.owner);
  } finally {
    await postgres.stop(); // in order, so that a copy of the folder starts without recovery
  }
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { settings, from, onDisk = false } = options;
  const folder = mkdtempSync(join(onDisk ? tmpdir() : placeOfServers(), "guildhall-test-"));
  const dataDir = join(folder, "postgres");
  let postgres: EmbeddedPostgres;
  try {
    if (from === undefined) await prepareTestServer(folder);
    // With owners and modes: the server refuses files that are not its own.
    else execFileSync("cp", ["-a", `${from}/.`, folder]);
    postgres = await startEmbeddedPostgres({ dataDir, ...(settings && { settings }) });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const passwords = rolePasswords(join(folder, "database.json"));
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
    async stop() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const MEMORY = "/dev/shm";
/** Of several servers at once, with all that they write ahead. */
const MEMORY_FREE_MIN_BYTES = 4 * 1024 ** 3;

/**
 * In memory where there is room: what is written is thrown away, and writing files to a disk is a third of what a short
 * test costs. Flushing means nothing there, and to a test that kills processes and not the machine it means nothing anywhere.
 */
export function placeOfServers(): string {
  if (!existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= MEMORY_FREE_MIN_BYTES ? MEMORY : tmpdir();
}

export { roleUrls };
