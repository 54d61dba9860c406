import { chmodSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  openSoftwareSigner,
  readFeedRoot,
  signKeyAttestation,
  verifierKey,
  verifyFeedRoot,
  verifyKeyAttestation,
} from "@guildhall/attestation";
import { type SoftHsm, startSoftHsm } from "@guildhall/attestation/testing";
import { instant } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProcess } from "./hall.ts";

const ORIGIN = "hall.example.org/log";
const ROLES = ["agreement", "ca", "evidence", "feed-snapshot", "feed-timestamp", "log"];

let root: string;
let folder: string;
let pinned: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "hall-ceremony-"));
  folder = join(root, "keys");
});
afterAll(() => rm(root, { recursive: true, force: true }));

const init = (...more: string[]) => inProcess(["keys", "init", ...more]);
const attest = (...more: string[]) => inProcess(["keys", "attest", "--origin", ORIGIN, ...more]);
const verify = (text: string, ...more: string[]) => inProcess(["keys", "verify", "-", ...more], text);

describe("hall keys init", () => {
  it("makes a key of every role, each in a file that only its owner reads", async () => {
    expect(await init("--folder", folder)).toMatchObject({
      code: 0,
      out: expect.stringContaining(`HALL_SIGNER='file:${folder}/hall.pem'`),
    });
    const files = readdirSync(folder);
    expect(files.sort()).toEqual([
      "agreement.pem",
      "ca.pem",
      "evidence.pem",
      "feed-snapshot.pem",
      "feed-timestamp.pem",
      "hall.pem",
    ]);
    for (const file of files) expect(statSync(join(folder, file)).mode & 0o777, file).toBe(0o600);
    pinned = verifierKey(ORIGIN, (await openSoftwareSigner(join(folder, "hall.pem"))).publicKey);
  });

  it("replaces no key, and goes on only when it is told to", async () => {
    const before = readFileSync(join(folder, "ca.pem"), "utf8");
    const again = await init("--folder", folder);
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining("There are keys already") });
    unlinkSync(join(folder, "agreement.pem"));
    expect(await init("--folder", folder)).toMatchObject({ code: 2 });
    expect((await init("--folder", folder, "--go-on")).code).toBe(0);
    expect(readdirSync(folder)).toContain("agreement.pem");
    expect(readFileSync(join(folder, "ca.pem"), "utf8")).toBe(before);
  });

  it("wants one place, and one that it may use", async () => {
    expect(await init()).toMatchObject({
      code: 2,
      err: expect.stringContaining("one of --folder and --token"),
    });
    expect(await init("--folder", folder, "--token", "pkcs11:token=x")).toMatchObject({ code: 2 });
    const open = join(root, "open");
    await init("--folder", open);
    chmodSync(join(open, "ca.pem"), 0o644);
    expect(await init("--folder", open, "--go-on")).toMatchObject({
      code: 2,
      err: expect.stringContaining("mode 644"),
    });
  });
});

