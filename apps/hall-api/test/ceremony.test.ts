import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { signKeyAttestation, verifyUnderHistory } from "@guildhall/attestation";
import { type SoftHsm, startSoftHsm } from "@guildhall/attestation/testing";
import { FeedRootIntroduced, instant, type KeyAttestation } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";

/** The ceremony as its runbook has it: keys on a fresh token, a Hall over them, what stands where, the feed's root. */

const CLI = fileURLToPath(new URL("../../../packages/cli/src/main.ts", import.meta.url));

interface Listed {
  keys: { key_id: string; roles: string[]; spki: string; state: string; threshold: number }[];
  history: { receipt: { receipt_id: string } }[];
}

let folder: string;
let hsm: SoftHsm;
let house: TestHouse;
let hall: OpenHall;
let pinned: string;
let statement: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hall-ceremony-"));
  hsm = startSoftHsm(process.env);
  hsm.makeToken("hall");
  house = await openHouse();
});
afterAll(async () => {
  await house?.close();
  hsm?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (...args: string[]) =>
  promisify(execFile)(process.execPath, [CLI, "keys", ...args], { encoding: "utf8" }).then(
    (done) => ({ ...done, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
const inFolder = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const told = async () => {
  const answer = await hall.ask<Listed>("GET", "/.well-known/hall-keys.json");
  return { ...answer.body, file: inFolder("hall-keys.json", answer.text) };
};
const attest = async () =>
  (await cli("attest", "--token", hsm.uri("hall"), "--origin", house.settings.origin)).stdout;
const verify = async (text: string) =>
  cli("verify", inFolder("attestation.json", text), "--key", pinned, "--keys", (await told()).file);
const start = () => house.open({ signer: { kind: "pkcs11", uri: hsm.parsed("hall") } });

it("a Hall that starts over a token of hall keys init signs with those keys, and makes no others", async () => {
  expect((await cli("init", "--token", hsm.uri("hall"))).code).toBe(0);
  statement = await attest();
  hall = await start();
  pinned = hall.verifierKey;
  const { keys } = JSON.parse(
    Buffer.from(JSON.parse(statement).payload, "base64").toString(),
  ) as KeyAttestation;
  await hall.hall.keyring.open("evidence");
  const made = Object.fromEntries(keys.map(({ name, spki }) => [name, spki]));
  for (const { roles, spki, state } of (await told()).keys) {
    if (roles.includes("grant")) continue;
    expect(state).toBe("active");
    expect(spki, roles.join()).toBe(made[roles.includes("log") ? "log" : roles[0]!]);
  }
});

describe("what stands where", () => {
  it("is verified from the pinned key, with every key that the log's entries name", async () => {
    const verified = await verify(statement);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining("Verified.") });
    expect(verified.stdout).toContain("software token: SoftHSM v2");
  });

  it("is refused where a key that the log introduced is not there", async () => {
    const { keyId, spki, module } = hall.hall.signer;
    const log = {
      name: "log",
      key_id: keyId,
      algorithm: "ed25519" as const,
      spki: Buffer.from(spki).toString("base64"),
      weaknesses: [],
    };
    const alone = await signKeyAttestation(hall.hall.signer, {
      origin: house.settings.origin,
      made_at: instant(Date.now()),
      module,
      serial: null,
      keys: [log],
    });
    const verified = await verify(alone);
    expect(verified).toMatchObject({ code: 1, stdout: expect.stringContaining("KEYS_DIFFER") });
    expect(verified.stdout).toMatch(/ca .*in use by the log's entries, and not there/);
  });

  it("is said anew after a changeover: the retired key's statement does not count", async () => {
    const rotated = await hall.ask("POST", "/hall/keys/log/rotate", {
      key: hall.operatorToken,
      body: { reason: "yearly" },
    });
    expect(rotated.status).toBe(200);
    expect(await verify(statement)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("ENVELOPE_SIGNATURE_INVALID"),
    });
    const verified = await verify(await attest());
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/log-2/) });
  });
});

describe("the feed's root", () => {
  const rootAt = (name: string, ...more: string[]) =>
    cli("init", "--feed-root", "--out", join(folder, name), "--origin", house.settings.origin, ...more);
  const register = (name: string, file: string) =>
    cli(
      "register-root",
      join(folder, name, file),
      ...["--hall", hall.url, "--operator-token-file", hall.hall.settings.operatorTokenFile],
      ...["--reason", "the first of its kind"],
    );
  const listed = async (state: string) =>
    (await told()).keys.filter((key) => key.roles.includes("feed-root") && key.state === state);

  it("of another log, or what is none, is refused", async () => {
    await rootAt("other", "--keys", "1", "--threshold", "1", "--origin", "other.test/log");
    const texts = {
      FEED_ROOT_OF_ANOTHER_LOG: readFileSync(join(folder, "other", "feed-root-1.json"), "utf8"),
    };
    for (const [reason, envelope] of Object.entries({ ...texts, FEED_ROOT_MALFORMED: "{}" }))
      expect(
        await hall.ask("POST", "/hall/keys/feed-root", {
          key: hall.operatorToken,
          body: { envelope, reason: "the first of its kind" },
        }),
      ).toMatchObject({ status: 422, body: { code: "FEED_ROOT_INVALID", reason } });
  });

  it("is entered whole by one sealed entry that names its keys and the threshold", async () => {
    expect((await rootAt("one", "--keys", "5", "--threshold", "3")).code).toBe(0);
    const registered = await register("one", "feed-root-1.json");
    expect(registered).toMatchObject({ code: 0, stdout: expect.stringContaining("Registered.") });
    const active = await listed("active");
    expect(active.map(({ threshold }) => threshold)).toEqual([3, 3, 3, 3, 3]);

    const [, id] = /entry (\S+)\.\n/.exec(registered.stdout) ?? [];
    const { history } = await told();
    const entry = history.find(({ receipt }) => receipt.receipt_id === id);
    const verdict = await verifyUnderHistory(entry, pinned, history);
    if (!verdict.ok) throw new Error(verdict.message);
    expect(FeedRootIntroduced.parse(verdict.receipt.details)).toMatchObject({ version: 1, threshold: 3 });
  });

  it("is replaced by as many of its own keys as it asks for, and by nobody with fewer", async () => {
    const { code } = await rootAt("forged", "--keys", "2", "--threshold", "1");
    expect(code).toBe(0);
    expect(await register("forged", "feed-root-1.json")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("FEED_ROOT_INVALID"),
    });
    const old = [1, 2, 3].flatMap((i) => ["--old-key", join(folder, "one", `feed-root-1-${i}.pem`)]);
    await rootAt(
      "two",
      ...["--keys", "3", "--threshold", "2", "--replaces", join(folder, "one", "feed-root-1.json")],
      ...old,
    );
    expect(await register("two", "feed-root-2.json")).toMatchObject({ code: 0 });
    expect(await listed("active")).toHaveLength(3);
    expect(await listed("retired")).toHaveLength(5);
    expect(await register("two", "feed-root-2.json")).toMatchObject({ code: 2 });
  });

  it("is held to its entry when the Hall starts: a row that says another key is refused", async () => {
    await (await start()).stop();
    const where = "WHERE role = 'feed-root' AND state = 'active'";
    await house.admin.query(`UPDATE hall.hall_key SET threshold = 1 ${where}`);
    await expect(start()).rejects.toThrow(/register of keys is not what the log says/);
    await house.admin.query(`UPDATE hall.hall_key SET threshold = 2 ${where}`);
    await (await start()).stop();
  });
});
