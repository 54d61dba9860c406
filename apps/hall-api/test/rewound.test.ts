import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findReceipt, withOperator } from "@guildhall/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../src/env.ts";
import { StartError } from "../src/start-refusal.ts";
import { request } from "./testing/enrolled-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant } from "./testing/tenant.ts";

/** A Hall over its own embedded server, whose data folder is put back to an older copy. */

const HALL = fileURLToPath(new URL("../../../packages/cli/src/main.ts", import.meta.url));
let house: TestHouse;
let folder: string;
let embedded: Partial<Settings>;
let key: string;

beforeAll(async () => {
  house = await openHouse();
  folder = mkdtempSync(join(tmpdir(), "guildhall-rewound-"));
  const dataDir = join(folder, "hall");
  const signerFile = join(dataDir, "keys", "hall.pem");
  const signer = { kind: "file" as const, path: signerFile };
  embedded = { dataDir, databaseUrl: null, signer, headFile: `${signerFile}.log-head.json` };
}, 60_000);
afterAll(async () => {
  await house?.close();
  rmSync(folder, { recursive: true, force: true });
});

const postgres = () => join(folder, "hall", "postgres");
const older = () => join(folder, "older");
const headFile = () => embedded.headFile as string;
const keptSize = () => JSON.parse(readFileSync(headFile(), "utf8")).tree_size as number;

/** A Hall from start to stop. */
async function whileOpen<T>(
  work: (hall: OpenHall) => Promise<T>,
  changes: Partial<Settings> = {},
): Promise<T> {
  const hall = await house.open({ ...embedded, ...changes });
  try {
    return await work(hall);
  } finally {
    await hall.stop();
  }
}

async function decide(hall: OpenHall, count: number): Promise<void> {
  const tenant = await addTenant(hall.hall);
  const body = request(tenant.identity);
  for (let n = 0; n < count; n++) await hall.ask("POST", "/wcp/route", { key: tenant.key, body });
}

async function sizeOf(hall: OpenHall): Promise<number> {
  await hall.hall.ledger.sealer.sealCommitted();
  return hall.hall.ledger.sealer.sealedSize();
}

/** With owners and modes, as a backup would: the server refuses files that are not its own. */
function copy(from: string, to: string): void {
  execFileSync("cp", ["-a", from, to]);
}

/** Puts the older copy of the database in the place of the newer one. */
function rewind(): void {
  rmSync(postgres(), { recursive: true });
  copy(older(), postgres());
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

const monitor = (hall: OpenHall) =>
  hallCommand("log", "monitor", hall.url, "--key", key, "--state", join(folder, "monitor"), "--once");
const proofs = () =>
  readdirSync(folder)
    .filter((name) => name.startsWith("monitor.proof-"))
    .sort()
    .map((name) => join(folder, name));

describe("a Hall whose database was put back to an older copy", { timeout: 120_000 }, () => {
  let newest: number;

  it("keeps the head that it signed beside its key", async () => {
    await whileOpen((hall) => decide(hall, 3));
    copy(postgres(), older());
    newest = await whileOpen(async (hall) => {
      key = hall.verifierKey;
      await decide(hall, 5);
      const size = await sizeOf(hall);
      expect(await monitor(hall)).toMatchObject({ code: 0, out: expect.stringContaining(`${size} leaves`) });
      return size;
    });
    expect(keptSize()).toBe(newest);
  });

  it("H-078: refuses to start, names both heads and what to do, and signs nothing", async () => {
    rewind();
    const refused = await house.open(embedded).catch((error: unknown) => error as Error);
    expect(refused).toBeInstanceOf(StartError);
    expect((refused as Error).message).toMatch(
      new RegExp(
        `^This database ends at \\d+ receipts, and this Hall has signed for ${newest} \\(kept in .*\\)\\. Nothing is signed .*HALL_RECOVER_LOG=${newest}\\.$`,
      ),
    );
    expect(keptSize()).toBe(newest);
    expect(existsSync(join(postgres(), "postmaster.pid"))).toBe(false);
    // Another size than the one that is lost is no recovery.
    await expect(house.open({ ...embedded, recoverLog: newest - 1 })).rejects.toThrow(StartError);
  });

  it("H-078, H-052: without its head file it starts, and whoever kept a checkpoint has the proof", async () => {
    rmSync(headFile());
    await whileOpen(async (hall) => {
      const rolledBack = await monitor(hall);
      expect(rolledBack).toMatchObject({ code: 1, out: expect.stringContaining("fewer leaves") });
      const [rollback = ""] = proofs();
      expect(await hallCommand("log", "check-proof", rollback, "--key", key)).toMatchObject({ code: 3 });

      // It signs on: now its own signatures convict it.
      await decide(hall, 9);
      expect(await sizeOf(hall)).toBeGreaterThan(newest);
      const afterwards = await monitor(hall);
      expect(afterwards).toMatchObject({ code: 1, out: expect.stringContaining("two histories") });
      const [, fork = ""] = proofs();
      expect(await hallCommand("log", "check-proof", fork, "--key", key)).toMatchObject({
        code: 0,
        out: expect.stringContaining("The log forked."),
      });
    });
  });

  it("another history of the same length is refused as well, by its root", async () => {
    const head = JSON.parse(readFileSync(headFile(), "utf8"));
    writeFileSync(headFile(), JSON.stringify({ ...head, root: "0".repeat(64) }));
    await expect(house.open(embedded)).rejects.toThrow(/holds another history than the \d+ receipts/);
    writeFileSync(headFile(), "{");
    await expect(house.open(embedded)).rejects.toThrow(/cannot be read/);
    writeFileSync(headFile(), JSON.stringify({ ...head, origin: "other.test/log" }));
    await expect(house.open(embedded)).rejects.toThrow(/is of the log other\.test\/log/);
    writeFileSync(headFile(), JSON.stringify(head));
  });

  it("goes on where the operator names the head that is lost, and its first entry says so", async () => {
    const lost = keptSize();
    const { checkpoint, root } = JSON.parse(readFileSync(headFile(), "utf8"));
    rewind();
    const recovered = await whileOpen(
      async (hall) => {
        const { rows } = await hall.hall.db.ledger.query("SELECT tree_size FROM ledger.log_head");
        const size = Number(rows[0].tree_size);
        const found = await withOperator(hall.hall.db, async (tx) => {
          const [row] = await tx.$queryRaw<{ receipt_id: string }[]>`
            SELECT receipt_id::text FROM ledger.receipt WHERE kind = 'notice' ORDER BY leaf_index DESC LIMIT 1`;
          return findReceipt(tx as never, row!.receipt_id as never);
        });
        return { size, body: JSON.parse(Buffer.from(found!.body).toString("utf8")) };
      },
      { recoverLog: lost },
    );
    expect(recovered.body).toMatchObject({
      kind: "notice",
      action: "log_recovered",
      subject: "hall.test/log",
      details: {
        lost_tree_size: lost,
        lost_root: root,
        lost_checkpoint: checkpoint,
        found_tree_size: recovered.body.leaf_index,
      },
    });
    expect(recovered.size).toBeLessThan(lost);
    expect(keptSize()).toBe(recovered.size);
    // The setting may stay: the head that it names is no longer the one that is kept.
    await whileOpen((hall) => decide(hall, 1), { recoverLog: lost });
  });
});
