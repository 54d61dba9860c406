import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { type DatabaseUrls, type EmbeddedPostgres, type RolePasswords, startEmbeddedPostgres } from "@guildhall/db";
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
  const server = await startTestServer();
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
      while (processes.some(isRunning)) await sleep(2);
    },
    async start() {
      running = await startEmbeddedPostgres({ dataDir: server.dataDir, port });
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

/** A process that has ended but was not reaped yet does not run. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}
