import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  keyAt,
  verifierKey,
  verifyKeyHistory,
  verifySealedReceipt,
  verifyUnderHistory,
} from "@guildhall/attestation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { enrollAt, request } from "./testing/enrolled-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant, type TestTenant } from "./testing/tenant.ts";

interface Keys {
  verifier_key: string;
  keys: { key_id: string; roles: string[]; state: string; retired_leaf: number | null }[];
  history: object[];
}
interface Rotated {
  retired_key: string;
  introduced_key: string;
  verifier_key: string;
}

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let tenant: TestTenant;
/** What a client pinned on the first day. */
let pinned: string;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  pinned = hall.verifierKey;
  tenant = await addTenant(hall.hall);
  await enrollAt(hall, tenant.key, "http://127.0.0.1:9/nobody");
});
afterAll(() => house?.close());

const keysOf = async (of: OpenHall = hall) => (await of.ask<Keys>("GET", "/.well-known/hall-keys.json")).body;
const rotate = (role = "log", of: OpenHall = hall) =>
  of.ask<Rotated>("POST", `/hall/keys/${role}/rotate`, { key: of.operatorToken, body: { reason: "yearly" } });
const route = (of: OpenHall) =>
  of.ask<RouteAnswer>("POST", "/wcp/route", { key: tenant.key, body: request(tenant.identity) });
const sealedOf = ({ receipt, seal }: { receipt: object; seal: object }) => ({ receipt, seal });

it("the log's key holds the roles receipt and log from the first start on, by a sealed entry", async () => {
  const { keys, history, verifier_key } = await keysOf();
  const active = keys.filter(({ roles }) => roles.includes("log"));
  expect(active).toMatchObject([{ roles: ["log", "receipt"], state: "active" }]);
  expect(verifier_key).toBe(pinned);
  expect(await verifyKeyHistory(pinned, history)).toMatchObject({ ok: true, keys: [{ upTo: null }] });
});

it("RELIABILITY H-098: in a changeover under load in two instances, every receipt that was answered verifies from the first pinned key", async () => {
  const answers: RouteAnswer[] = [];
  let running = true;
  const load = [hall, second].map(async (of) => {
    while (running) {
      const asked = await Promise.all(Array.from({ length: 10 }, () => route(of)));
      for (const { status, body } of asked) {
        expect(status).toBe(200);
        answers.push(body);
      }
    }
  });
  while (answers.length < 60) await route(second);
  const before = answers.length;
  const { status, body } = await rotate();
  expect(status).toBe(200);
  const during = answers.length;
  while (answers.length < during + 60) await route(hall);
  running = false;
  await Promise.all(load);
  expect(during).toBeGreaterThan(before);

  const { history, verifier_key } = await keysOf(second);
  expect(verifier_key).toBe(body.verifier_key);
  expect(verifier_key).not.toBe(pinned);
  const followed = await verifyKeyHistory(pinned, history);
  if (!followed.ok) throw new Error(followed.message);
  expect(followed.current.verifierKey).toBe(verifier_key);
  const signers = new Set<string>();
  for (const answer of answers) {
    const verdict = await verifyUnderHistory(sealedOf(answer as never), pinned, history);
    expect(verdict).toMatchObject({ ok: true });
    if (verdict.ok) signers.add(keyAt(followed.keys, verdict.treeSize)?.keyId ?? "");
    // The hint in the body names the key that signed it, or its predecessor; whoever checks looks at neither.
  }
  expect([...signers].sort()).toEqual([body.retired_key, body.introduced_key].sort());
});

