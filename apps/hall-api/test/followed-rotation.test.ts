import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkCosignatures, parseNote, parseWitnessKey } from "@guildhall/attestation/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { request } from "./testing/enrolled-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant, type TestTenant } from "./testing/tenant.ts";

/** `hall log monitor` and `hall witness serve`, given the first key of a Hall, while that Hall changes it twice. */

const HALL = fileURLToPath(new URL("../../../packages/cli/src/main.ts", import.meta.url));
const NAME = "witness.test/w1";
let house: TestHouse;
let hall: OpenHall;
/** The same log and keys at another address, whose history of keys is what a test makes of it. */
let mirror: { server: Server; url: string; history: ((history: unknown[]) => unknown) | null };
let tenant: TestTenant;
let folder: string;
let pinned: string;

beforeAll(async () => {
  house = await openHouse();
  folder = mkdtempSync(join(tmpdir(), "guildhall-followed-"));
  hall = await house.open();
  pinned = hall.verifierKey;
  tenant = await addTenant(hall.hall);
  mirror = await openMirror();
});
afterAll(async () => {
  await house?.close();
  mirror?.server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function openMirror(): Promise<typeof mirror> {
  const server = createServer(async ({ url = "" }, response) => {
    const { status, text } = await hall.ask("GET", url);
    const { history, ...rest } = url.includes("hall-keys") ? JSON.parse(text) : {};
    if (history && mirror.history === null) return response.writeHead(404).end("{}");
    if (history) return response.end(JSON.stringify({ ...rest, history: mirror.history?.(history) }));
    const bytes = await fetch(`${hall.url}${url}`);
    response.writeHead(status).end(Buffer.from(await bytes.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}`, history: (history) => history };
}

async function decide(): Promise<number> {
  await hall.ask("POST", "/wcp/route", { key: tenant.key, body: request(tenant.identity) });
  await hall.hall.ledger.sealer.sealCommitted();
  return hall.hall.ledger.sealer.sealedSize();
}

async function rotate(): Promise<void> {
  const body = { reason: "yearly" };
  const { status, text } = await hall.ask("POST", "/hall/keys/log/rotate", { key: hall.operatorToken, body });
  if (status !== 200) throw new Error(text);
}

async function hallCommand(...args: string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [HALL, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out };
}

const monitor = (state: string, url = mirror.url) =>
  hallCommand("log", "monitor", url, "--key", pinned, "--state", join(folder, state), "--once");

interface RunningWitness {
  child: ChildProcess;
  url: string;
  key: string;
}

async function startWitness(state: string, ...more: string[]): Promise<RunningWitness> {
  const args = ["witness", "serve", "--name", NAME, "--log", pinned, "--listen", "127.0.0.1:0", ...more];
  const files = ["--key-file", join(folder, "witness.pem"), "--state", join(folder, state)];
  const child = spawn(process.execPath, [HALL, ...args, ...files], { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  await new Promise<void>((resolve, reject) => {
    child.once("close", () => reject(new Error(`the witness ended: ${out}`)));
    child.stdout.on("data", (text) => {
      out += text;
      if (/Its key: .*\n/.test(out)) resolve();
    });
  });
  const [, url = ""] = /listens at (\S+)\.\n/.exec(out) ?? [];
  const [, key = ""] = /Its key: (\S+)\n/.exec(out) ?? [];
  return { child, url, key };
}

async function stop({ child }: RunningWitness): Promise<void> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await closed;
}

/** What a witness says to the newest checkpoint, as the Hall asks it. */
async function askWitness({ url, key }: RunningWitness) {
  const { text: note } = await hall.ask("GET", "/log/checkpoint");
  const answer = await fetch(`${url}/add-checkpoint`, { method: "POST", body: `old 0\n\n${note}` });
  const line = await answer.text();
  if (answer.status !== 200) return { status: answer.status, cosignatures: [] };
  const known = [await parseWitnessKey(key)];
  return { status: 200, cosignatures: await checkCosignatures(parseNote(note + line), known) };
}

describe("a log that changes its key twice", { timeout: 60_000 }, () => {
  it("is followed by a monitor that was away during both, by the signed entries alone", async () => {
    await decide();
    for (const state of ["away", "told-nothing", "misled"])
      expect(await monitor(state)).toMatchObject({ code: 0, out: expect.stringContaining("first") });
    expect(existsSync(join(folder, "away.keys.json"))).toBe(false);
    for (let n = 0; n < 2; n++) {
      await rotate();
      await decide();
    }
    expect(await monitor("away")).toMatchObject({ code: 0, out: expect.stringContaining("grew from") });
    expect(JSON.parse(readFileSync(join(folder, "away.keys.json"), "utf8"))).toBeInstanceOf(Array);
    await decide();
    // What it followed is kept: the Hall is asked for nothing of it again.
    mirror.history = null;
    expect(await monitor("away")).toMatchObject({ code: 0, out: expect.stringContaining("grew from") });
  });

  it("is not believed where nothing leads to its key, and what was kept stays", async () => {
    const kept = readFileSync(join(folder, "told-nothing"), "utf8");
    expect(await monitor("told-nothing")).toMatchObject({
      code: 1,
      out: expect.stringContaining("NOTE_KEY_UNKNOWN"),
    });
    // One that is forged: the second change was never sealed by the key before it.
    mirror.history = (history) => {
      const all = history as { receipt: object; seal: object }[];
      return all.map((entry, index) =>
        index === all.length - 1 ? { ...entry, seal: all.at(-2)!.seal } : entry,
      );
    };
    expect(await monitor("misled")).toMatchObject({ code: 1 });
    expect(existsSync(join(folder, "misled.keys.json"))).toBe(false);
    expect(readFileSync(join(folder, "told-nothing"), "utf8")).toBe(kept);
    mirror.history = (history) => history;
    expect(await monitor("misled")).toMatchObject({ code: 0, out: expect.stringContaining("grew from") });
  });

  it("is cosigned by a witness that has its Hall to ask, also after that witness was started anew", async () => {
    const witness = await startWitness("state.json", "--hall", mirror.url);
    try {
      expect(await askWitness(witness)).toMatchObject({ status: 200, cosignatures: [{ witness: NAME }] });
    } finally {
      await stop(witness);
    }
    // It remembers what it followed, whatever its Hall says now.
    mirror.history = null;
    const again = await startWitness("state.json", "--hall", mirror.url);
    try {
      expect(await askWitness(again)).toMatchObject({ status: 409 });
    } finally {
      await stop(again);
    }
  });

  it("is refused by a witness that has nobody to ask", async () => {
    const witness = await startWitness("alone.json");
    try {
      expect(await askWitness(witness)).toMatchObject({ status: 403 });
    } finally {
      await stop(witness);
    }
  });
});
