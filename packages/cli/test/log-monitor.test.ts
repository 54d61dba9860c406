import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildLog, sampleAct, throwAwaySigner } from "@guildhall/attestation/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hall, inProcess } from "./hall.ts";
import { type LogStandIn, openLog } from "./log-stand-in.ts";

const signer = throwAwaySigner();
const honest = await buildLog(40, { signer });
/** The same log until its eleventh receipt, and another history after it. */
const forked = await buildLog(40, {
  signer,
  body: (index) => sampleAct(index < 10 ? index : index + 1000),
});
const sameStart = await buildLog(40, { signer, body: (index) => sampleAct(index) });

let folder: string;
let state: string;
let log: LogStandIn;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "guildhall-monitor-"));
  state = join(folder, "log");
  log = await openLog(honest, 7);
});
afterEach(async () => {
  await log.close();
  await rm(folder, { recursive: true });
});

const look = (...more: string[]) =>
  inProcess(["log", "monitor", log.url, "--key", honest.key, "--state", state, "--once", ...more]);
const proofs = async () => (await readdir(folder)).filter((name) => name.includes(".proof-"));
const check = async (file: string, key = honest.key) =>
  inProcess(["log", "check-proof", join(folder, file), "--key", key]);

describe("hall log monitor", () => {
  it("keeps the first checkpoint it sees, and follows a log that only grows", async () => {
    expect(await look()).toMatchObject({ code: 0, out: expect.stringContaining("has 7 leaves") });
    for (const size of [7, 8, 16, 33, 40]) {
      log.size = size;
      expect(await look()).toMatchObject({ code: 0, err: "" });
      expect(await readFile(state, "utf8")).toBe(await honest.checkpoint(size));
    }
    expect(await readdir(folder)).toEqual(["log"]);
  });

  it("convicts a log that forked: exit 1 and a proof that holds anywhere (H-052)", async () => {
    log.log = sameStart;
    log.size = 20;
    await look();
    const kept = await readFile(state, "utf8");
    log.log = forked;
    for (const size of [20, 25]) {
      log.size = size;
      expect(await look()).toMatchObject({ code: 1, out: expect.stringContaining("two histories") });
    }
    const found = await proofs();
    expect(found).toHaveLength(2);
    for (const file of found)
      expect(await check(file)).toMatchObject({ code: 0, out: expect.stringContaining("The log forked.") });
    // What was kept stays: the log is held to it for ever.
    expect(await readFile(state, "utf8")).toBe(kept);
    expect(await check(found[0]!, (await buildLog(1)).key)).toMatchObject({ code: 1 });
  });

  it("tells of a log that shrank: exit 1, and a proof that says what it rests on (H-078)", async () => {
    log.size = 20;
    await look();
    log.size = 12;
    expect(await look()).toMatchObject({ code: 1, out: expect.stringContaining("fewer leaves") });
    expect(await check((await proofs())[0]!)).toMatchObject({
      code: 3,
      out: expect.stringContaining("the word of whoever wrote the file"),
    });
  });

  it("tells of tiles that are not those of the signed tree", async () => {
    await look();
    log.size = 20;
    log.tiles = forked;
    expect(await look()).toMatchObject({ code: 1, out: expect.stringContaining("not the one it signed") });
    expect(await check((await proofs())[0]!)).toMatchObject({ code: 3 });
  });

  it("believes no checkpoint that the key did not sign", async () => {
    await look();
    log.log = await buildLog(40);
    expect(await look()).toMatchObject({
      code: 1,
      out: expect.stringContaining("not one that the key signed"),
    });
    expect(await proofs()).toEqual([]);
  });

  it("cannot tell of a Hall that does not answer: exit 3 with --once", async () => {
    await log.close();
    expect(await look()).toMatchObject({ code: 3, err: expect.stringContaining("could not be asked") });
    log = await openLog(honest, 7);
  });

  it("goes on looking until the log breaks its promise", async () => {
    log.size = 20;
    const watching = hall([
      "log",
      "monitor",
      log.url,
      "--key",
      honest.key,
      "--state",
      state,
      "--interval",
      "1",
    ]);
    await expect.poll(() => readFile(state, "utf8").catch(() => ""), { timeout: 20_000 }).not.toBe("");
    log.size = 5;
    expect(await watching).toMatchObject({ code: 1, out: expect.stringContaining("fewer leaves") });
  });

  it.each([
    ["no address", ["log", "monitor", "--key", "KEY", "--state", "s"], /address of one Hall/],
    ["no key", ["log", "monitor", "http://localhost", "--state", "s"], /--key/],
    ["no state", ["log", "monitor", "http://localhost", "--key", "KEY"], /--state/],
    [
      "no seconds",
      ["log", "monitor", "http://x", "--key", "KEY", "--state", "s", "--interval", "0"],
      /seconds/,
    ],
    [
      "a key with a wrong letter",
      ["log", "monitor", "URL", "--key", "MISTYPED", "--state", "s", "--once"],
      /wrong/,
    ],
    ["no proof", ["log", "check-proof", "--key", "KEY"], /one proof/],
  ])("exit code 2: %s", async (_, args, message) => {
    const mistyped = honest.key.replace(/\+(.)/, (_, first: string) => `+${first === "0" ? "1" : "0"}`);
    const names: { [name: string]: string } = { KEY: honest.key, MISTYPED: mistyped, URL: log.url };
    expect(await inProcess(args.map((arg) => names[arg] ?? arg))).toMatchObject({
      code: 2,
      err: expect.stringMatching(message),
    });
  });

  it("does not begin anew where the kept checkpoint was damaged", async () => {
    await look();
    await writeFile(state, "nothing of a log\n");
    expect(await look()).toMatchObject({ code: 1, out: expect.stringContaining("that was kept") });
  });
});
