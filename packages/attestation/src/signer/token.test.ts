import cluster from "node:cluster";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type SoftHsm, startSoftHsm } from "../testing/index.ts";
import { keyPin, openToken, type Token, type TokenState } from "./token.ts";

/** Time limits here are promises: a loss is seen within a second, a return within five. */
const LOSS_MS = 1000;
const RETURN_MS = 5000;
const KEY = { id: Buffer.from("log"), algorithm: "ed25519" } as const;
const data = Buffer.from("the bytes to be signed");

let hsm: SoftHsm;
let token: Token | null = null;
let told: { state: TokenState; message: string | null }[];

beforeAll(async () => {
  hsm = startSoftHsm(process.env);
  hsm.makeToken("one");
  await open();
  await token!.generate({ ...KEY, label: "log" });
  await token!.close();
});
afterEach(() => token?.close());
afterAll(() => hsm?.remove());

async function open(pin = hsm.pin): Promise<Token> {
  told = [];
  token = await openToken({
    uri: hsm.parsed("one"),
    pin,
    onState: (state, reason) => told.push({ state, message: reason?.message ?? null }),
  });
  return token;
}

/** The process that holds the module: the only child of ours that runs it. */
function tokenProcess(): number {
  const found = readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const isOurs = readFileSync(`/proc/${name}/status`, "utf8").includes(`PPid:\t${process.pid}\n`);
      return isOurs && readFileSync(`/proc/${name}/cmdline`, "utf8").includes("token-process");
    } catch {
      return false; // it has ended meanwhile
    }
  });
  expect(found).toHaveLength(1);
  return Number(found[0]);
}

describe("H-090: a token that vanishes", () => {
  it("is noticed within a second though nobody signs, refuses at once, and signs again by itself, five times", async () => {
    const { signer } = await opened();
    for (let cycle = 0; cycle < 5; cycle++) {
      hsm.unplug();
      const vanishedAt = performance.now();
      await expect.poll(() => signer.available(), { timeout: LOSS_MS, interval: 10 }).toBe(false);
      expect(performance.now() - vanishedAt).toBeLessThan(LOSS_MS);
      await expect(signer.sign(data)).rejects.toMatchObject({ code: "TOKEN_LOST" });
      hsm.plugIn();
      await expect.poll(() => signer.available(), { timeout: RETURN_MS, interval: 10 }).toBe(true);
      expect(await signer.sign(data)).toHaveLength(64);
    }
    expect(told.map(({ state }) => state)).toEqual(
      Array.from({ length: 5 }, () => ["lost", "serving"]).flat(),
    );
  });

  it("is refused at the start, with what to do", async () => {
    hsm.unplug();
    try {
      await expect(open()).rejects.toMatchObject({ name: "SignerError" });
    } finally {
      hsm.plugIn();
    }
  });
});

describe("H-092: a token that hangs", () => {
  it("is noticed within a second, its process is ended, and another one signs", async () => {
    const { signer } = await opened();
    const pid = tokenProcess();
    process.kill(pid, "SIGSTOP");
    const stoppedAt = performance.now();
    const hung = Promise.allSettled(Array.from({ length: 20 }, () => signer.sign(data)));
    for (const one of await hung)
      expect(one).toMatchObject({ status: "rejected", reason: { code: "TOKEN_SILENT" } });
    expect(performance.now() - stoppedAt).toBeLessThan(LOSS_MS);
    await expect.poll(() => signer.available(), { timeout: RETURN_MS, interval: 10 }).toBe(true);
    expect(await signer.sign(data)).toHaveLength(64);
    expect(tokenProcess()).not.toBe(pid);
  });

  it("comes back after its process was killed", async () => {
    const { signer } = await opened();
    process.kill(tokenProcess(), "SIGKILL");
    await expect.poll(() => told.at(-1)?.state, { timeout: RETURN_MS, interval: 10 }).toBe("serving");
    expect(await signer.sign(data)).toHaveLength(64);
  });
});

describe("H-094: another key under the same id", () => {
  it("is refused where it was pinned", async () => {
    const { signer } = await opened();
    const pin = keyPin(signer.spki);
    expect(await token!.signer({ ...KEY, pin })).toMatchObject({ keyId: signer.keyId });
    const refusal = token!.signer({ ...KEY, pin: "0".repeat(64) });
    await expect(refusal).rejects.toMatchObject({ code: "KEY_NOT_PINNED" });
  });
});

describe("H-093: a PIN that is refused", () => {
  it("stops the start, and is in no message, no argument and no environment", async () => {
    await expect(open("wrong-pin-1")).rejects.toMatchObject({
      code: "PIN_REFUSED",
      message: expect.not.stringContaining("wrong-pin-1"),
    });
    await opened();
    const pid = tokenProcess();
    for (const file of ["cmdline", "environ"])
      expect(readFileSync(`/proc/${pid}/${file}`, "utf8")).not.toContain(hsm.pin);
  });
});

it("H-097: a worker of node:cluster is refused", async () => {
  Object.assign(cluster, { isWorker: true });
  try {
    await expect(open()).rejects.toMatchObject({ code: "MODULE_OWNED" });
  } finally {
    Object.assign(cluster, { isWorker: false });
  }
});

it("a process that is closed leaves nothing behind and signs nothing more", async () => {
  const { signer } = await opened();
  const pid = tokenProcess();
  await token!.close();
  await token!.close();
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  expect(signer.available()).toBe(false);
  await expect(signer.sign(data)).rejects.toMatchObject({ code: "SIGNER_CLOSED" });
});

it("a module that is none is named", async () => {
  const uri = { ...hsm.parsed("one"), modulePath: "/nowhere/lib.so" };
  await expect(openToken({ uri, pin: hsm.pin })).rejects.toMatchObject({
    code: "MODULE_UNAVAILABLE",
    message: expect.stringContaining("module-path="),
  });
});

async function opened() {
  await open();
  return { signer: await token!.signer({ ...KEY, pin: null }) };
}
