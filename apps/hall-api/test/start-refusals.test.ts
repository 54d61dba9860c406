import { spawn } from "node:child_process";
import { appendFileSync, chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmbeddedPostgres } from "@guildhall/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSettings, type Settings } from "../src/env.ts";
import { startRefusal } from "../src/start-refusal.ts";
import { openHouse, type TestHouse } from "./testing/running-hall.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

let house: TestHouse;
let folder: string;
let taken: Server;
let takenPort: number;

beforeAll(async () => {
  house = await openHouse();
  folder = mkdtempSync(join(tmpdir(), "guildhall-start-"));
  taken = createServer();
  takenPort = await listening(taken);
});
afterAll(async () => {
  taken?.close();
  await house?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as { port: number }).port;
}

/** A port at which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What an operator reads who starts a Hall that refuses. */
interface Refused {
  code: number | null;
  stderr: string;
}

/** As an operator starts it: a process of its own. */
async function startProcess(env: Record<string, string>): Promise<Refused> {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [MAIN], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH, NODE_COMPILE_CACHE, HALL_LOG_LEVEL: "error", HALL_PORT: "0", ...env },
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stderr };
}

/** The same in this process, over the house's database: what main.ts would write before it exits with 1. */
async function start(changes: Partial<Settings> = {}): Promise<Refused> {
  try {
    const hall = await house.open(changes);
    await hall.stop();
    return { code: 0, stderr: "" };
  } catch (error) {
    return { code: 1, stderr: `${startRefusal(error)}\n` };
  }
}

/** Exit code 1 and a sentence that says what to do; nothing for a programmer, and no secret. */
function expectSentence({ code, stderr }: Refused, sentence: RegExp): void {
  expect(stderr).toMatch(sentence);
  expect(code).toBe(1);
  expect(stderr.trimEnd().split("\n").length).toBeLessThan(7);
  expect(stderr).not.toMatch(/\n\s+at |node:internal|\.[jt]s:\d|Error:|\[object|undefined/);
  expect(stderr).not.toContain(new URL(house.settings.databaseUrl!).password);
}

describe("settings that cannot be right are refused, all faults at once:", () => {
  it("a setting that nobody knows, a number that is none, an address that is none", async () => {
    const refused = await startProcess({
      HALL_PRT: "8765",
      HALL_PORT: "eighty",
      HALL_DATABASE_URL: "not-an-address",
      HALL_SIGNER: "hsm",
    });
    expectSentence(refused, /^Settings are wrong:\n/);
    for (const name of [
      "HALL_PRT: no such setting; known are ",
      "HALL_PORT: ",
      "HALL_DATABASE_URL: ",
      "HALL_SIGNER: ",
    ])
      expect(refused.stderr).toContain(name);
  });

  it.each([
    ["HALL_DATABASE_URL", "mysql://a:b@127.0.0.1/x"],
    ["HALL_PORT", "65536"],
    ["HALL_SIGNER", "file:"],
    ["HALL_ORIGIN", "two words"],
    ["HALL_URL", "ftp://x"],
    ["HALL_RECEIPT_SIGNATURES", "yes"],
    ["HALL_SEED", "production"],
    ["HALL_LOG_LEVEL", "loud"],
    ["HALL_HOST", ""],
  ])("%s=%s", (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`^Settings are wrong:\n  ${name}: `));
  });
});

describe("a key that cannot be used is refused with what to do:", () => {
  it("a place where no file can be made", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    expectSentence(
      await startProcess({ HALL_DATA_DIR: join(folder, "a"), HALL_SIGNER: `file:${join(file, "hall.pem")}` }),
      /^The key file .*hall\.pem cannot be created; name a file in a folder that this process may write to/,
    );
  });

  it("a file that others can read", async () => {
    const path = join(folder, "open.pem");
    writeFileSync(path, "");
    chmodSync(path, 0o644);
    expectSentence(
      await start({ signer: { kind: "file", path } }),
      /^The key file .* has mode 644, so others may have the key; .*chmod 600/,
    );
  });

  it("a file that holds no key", async () => {
    const path = join(folder, "no.pem");
    writeFileSync(path, "no key", { mode: 0o600 });
    expectSentence(await start({ signer: { kind: "file", path } }), /^The key file .* holds no PKCS#8 PEM; /);
  });
});

it("a data folder that cannot be made is refused with what to do", async () => {
  const file = join(folder, "b-file");
  writeFileSync(file, "");
  expectSentence(
    await start({ dataDir: join(file, "data") }),
    /^The data folder .* cannot be made \(ENOTDIR\)\. Set HALL_DATA_DIR to /,
  );
});