it("no checkpoint larger than the leaf that retires a key is signed with it, in any instance", async () => {
  const { keys, history } = await keysOf();
  const retired = keys.find(({ state }) => state === "retired");
  const followed = await verifyKeyHistory(pinned, history);
  if (!followed.ok || !retired) throw new Error("there was no changeover");
  const { rows } = await house.admin.query<{ tree_size: string; note: string }>(
    "SELECT tree_size, note FROM ledger.checkpoint ORDER BY tree_size",
  );
  const hash = (vkey: string) => Buffer.from(vkey.split("+")[1]!, "hex");
  const signs = (note: string, vkey: string) =>
    note
      .split("\n— ")
      .slice(1)
      .some((line) => Buffer.from(line.trim().split(" ")[1]!, "base64").subarray(0, 4).equals(hash(vkey)));
  const [old, now] = followed.keys;
  let both = 0;
  for (const { tree_size, note } of rows) {
    const size = Number(tree_size);
    expect(signs(note, keyAt(followed.keys, size)!.verifierKey), `size ${size}`).toBe(true);
    if (size > retired.retired_leaf!) expect(signs(note, old!.verifierKey), `size ${size}`).toBe(false);
    if (signs(note, old!.verifierKey) && signs(note, now!.verifierKey)) both++;
  }
  // From its introduction on the new key signed beside the old one.
  expect(both).toBeGreaterThan(0);
});

describe("RELIABILITY H-057: refused with a reason", () => {
  it("a receipt sealed by today's key, to whoever has the old key and no history", async () => {
    const { body } = await route(hall);
    const sealed = sealedOf(body as never);
    expect(await verifySealedReceipt(sealed, pinned)).toMatchObject({ ok: false, code: "SIGNATURE_INVALID" });
    expect(await verifyUnderHistory(sealed, pinned, (await keysOf()).history)).toMatchObject({ ok: true });
  });

  it("a history that lacks an entry, that another Hall's key is to vouch for, or that was changed", async () => {
    const { history } = await keysOf();
    const { publicKey } = generateKeyPairSync("ed25519");
    const raw = Buffer.from(publicKey.export({ format: "jwk" }).x as string, "base64url");
    const foreign = verifierKey("hall.test/log", raw);
    expect(await verifyKeyHistory(foreign, history)).toMatchObject({
      ok: true,
      current: { verifierKey: foreign },
    });
    const { body } = await route(hall);
    const sealed = sealedOf(body as never);
    for (let left = 0; left < history.length; left++) {
      const verdict = await verifyUnderHistory(
        sealed,
        pinned,
        history.filter((_, i) => i !== left),
      );
      // Neither the entry of the pinned key itself is needed, nor those of other roles.
      const isNeeded = left > 0 && JSON.stringify(history[left]).includes('"receipt","log"');
      expect(verdict.ok, String(left)).toBe(!isNeeded);
    }
    expect(await verifyUnderHistory(sealed, foreign, history)).toMatchObject({ ok: false });
    const changed = JSON.parse(JSON.stringify(history).replaceAll('"yearly"', '"forged"'));
    expect(await verifyKeyHistory(pinned, changed)).toMatchObject({ ok: false, code: "HASH_MISMATCH" });
  });
});

it("RELIABILITY H-096: a Hall that starts anew goes on under the new key, and one without it does not start", async () => {
  const { verifier_key } = await keysOf();
  const third = await house.open();
  expect(third.verifierKey).toBe(verifier_key);
  expect((await route(third)).status).toBe(200);
  await third.stop();
  const keys = join(house.settings.dataDir, "keys");
  renameSync(join(keys, "log-2.pem"), join(keys, "away"));
  try {
    await expect(house.open()).rejects.toThrow(/key/);
  } finally {
    renameSync(join(keys, "away"), join(keys, "log-2.pem"));
  }
});

it("a register that says another key than its entry is refused at start", async () => {
  await hall.hall.keyring.open("agreement");
  const { rows } = await house.admin.query("SELECT spki FROM hall.hall_key WHERE role = 'agreement'");
  await house.admin.query("UPDATE hall.hall_key SET spki = $1 WHERE role = 'agreement'", [
    Buffer.concat([rows[0].spki.subarray(0, 43), Buffer.from([rows[0].spki[43] ^ 1])]),
  ]);
  await expect(house.open()).rejects.toThrow(/register of keys is not what the log says/);
  await house.admin.query("UPDATE hall.hall_key SET spki = $1 WHERE role = 'agreement'", [rows[0].spki]);
  await (await house.open()).stop();
});

