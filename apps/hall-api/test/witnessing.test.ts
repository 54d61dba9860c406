import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { witnessKey } from "@guildhall/attestation";
import {
  checkCosignatures,
  parseNote,
  parseWitnessKey,
  verifySealedReceipt,
} from "@guildhall/attestation/verify";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../src/env.ts";
import { createStateAuditor } from "../src/ledger/state-auditor.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { StartError } from "../src/start-refusal.ts";
import { request } from "./testing/enrolled-worker.ts";
import { raising } from "./testing/raising.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { adminUrl, type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant, type TestTenant } from "./testing/tenant.ts";

/** A real Hall and a real `hall witness serve`, each in a place of its own. */

const HALL = fileURLToPath(new URL("../../../packages/cli/src/main.ts", import.meta.url));
const NAME = "witness.test/w1";
let house: TestHouse;
let folder: string;
let logKey: string;
let tenant: TestTenant;
let witness: { child: ChildProcess; url: string; key: string };

beforeAll(async () => {
  house = await openHouse();
  folder = mkdtempSync(join(tmpdir(), "guildhall-witness-"));
  const hall = await house.open();
  logKey = hall.verifierKey;
  tenant = await addTenant(hall.hall);
  await hall.stop();
});
afterAll(async () => {
  await house?.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => stopWitness());

const state = () => join(folder, "state.json");

async function startWitness(): Promise<void> {
  const args = ["witness", "serve", "--name", NAME, "--log", logKey, "--listen", "127.0.0.1:0"];
  const child = spawn(
    process.execPath,
    [HALL, ...args, "--key-file", join(folder, "witness.pem"), "--state", state()],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
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
  witness = { child, url, key };
}

async function stopWitness(): Promise<void> {
  if (witness.child.exitCode !== null) return;
  const closed = new Promise((resolve) => witness.child.once("close", resolve));
  witness.child.kill("SIGTERM");
  await closed;
}

/** A command of a person with a key of the tenant. */
async function hallCommand(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const env = { ...process.env, HALL_KEY: tenant.key };
  const child = spawn(process.execPath, [HALL, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const ran = { out: "", err: "" };
  child.stdout.on("data", (text) => {
    ran.out += text;
  });
  child.stderr.on("data", (text) => {
    ran.err += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, ...ran };
}

const open = () => house.open({ witnesses: [{ url: witness.url, key: witness.key }] });

async function decide(hall: OpenHall): Promise<number> {
  await hall.ask("POST", "/wcp/route", { key: tenant.key, body: request(tenant.identity) });
  return sizeOf(hall);
}

async function sizeOf(hall: OpenHall): Promise<number> {
  await hall.hall.ledger.sealer.sealCommitted();
  return hall.hall.ledger.sealer.sealedSize();
}

async function checkpointOf(hall: OpenHall, query = "") {
  const { text } = await hall.ask("GET", `/log/checkpoint${query}`);
  const note = parseNote(text);
  return {
    size: Number(note.text.split("\n")[1]),
    cosignatures: await checkCosignatures(note, [await parseWitnessKey(witness.key)]),
  };
}

const health = async (hall: OpenHall) =>
  (await hall.ask<{ witnesses: object }>("GET", "/wcp/health", { key: tenant.key })).body.witnesses;

describe("a Hall with a witness", { timeout: 60_000 }, () => {
  it("says in the log from which start on it asks a witness, and from which on no more", async () => {
    await startWitness();
    const acts: string[][] = [];
    for (const witnesses of [[], ["w"], ["w"], [], ["w"]]) {
      const hall = await house.open({
        witnesses: witnesses.map(() => ({ url: witness.url, key: witness.key })),
      });
      const { rows } = await house.admin.query<{ action: string }>(
        `SELECT convert_from(body, 'UTF8')::jsonb ->> 'action' AS action FROM ledger.receipt
         WHERE kind = 'key' AND convert_from(body, 'UTF8')::jsonb -> 'details' -> 'roles' ? 'witness' ORDER BY leaf_index`,
      );
      acts.push(rows.map(({ action }) => action));
      expect(await createStateAuditor(raising(hall)).audit()).toEqual([]);
      const { body } = await hall.ask<{ keys: { roles: string[]; state: string; module: string }[] }>(
        "GET",
        "/.well-known/hall-keys.json",
      );
      const shown = body.keys.filter(({ roles }) => roles.includes("witness"));
      if (witnesses.length > 0)
        expect(shown).toMatchObject([{ state: "active", module: `at the witness ${NAME}` }]);
      else for (const { state } of shown) expect(state).toBe("retired");
      await hall.stop();
    }
    const [on, off] = ["introduced", "retired"];
    expect(acts).toEqual([[], [on], [on], [on, off], [on, off, on]]);
  });

  it("has its log cosigned, serves the cosignature, and says how much is not witnessed", async () => {
    await startWitness();
    const hall = await open();
    const asked = await hall.ask<RouteAnswer>("POST", "/wcp/route", {
      key: tenant.key,
      body: request(tenant.identity),
    });
    const path = `/wcp/receipts/${asked.body.receipt.receipt_id}`;
    const size = await sizeOf(hall);
    await expect
      .poll(() => checkpointOf(hall), { timeout: 10_000 })
      .toEqual({ size, cosignatures: [{ witness: NAME, timeS: expect.any(Number) }] });
    expect(await health(hall)).toEqual({
      configured: 1,
      unwitnessed_leaves: 0,
      unwitnessed_s: 0,
      contradicted: [],
      asked: [
        {
          ...{ name: NAME, key: witness.key, tree_size: size, behind_leaves: 0 },
          ...{ cosigned_at: expect.any(String), failure: null, contradiction: null },
        },
      ],
    });
    const listed = await hallCommand("witnesses", "list", "--hall", hall.url);
    expect(listed).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringContaining(`● cosigned      ${NAME}`),
    });
    const shown = await hallCommand("log", "show", "--hall", hall.url);
    expect(shown).toMatchObject({ code: 0, err: "", out: expect.stringContaining(`has ${size} leaves.`) });
    expect(shown.out).toMatch(/● cosigned by {3}witness\.test\/w1 at 20/);
    expect(JSON.parse(readFileSync(state(), "utf8"))["hall.test/log"]).toMatchObject({ treeSize: size });
    // Whoever knows the witness asks for a seal that it has cosigned, and takes no other.
    const { text: sealed } = await hall.ask("GET", `${path}?cosigned=1`, { key: tenant.key });
    const witnesses = { keys: [witness.key] };
    expect(await verifySealedReceipt(sealed, logKey, { witnesses })).toMatchObject({
      ok: true,
      treeSize: size,
    });
    expectRefusal(await hall.ask("GET", `${path}?cosigned=2`, { key: tenant.key }), 409, "CONFLICT");

    // Without it the Hall goes on, and the window grows.
    await stopWitness();
    const later = await decide(hall);
    await hall.hall.witnessing.ask();
    expect(await checkpointOf(hall)).toEqual({ size: later, cosignatures: [] });
    const { text: newest } = await hall.ask("GET", path, { key: tenant.key });
    expect(await verifySealedReceipt(newest, logKey)).toMatchObject({ ok: true });
    expect(await verifySealedReceipt(newest, logKey, { witnesses })).toMatchObject({
      code: "COSIGNATURES_MISSING",
    });
    expect(await checkpointOf(hall, "?cosigned=1")).toMatchObject({
      size,
      cosignatures: [{ witness: NAME }],
    });
    expect(await health(hall)).toMatchObject({
      unwitnessed_leaves: later - size,
      unwitnessed_s: expect.any(Number),
      asked: [
        { tree_size: size, behind_leaves: later - size, failure: { code: "UNREACHABLE", status: null } },
      ],
    });
    expect(JSON.stringify(await health(hall))).not.toContain(witness.url.replace("http://", ""));
    expect((await hallCommand("witnesses", "list", "--hall", hall.url)).out).toMatch(
      /‖ failing[\s\S]*; \d+ (?:leaf|leaves) sealed since\.[\s\S]*could not be reached/,
    );
    expect((await hallCommand("log", "show", "--hall", hall.url)).out).toContain("nobody yet, of this head");
    await hall.stop();

    // A start asks at once, from whatever size the witness says it knows.
    await startWitness();
    await house.admin.query("DELETE FROM ledger.cosignature");
    const again = await open();
    await expect
      .poll(() => checkpointOf(again, "?cosigned=1"), { timeout: 10_000 })
      .toMatchObject({ size: await sizeOf(again), cosignatures: [{ witness: NAME }] });
    await again.stop();
  });

  it("H-078: does not start where the witness has cosigned more than the database holds", async () => {
    const known = readFileSync(state(), "utf8");
    const heads = JSON.parse(known);
    const { treeSize } = heads["hall.test/log"];
    writeFileSync(
      state(),
      JSON.stringify({ "hall.test/log": { ...heads["hall.test/log"], treeSize: treeSize + 50 } }),
    );
    await startWitness();
    const refused = await open().catch((error: unknown) => error as Error);
    expect(refused).toBeInstanceOf(StartError);
    expect((refused as Error).message).toMatch(
      new RegExp(
        `^The witness witness\\.test/w1\\+[0-9a-f]{8} has cosigned ${treeSize + 50} receipts .* fewer\\. `,
      ),
    );
    writeFileSync(state(), known);
  });

  it("H-078, H-080: nor where the witness has cosigned another history, of a second database under one key", async () => {
    const known = readFileSync(state(), "utf8");
    const heads = JSON.parse(known);
    writeFileSync(
      state(),
      JSON.stringify({ "hall.test/log": { ...heads["hall.test/log"], root: "ab".repeat(32) } }),
    );
    await startWitness();
    await expect(open()).rejects.toThrow(/has cosigned another history of this log/);
    writeFileSync(state(), known);
  });

  describe("H-078: an empty database under a key that has signed a log", () => {
    const headFile = () => join(folder, "no-head.json");
    let databaseUrl: string;
    const openEmpty = (changes: Partial<Settings> = {}) =>
      house.open({
        ...{ databaseUrl, headFile: headFile(), witnesses: [{ url: witness.url, key: witness.key }] },
        ...changes,
      });
    const witnessed = () => JSON.parse(readFileSync(state(), "utf8"))["hall.test/log"].treeSize as number;
    const query = async <Row extends object>(sql: string): Promise<Row[]> => {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      try {
        return (await client.query<Row>(sql)).rows;
      } finally {
        await client.end();
      }
    };

    beforeAll(async () => {
      databaseUrl = adminUrl(house.server, (await house.server.createDatabase()).owner);
    });

    it("is refused where the head beside the key knows of it", async () => {
      await startWitness();
      await expect(openEmpty({ headFile: house.settings.headFile, witnesses: [] })).rejects.toThrow(
        /^This database ends at 0 receipts, and this Hall has signed for [0-9]+ /,
      );
    });

    it("is refused where only a witness knows of it, and nothing is signed", async () => {
      await startWitness();
      const size = witnessed();
      for (const recoverLog of [null, size - 1, size + 1]) {
        const refused = await openEmpty({ recoverLog }).catch((error: unknown) => error as Error);
        expect(refused).toBeInstanceOf(StartError);
        expect((refused as Error).message).toMatch(
          new RegExp(`has cosigned ${size} receipts of this log, and this database holds fewer\\. Nothing`),
        );
      }
      expect(await query("SELECT 1 FROM ledger.receipt UNION ALL SELECT 1 FROM ledger.checkpoint")).toEqual(
        [],
      );
      expect(witnessed()).toBe(size);
    });

    it("goes on once a signed entry gives up what was lost, and no further", async () => {
      await startWitness();
      const size = witnessed();
      await (await openEmpty({ recoverLog: size })).stop();
      const [first] = await query<{ body: Buffer }>(
        "SELECT body FROM ledger.receipt ORDER BY leaf_index LIMIT 1",
      );
      expect(JSON.parse(first!.body.toString("utf8"))).toMatchObject({
        kind: "notice",
        action: "log_recovered",
        details: { lost_tree_size: size, lost_root: null, found_tree_size: 0 },
      });
      // The entry stands for later starts; the witness goes on saying what it saw.
      const again = await openEmpty();
      expect(again.hall.witnessing.contradictions()).toMatchObject([{ treeSize: size }]);
      const operator = { key: again.operatorToken };
      expect((await again.ask("GET", "/wcp/health", operator)).body).toMatchObject({
        witnesses: { asked: [{ contradiction: { tree_size: size, is_fork: false } }] },
      });
      await again.stop();

      // One that knows of more is held against it, whatever somebody wrote into the entry.
      const known = readFileSync(state(), "utf8");
      const heads = JSON.parse(known);
      heads["hall.test/log"].treeSize = size + 1000;
      writeFileSync(state(), JSON.stringify(heads));
      await stopWitness();
      await startWitness();
      await expect(openEmpty()).rejects.toThrow(`has cosigned ${size + 1000} receipts`);
      await query(
        `SET session_replication_role = replica; ALTER TABLE ledger.receipt DROP CONSTRAINT receipt_hash_is_of_body;
         UPDATE ledger.receipt SET body = convert_to(replace(convert_from(body, 'UTF8'), '"lost_tree_size":${size}', '"lost_tree_size":${size + 1000}'), 'UTF8')`,
      );
      await expect(openEmpty()).rejects.toThrow(`has cosigned ${size + 1000} receipts`);
      writeFileSync(state(), known);
    });
  });

  it("starts, and decides, where the witness does not answer: that proves nothing", async () => {
    const hall = await open();
    expect(await decide(hall)).toBeGreaterThan(0);
    await hall.stop();
  });

  it("believes no answer that the configured key did not sign", async () => {
    await startWitness();
    const { url } = witness;
    const key = witnessKey(NAME, new Uint8Array(32));
    const hash = key.split("+")[1];
    const hall = await house.open({ witnesses: [{ url, key }] });
    await decide(hall);
    const { rows } = await house.admin.query("SELECT witness FROM ledger.cosignature WHERE witness LIKE $1", [
      `%${hash}`,
    ]);
    expect(rows).toEqual([]);
    expect(await health(hall)).toMatchObject({
      asked: [{ name: NAME, key, tree_size: 0, cosigned_at: null, failure: { code: "ANSWER_INVALID" } }],
    });
    await hall.stop();
  });
});