describe("hall keys attest and hall keys verify", () => {
  it("say which keys stand there and on what, and believe it under the log's key alone", async () => {
    const { code, out: statement } = await attest("--folder", folder);
    expect(code).toBe(0);
    const verdict = await verify(statement, "--key", pinned);
    expect(verdict).toMatchObject({ code: 0, out: expect.stringContaining("Verified.") });
    expect(verdict.out).toContain("software file");
    for (const role of ROLES) expect(verdict.out).toContain(role);

    const other = verifierKey(ORIGIN, (await openSoftwareSigner(join(root, "other.pem"))).publicKey);
    expect(await verify(statement, "--key", other)).toMatchObject({
      code: 1,
      out: expect.stringContaining("ENVELOPE_SIGNATURE_INVALID"),
    });
    const elsewhere = verifierKey(
      "other.example.net/log",
      (await openSoftwareSigner(join(folder, "hall.pem"))).publicKey,
    );
    expect(await verify(statement, "--key", elsewhere)).toMatchObject({
      code: 1,
      out: expect.stringContaining("ORIGIN_MISMATCH"),
    });
    expect(await verify(statement, "--key", "no key")).toMatchObject({ code: 2 });
  });

  it("refuse a statement after any change", async () => {
    const { out: statement } = await attest("--folder", folder);
    const { payload, ...rest } = JSON.parse(statement);
    const said = JSON.parse(Buffer.from(payload, "base64").toString());
    const changed = { ...said, module: "token: Luna by Thales" };
    const forged = { ...rest, payload: Buffer.from(JSON.stringify(changed)).toString("base64") };
    expect(await verify(JSON.stringify(forged), "--key", pinned)).toMatchObject({ code: 1 });
    const renamed = { ...rest, payload, payloadType: "application/json" };
    expect(await verify(JSON.stringify(renamed), "--key", pinned)).toMatchObject({
      code: 1,
      out: expect.stringContaining("ENVELOPE_TYPE_OTHER"),
    });
  });

  it("do not pass a key that is too weak to serve", async () => {
    const signer = await openSoftwareSigner(join(folder, "hall.pem"));
    const weak = await signKeyAttestation(signer, {
      origin: ORIGIN,
      made_at: instant(0),
      module: "software token: SoftHSM v2",
      serial: "1",
      keys: [
        {
          name: "log",
          key_id: signer.keyId,
          algorithm: "ed25519",
          spki: Buffer.from(signer.spki).toString("base64"),
          weaknesses: ["it can leave the token"],
        },
      ],
    });
    expect(await verify(weak, "--key", pinned)).toMatchObject({
      code: 1,
      out: expect.stringContaining("it can leave the token"),
    });
  });

  it("cannot attest where the log has no key", async () => {
    expect(await attest("--folder", join(root, "nothing"))).toMatchObject({
      code: 2,
      err: expect.stringContaining("The log has no key here"),
    });
  });
});

describe("on a fresh token", () => {
  let hsm: SoftHsm;
  beforeAll(() => {
    hsm = startSoftHsm(process.env);
    hsm.makeToken("ceremony");
  });
  afterAll(() => hsm?.remove());

  it("the same: keys of every role that can only sign, attested by the module's own words", async () => {
    const surroundings = { readPin: async () => hsm.pin };
    const on = (...args: string[]) =>
      inProcess(["keys", ...args, "--token", hsm.uri("ceremony")], "", surroundings);
    expect((await on("init")).code).toBe(0);
    expect(await on("init")).toMatchObject({
      code: 2,
      err: expect.stringContaining("There are keys already"),
    });
    const { code, out: statement, err } = await on("attest", "--origin", ORIGIN);
    expect(code, err).toBe(0);
    const said = JSON.parse(Buffer.from(JSON.parse(statement).payload, "base64").toString());
    expect(said).toMatchObject({ module: expect.stringContaining("software token: SoftHSM v2") });
    expect(said.keys.map(({ name }: { name: string }) => name)).toEqual(ROLES);
    for (const { weaknesses } of said.keys) expect(weaknesses).toEqual([]);
    expect(statement + err).not.toContain(hsm.pin);
    const log = said.keys.find(({ name }: { name: string }) => name === "log");
    const publicKey = new Uint8Array(Buffer.from(log.spki, "base64").subarray(12));
    expect(await verifyKeyAttestation(statement, [publicKey])).toMatchObject({ ok: true });
    expect((await verify(statement, "--key", verifierKey(ORIGIN, publicKey))).code).toBe(0);
  });
});

