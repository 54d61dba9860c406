import { cosign } from "@guildhall/attestation";
import { buildLog, throwAwaySigner } from "@guildhall/attestation/testing";
import { publicKeyDer } from "@guildhall/attestation/verify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inProcess } from "./hall.ts";
import { type LogStandIn, openLog } from "./log-stand-in.ts";

const honest = await buildLog(40);
const other = await buildLog(40, { origin: honest.origin });
const quoting = await buildLog(3, { origin: "it's.example/log" });
const witness = throwAwaySigner();
const NAME = "witness.example/w1";
const AT_S = 1_764_330_000;

let log: LogStandIn;
beforeEach(async () => {
  log = await openLog(honest, 7);
  log.answers["/.well-known/hall-keys.json"] = keys();
});
afterEach(() => log.close());

const keys = (changes: object = {}) => ({
  verifier_key: honest.key,
  keys: [
    { roles: ["log"], spki: Buffer.from(publicKeyDer(honest.signer.publicKey)).toString("base64") },
    { roles: ["witness"], spki: Buffer.from(publicKeyDer(witness.publicKey)).toString("base64") },
  ],
  history: [],
  ...changes,
});
const health = (changes: object = {}) => ({
  log: { tree_size: 9, sealed_size: 7, sealed_at: "2026-11-28T08:00:00.000Z", state: "unsealed" },
  ...changes,
});
const show = (...more: string[]) => inProcess(["log", "show", "--hall", log.url, ...more]);
const withKey = () => inProcess(["log", "show", "--hall", log.url], "", { hallKey: "hall_key_x" });
/** What a witness signs: the checkpoint without its signatures. */
const text = async (size: number) => (await honest.checkpoint(size)).split("\n\n")[0]!.concat("\n");

describe("hall log show", () => {
  it("shows the signed head to whoever has no key, and how to hold the Hall to it", async () => {
    const { code, out, err } = await show();
    expect([code, err]).toEqual([0, ""]);
    const [origin, size, root] = (await text(7)).split("\n");
    expect(out).toContain(`${origin} has ${size} leaves.`);
    expect(out).toMatch(new RegExp(`root +${root!.replaceAll(/[+/=]/g, "\\$&")}`));
    expect(out).toContain("nobody yet, of this head");
    expect(out).toContain(`hall log monitor ${log.url} --key '${honest.key}' --state`);
    expect(out).toContain("docs/log.md");
  });

  it("says who cosigned it and when, of the witnesses that the Hall names", async () => {
    log.cosignatures = await cosign(witness, NAME, await text(7), AT_S);
    log.cosignatures += await cosign(throwAwaySigner(), "stranger.example", await text(7), AT_S);
    const { code, out } = await show();
    expect(code).toBe(0);
    expect(out).toContain(`${NAME} at ${new Date(AT_S * 1000).toISOString()}`);
    expect(out).not.toContain("stranger.example");
    // The log's own key is no witness, whatever it calls itself.
    log.cosignatures = await cosign(honest.signer, "own.example/w1", await text(7), AT_S);
    expect((await show()).out).toContain("nobody yet, of this head");
    log.answers["/.well-known/hall-keys.json"] = keys({ keys: [] });
    expect((await show()).out).toContain("nobody: no witness is named");
  });

  it("ends with 1 where a witness that it names did not sign what stands under its name", async () => {
    log.cosignatures = await cosign(witness, NAME, await text(8), AT_S);
    expect(await show()).toMatchObject({ code: 1, out: expect.stringContaining(`witness ${NAME}`) });
  });

  it("ends with 1 where the head is not signed by the key that the Hall names, or its tree is another", async () => {
    log.log = other;
    expect(await show()).toMatchObject({
      code: 1,
      out: expect.stringContaining("not one that the key signed"),
    });
    log.log = honest;
    log.tiles = other;
    expect(await show()).toMatchObject({ code: 1, out: expect.stringContaining("hall log monitor") });
  });

  it("with a key says what waits for a seal and for a witness too", async () => {
    log.answers["/wcp/health"] = health();
    const first = await withKey();
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining("2 entries wait for a seal") });
    expect(first.out).not.toContain("witnesses");
    const witnesses = { unwitnessed_leaves: 3, unwitnessed_s: 12, contradicted: [] };
    log.answers["/wcp/health"] = health({ witnesses });
    expect((await withKey()).out).toContain("3 sealed leaves that no witness has cosigned yet, for 12 s.");
    log.answers["/wcp/health"] = health({ witnesses: { ...witnesses, contradicted: ["w"] } });
    expect((await withKey()).out).toContain("hall witnesses list");
    const log7 = { tree_size: 7, sealed_size: 7, sealed_at: null };
    log.answers["/wcp/health"] = health({ log: { ...log7, state: "signer_lost" } });
    expect((await withKey()).out).toContain("The signer cannot sign");
    log.answers["/wcp/health"] = health({ log: { ...log7, state: "sealed" } });
    expect((await withKey()).out).toMatch(/sealed +Everything\./);
  });

  it("quotes for a shell what the Hall chose to be called", async () => {
    log.log = quoting;
    log.size = 3;
    log.answers["/.well-known/hall-keys.json"] = keys({ verifier_key: quoting.key });
    expect((await show()).out).toContain(`--key 'it'\\''s.example/log+`);
  });

  it("ends with 2 where there is no Hall, or nothing is sealed", async () => {
    expect(await inProcess(["log", "show"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("--hall"),
    });
    const nowhere = ["log", "show", "--hall", "http://127.0.0.1:9"];
    expect(await inProcess(nowhere)).toMatchObject({
      code: 2,
      err: expect.stringContaining("could not be asked"),
    });
    log.size = null;
    expect(await show()).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("no checkpoint to show"),
    });
  });
});