it("a second changeover is followed from the first key on, and from the middle one", async () => {
  const middle = (await keysOf()).verifier_key;
  const { body } = await rotate("log", second);
  const { history } = await keysOf();
  for (const [pin, steps] of [
    [pinned, 3],
    [middle, 2],
    [body.verifier_key, 1],
  ] as const) {
    const followed = await verifyKeyHistory(pin, history);
    expect(followed).toMatchObject({ ok: true, current: { verifierKey: body.verifier_key } });
    if (followed.ok) expect(followed.keys).toHaveLength(steps);
  }
  const { body: answer } = await route(hall);
  expect(await verifyUnderHistory(sealedOf(answer as never), middle, history)).toMatchObject({ ok: true });
  const [first] = history;
  expect(await verifyUnderHistory(first, middle, history)).toMatchObject({ ok: false, code: "KEY_NOT_YET" });
});

it("a role's key is made once, however many instances ask, and another takes over by rotation", async () => {
  const opened = await Promise.all([hall, second, hall].map((of) => of.hall.keyring.open("evidence")));
  expect(new Set(opened.map(({ keyId }) => keyId)).size).toBe(1);
  expect(opened[0]?.algorithm).toBe("rsa");
  const { status, body } = await rotate("evidence");
  expect(status).toBe(200);
  expect(body.retired_key).toBe(opened[0]?.keyId);
  expect((await second.hall.keyring.open("evidence")).keyId).toBe(body.introduced_key);
});

it.each(["ca", "agreement", "feed-snapshot", "feed-timestamp"] as const)(
  "a key of role %s is introduced and retired by sealed entries of the Hall's own chain",
  async (role) => {
    await hall.hall.keyring.open(role);
    const { status, body } = await rotate(role);
    expect(status).toBe(200);
    const { history } = await keysOf();
    const acts: [string, string][] = [];
    for (const entry of history as {
      receipt: { action: string; subject: string; details: { roles?: string[] } };
    }[]) {
      if (!entry.receipt.details.roles?.includes(role)) continue;
      expect(await verifyUnderHistory(entry, pinned, history)).toMatchObject({ ok: true });
      acts.push([entry.receipt.action, entry.receipt.subject]);
    }
    expect(acts).toEqual([
      ["introduced", body.retired_key],
      ["introduced", body.introduced_key],
      ["retired", body.retired_key],
    ]);
  },
);

it("hall keys and hall verify --keys do the same from a terminal", async () => {
  const folder = house.settings.dataDir;
  const cli = (...args: string[]) =>
    promisify(execFile)(process.execPath, [CLI, ...args], { encoding: "utf8" }).catch(
      (error: { stdout: string; stderr: string; code: number }) => error,
    );
  const door = ["--hall", hall.url, "--operator-token-file", hall.hall.settings.operatorTokenFile];
  const { stdout: rotated } = await cli("keys", "rotate", "log", ...door, "--reason", "ceremony", "--yes");
  expect(rotated).toContain("Rotated.");
  const { stdout: listed } = await cli("keys", "list", ...door);
  expect(listed).toMatch(/active .*log, receipt/);
  expect(listed).toMatch(/retired .*log, receipt/);
  const { body } = await route(hall);
  writeFileSync(join(folder, "receipt.json"), JSON.stringify(sealedOf(body as never)));
  writeFileSync(join(folder, "keys.json"), (await hall.ask("GET", "/.well-known/hall-keys.json")).text);
  const verify = ["verify", join(folder, "receipt.json"), "--key", pinned];
  expect((await cli(...verify, "--keys", join(folder, "keys.json"))).stdout).toContain("Verified.");
  expect((await cli(...verify)).stdout).toContain("Not verified");
});

const CLI = fileURLToPath(new URL("../../../packages/cli/src/main.ts", import.meta.url));
