import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type EmbeddedPostgres, rolePasswords, startEmbeddedPostgres } from "../src/index.ts";

let folder: string;
let dataDir: string;
let started: EmbeddedPostgres[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "guildhall-embedded-"));
  dataDir = join(folder, "hall", "postgres");
  started = [];
});
afterEach(async () => {
  for (const server of started) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(settings?: Record<string, string>): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, ...(settings && { settings }) });
  started.push(server);
  return server;
}

async function connect(server: EmbeddedPostgres): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.adminUrl });
  client.on("error", () => undefined); // the server is killed under it
  await client.connect();
  return client;
}

describe("an embedded server", () => {
  it("is adopted by a second start, not started again, and stopped by whoever asks", async () => {
    const first = await start();
    expect(first.started).toBe(true);
    const second = await start();
    expect(second).toMatchObject({
      started: false,
      pid: first.pid,
      port: first.port,
      adminUrl: first.adminUrl,
    });
    await second.stop();
    expect(isRunning(first.pid)).toBe(false);
    await first.stop(); // nothing left to stop is no fault
  });

  it("leaves no process behind when it is stopped, and its rows when it is started again", async () => {
    const first = await start();
    const client = await connect(first);
    await client.query("CREATE TABLE kept AS SELECT 1 AS one");
    const family = [first.pid, ...childrenOf(first.pid)];
    expect(family.length).toBeGreaterThan(3);
    await first.stop();
    expect(family.filter(isRunning)).toEqual([]);
    expect(existsSync(join(dataDir, "postmaster.pid"))).toBe(false);

    const second = await start();
    expect(second.started).toBe(true);
    const again = await connect(second);
    expect((await again.query("SELECT one FROM kept")).rows).toEqual([{ one: 1 }]);
    await Promise.all([client, again].map((each) => each.end()));
  });

  it("recovers after it was killed: committed rows are there, what was open is not", async () => {
    const first = await start();
    const client = await connect(first);
    await client.query("CREATE TABLE entry (n int)");
    for (let n = 0; n < 20; n++) await client.query("INSERT INTO entry VALUES ($1)", [n]);
    const open = await connect(first);
    await open.query("BEGIN; INSERT INTO entry VALUES (99)");
    await kill(first.pid);
    expect(existsSync(join(dataDir, "postmaster.pid"))).toBe(true);

    const second = await start();
    expect(second.started).toBe(true);
    expect(second.pid).not.toBe(first.pid);
    const again = await connect(second);
    const { rows } = await again.query("SELECT n FROM entry ORDER BY n");
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    await again.end();
  });

  it("starts over where its first initialisation was cut off", async () => {
    mkdirSync(`${dataDir}.new`, { recursive: true });
    writeFileSync(join(`${dataDir}.new`, "half-made"), "");
    expect((await start()).started).toBe(true);
    expect(existsSync(`${dataDir}.new`)).toBe(false);
  });

  it("deletes nothing that it did not make", async () => {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, "somebody's"), "");
    await expect(start()).rejects.toThrow(`${dataDir} is there and holds no database.`);
    expect(existsSync(join(dataDir, "somebody's"))).toBe(true);
  });

  it("says where to look when it does not start", async () => {
    const attempt = start({ shared_buffers: "nonsense" });
    await expect(attempt).rejects.toThrow(
      `PostgreSQL did not start; see ${join(folder, "hall", "postgres.log")}`,
    );
    expect(readFileSync(join(folder, "hall", "postgres.log"), "utf8")).toContain("shared_buffers");
  });

  it("keeps its rows and passwords to the user it runs as, and listens on this machine only", async () => {
    const server = await start();
    rolePasswords(join(folder, "hall", "database.json"));
    const mode = (path: string) => (statSync(join(folder, "hall", path)).mode & 0o777).toString(8);
    expect(mode(".")).toBe("700");
    expect(mode("postgres")).toBe("700");
    expect(mode("postgres-admin")).toBe("600");
    expect(mode("postgres.log")).toBe("600");
    expect(mode("database.json")).toBe("600");

    const client = await connect(server);
    const { rows } = await client.query(
      "SELECT name, setting FROM pg_settings WHERE name ~ '^listen_addr|^unix_socket_dir' ORDER BY 1",
    );
    expect(rows).toEqual([
      { name: "listen_addresses", setting: "127.0.0.1" },
      { name: "unix_socket_directories", setting: "" },
    ]);
    await client.end();
    const stranger = new URL(server.adminUrl);
    stranger.password = "wrong";
    await expect(new pg.Client({ connectionString: stranger.href }).connect()).rejects.toMatchObject({
      code: "28P01",
    });
  });
});

/** Ends a server as a power cut would: the postmaster is stopped first, so that it can mend nothing. */
async function kill(postmaster: number): Promise<void> {
  process.kill(postmaster, "SIGSTOP");
  const victims = [...childrenOf(postmaster), postmaster];
  for (const pid of victims) process.kill(pid, "SIGKILL");
  await vi.waitFor(() => expect(victims.filter(isRunning)).toEqual([]), { timeout: 10_000, interval: 5 });
}

function childrenOf(parent: number): number[] {
  return processes()
    .filter(({ ppid }) => ppid === parent)
    .map(({ pid }) => pid);
}

/** A process that has ended but was not reaped yet does not run. */
function isRunning(asked: number): boolean {
  return processes().some(({ pid, state }) => pid === asked && !state.startsWith("Z"));
}

/** From /proc where there is one: a small image has no `ps`. */
function processes(): { pid: number; ppid: number; state: string }[] {
  if (!existsSync("/proc/self/stat")) {
    const { stdout } = spawnSync("ps", ["-axo", "pid=,ppid=,stat="], { encoding: "utf8" });
    const lines = stdout.split("\n").map((line) => line.trim().split(/\s+/));
    return lines.map(([pid, ppid, state]) => ({ pid: Number(pid), ppid: Number(ppid), state: state ?? "Z" }));
  }
  return readdirSync("/proc").flatMap((name) => {
    try {
      const [, pid, state, ppid] = readFileSync(`/proc/${name}/stat`, "utf8").match(
        /^(\d+) \(.*\) (\S) (\d+)/s,
      )!;
      return [{ pid: Number(pid), ppid: Number(ppid), state: state! }];
    } catch {
      return []; // not a process, or one that has ended meanwhile
    }
  });
}