describe("a database that cannot be used is refused with what to do:", () => {
  const at = (change: (url: URL) => void) => {
    const url = new URL(house.settings.databaseUrl!);
    change(url);
    return url.href;
  };

  it("nobody answers there", async () => {
    const port = await freePort();
    for (const hostname of ["127.0.0.1", "localhost"]) {
      const databaseUrl = at((url) => {
        url.host = `${hostname}:${port}`;
      });
      expectSentence(
        await start({ databaseUrl }),
        new RegExp(
          `^PostgreSQL at ${hostname}:${port}/.* cannot be used: .*ECONNREFUSED.*\\. Check HALL_DATABASE_URL`,
        ),
      );
    }
  });

  it("a wrong password", async () => {
    const databaseUrl = at((url) => {
      url.password = "wrong";
    });
    expectSentence(
      await start({ databaseUrl }),
      /cannot be used: password authentication failed .* Check HALL_DATABASE_URL/,
    );
  });

  it("a user that may create nothing", async () => {
    const databaseUrl = at((url) => {
      url.username = "hall_app";
      url.password = house.server.passwords.app;
    });
    expectSentence(
      await start({ databaseUrl }),
      /cannot be used: permission denied.*must be able to create roles/,
    );
  });

  it.each([
    ["fsync", /fsync is off: a crash would lose receipts\. Set fsync = on\./],
    ["full_page_writes", /full_page_writes is off: a crash would lose receipts/],
    ["synchronous_commit", /synchronous_commit is off: a crash would lose acknowledged receipts/],
  ])("H-082: %s is off", async (setting, sentence) => {
    const set = async (statement: string, value: string) => {
      await house.admin.query(statement);
      await house.admin.query("SELECT pg_reload_conf()");
      await expect
        .poll(async () => (await house.admin.query(`SHOW ${setting}`)).rows[0][setting])
        .toBe(value);
    };
    await set(`ALTER SYSTEM SET ${setting} = off`, "off");
    expectSentence(await start(), sentence);
    await set(`ALTER SYSTEM RESET ${setting}`, "on");
  });

  it("H-082: a role of ours that could look past row-level security", async () => {
    await house.admin.query("ALTER ROLE hall_app BYPASSRLS");
    expectSentence(await start(), /Role hall_app could bypass row-level security\. Make it /);
    await house.admin.query("ALTER ROLE hall_app NOBYPASSRLS");
  });
});

describe("a log that is not ours to go on with is refused with what to do:", () => {
  beforeAll(async () => {
    const hall = await house.open();
    await hall.stop();
  });

  it("another name", async () => {
    expectSentence(
      await start({ origin: "other.test/log" }),
      /holds the log hall\.test\/log, not other\.test\/log\. Set HALL_ORIGIN=hall\.test\/log\./,
    );
  });

  it("another key", async () => {
    expectSentence(
      await start({ signer: { kind: "file", path: join(folder, "other.pem") } }),
      /was signed with another key than the one in .*other\.pem\. Restore that key file/,
    );
  });
});

describe("an address that cannot be listened at is refused with what to do:", () => {
  it("the port is taken", async () => {
    expectSentence(
      await start({ port: takenPort }),
      new RegExp(
        `^Port ${takenPort} is taken\\. Stop the other process, or set HALL_PORT to a free port\\.\n$`,
      ),
    );
  });

  it("the host is not this machine", async () => {
    expectSentence(
      await start({ host: "192.0.2.1" }),
      /^192\.0\.2\.1 cannot be listened at .* Set HALL_HOST /,
    );
  });
});

describe("the embedded PostgreSQL never outlives a Hall that did not start:", () => {
  const dataDir = () => join(folder, "embedded");
  const isRunning = () => existsSync(join(dataDir(), "postgres", "postmaster.pid"));

  beforeAll(async () => {
    const postgres = await startEmbeddedPostgres({ dataDir: join(dataDir(), "postgres") });
    expect(isRunning()).toBe(true);
    await postgres.stop();
  });

  it("the port is taken", async () => {
    const refused = await startProcess({ HALL_DATA_DIR: dataDir(), HALL_PORT: String(takenPort) });
    expectSentence(refused, /^Port \d+ is taken\./);
    expect(isRunning()).toBe(false);
  });

  it("the log is not ours to go on with", async () => {
    const embedded = {
      dataDir: dataDir(),
      databaseUrl: null,
      signer: { kind: "file" as const, path: join(dataDir(), "keys", "hall.pem") },
      operatorTokenFile: join(dataDir(), "keys", "operator-token"),
    };
    expectSentence(await start({ ...embedded, origin: "other.test/log" }), /Set HALL_ORIGIN=/);
    expect(isRunning()).toBe(false);
  });

  it("its durability was switched off", async () => {
    appendFileSync(join(dataDir(), "postgres", "postgresql.conf"), "fsync = off\n");
    expectSentence(await startProcess({ HALL_DATA_DIR: dataDir() }), /fsync is off/);
    expect(isRunning()).toBe(false);
  });
});
