import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type DatabaseUrls,
  type EmbeddedPostgres,
  type RolePasswords,
  startEmbeddedPostgres,
} from "@guildhall/db";
import { startTestServer } from "@guildhall/db/testing";

/** A PostgreSQL that is killed whole and started again over its files, at the same address. */
export interface CrashServer {
  passwords: RolePasswords;
  createDatabase(): Promise<DatabaseUrls>;
  /** A superuser's address of the database that `url` names. */
  adminUrl(url: string): string;
  /** Ends the postmaster and every process of it at once, as a power cut would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startCrashServer(): Promise<CrashServer> {
  const server = await startTestServer({ from: process.env.GUILDHALL_TEST_SERVER, onDisk: true });
  const { port } = server.postgres;
  let running: EmbeddedPostgres = server.postgres;
  return {
    passwords: server.passwords,
    createDatabase: () => server.createDatabase(),
    adminUrl(url) {
      const admin = new URL(server.postgres.adminUrl);
      admin.pathname = new URL(url).pathname;
      return admin.href;
    },
    async kill() {
      // Stopped first, so that it can neither mend anything nor start another child.
      process.kill(running.pid, "SIGSTOP");
      const processes = [...childrenOf(running.pid), running.pid];
      for (const pid of processes) process.kill(pid, "SIGKILL");
      while (processes.some(isThere)) await sleep(2);
    },
    async start() {
      try {
        running = await startEmbeddedPostgres({ dataDir: server.dataDir, port });
      } catch (cause) {
        const log = readFileSync(join(dirname(server.dataDir), "postgres.log"), "utf8");
        throw new Error(`PostgreSQL did not come back; its log ends with\n${log.slice(-2000)}`, { cause });
      }
    },
    async stop() {
      await running.stop();
      await server.stop();
    },
  };
}

function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync("pgrep", ["-P", String(pid)], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean).map(Number);
}

/** Until it was reaped as well: a new postmaster asks for the old one's pid, and a zombie would answer. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