describe("hall keys init --feed-root", () => {
  const feedRoot = (out: string, ...more: string[]) =>
    init("--feed-root", "--out", out, "--origin", ORIGIN, ...more);
  let first: string;
  let envelope: string;

  it("makes n key files and a statement that all of them signed, and that names no secret", async () => {
    first = join(root, "root-1");
    expect(await feedRoot(first, "--keys", "5", "--threshold", "3")).toMatchObject({
      code: 0,
      out: expect.stringContaining("3 of 5 are needed"),
    });
    expect(readdirSync(first)).toHaveLength(6);
    for (const file of readdirSync(first).filter((name) => name.endsWith(".pem")))
      expect(statSync(join(first, file)).mode & 0o777).toBe(0o600);
    envelope = readFileSync(join(first, "feed-root-1.json"), "utf8");
    expect(await readFeedRoot(envelope)).toMatchObject({
      ok: true,
      root: { version: 1, threshold: 3, origin: ORIGIN },
    });
    const { signatures } = JSON.parse(envelope);
    for (let left = 0; left < 5; left++) {
      const short = JSON.stringify({ ...JSON.parse(envelope), signatures: signatures.toSpliced(left, 1) });
      expect(await readFeedRoot(short)).toMatchObject({ ok: false, code: "ENVELOPE_SIGNATURE_INVALID" });
    }
  });

  it("replaces no file, and wants numbers that fit", async () => {
    expect(await feedRoot(first, "--keys", "5", "--threshold", "3")).toMatchObject({ code: 2 });
    const elsewhere = join(root, "never");
    for (const [keys, threshold] of [
      ["9", "3"],
      ["3", "4"],
      ["0", "0"],
      ["3", "two"],
    ] as const)
      expect((await feedRoot(elsewhere, "--keys", keys, "--threshold", threshold)).code).toBe(2);
  });

  it("takes the place of another only with as many of its keys as it asks for", async () => {
    const old = (count: number) =>
      Array.from({ length: count }, (_, i) => ["--old-key", join(first, `feed-root-1-${i + 1}.pem`)]).flat();
    const replacing = (out: string, count: number) =>
      feedRoot(
        join(root, out),
        ...["--keys", "3", "--threshold", "2", "--replaces", join(first, "feed-root-1.json")],
        ...old(count),
      );
    expect(await replacing("root-2-short", 2)).toMatchObject({
      code: 2,
      err: expect.stringContaining("ENVELOPE_SIGNATURE_INVALID"),
    });
    expect(await replacing("root-2", 3)).toMatchObject({ code: 0 });
    const next = readFileSync(join(root, "root-2", "feed-root-2.json"), "utf8");
    const before = await readFeedRoot(envelope);
    if (!before.ok) throw new Error(before.message);
    expect(await verifyFeedRoot(next, before.root)).toMatchObject({ ok: true, root: { version: 2 } });
    expect(await verifyFeedRoot(next, null)).toMatchObject({ ok: false, code: "FEED_ROOT_NOT_NEXT" });
    expect(await verifyFeedRoot(envelope, before.root)).toMatchObject({
      ok: false,
      code: "FEED_ROOT_NOT_NEXT",
    });
  });

  it("whose key has another id than its own is refused, and so is what is none", async () => {
    const { payload, ...rest } = JSON.parse(envelope);
    const said = JSON.parse(Buffer.from(payload, "base64").toString());
    said.keys[0].key_id = "0".repeat(16);
    const renamed = { ...rest, payload: Buffer.from(JSON.stringify(said)).toString("base64") };
    expect(await readFeedRoot(JSON.stringify(renamed))).toMatchObject({
      ok: false,
      code: "FEED_ROOT_MALFORMED",
    });
    for (const none of ["", "{}", "[]", '{"payload":"!","payloadType":"x","signatures":[]}'])
      expect(await readFeedRoot(none)).toMatchObject({ ok: false, code: "FEED_ROOT_MALFORMED" });
    writeFileSync(join(root, "none.json"), "{}");
    expect(
      await feedRoot(
        join(root, "never"),
        "--keys",
        "1",
        "--threshold",
        "1",
        "--replaces",
        join(root, "none.json"),
      ),
    ).toMatchObject({ code: 2, err: expect.stringContaining("FEED_ROOT_MALFORMED") });
  });
});
