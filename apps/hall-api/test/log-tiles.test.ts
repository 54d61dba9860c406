import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { leafHash } from "@guildhall/attestation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { request } from "./testing/enrolled-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant } from "./testing/tenant.ts";
import { openCheckpoint, rootFromTiles, type SignedHead } from "./testing/tile-reader.ts";

const run = promisify(execFile);
let house: TestHouse;
let hall: OpenHall;
let head: SignedHead;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  const tenant = await addTenant(hall.hall);
  const body = request(tenant.identity);
  for (let round = 0; round < 6; round++)
    await Promise.all(
      Array.from({ length: 100 }, () => hall.ask("POST", "/wcp/route", { key: tenant.key, body })),
    );
  await hall.hall.ledger.sealer.sealCommitted();
  head = openCheckpoint((await hall.ask("GET", "/log/checkpoint")).text, hall.verifierKey);
});
afterAll(() => house?.close());

async function tile(path: string): Promise<Response> {
  return fetch(`${hall.url}/log/tile/${path}`);
}

async function bytesOf(path: string): Promise<Buffer> {
  const response = await tile(path);
  expect(response.status, path).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

describe("/log/tile", () => {
  it("lets a reader written from C2SP alone rebuild the signed root and find every receipt's leaf", async () => {
    expect(head.size).toBeGreaterThan(512);
    const { root, leaves } = await rootFromTiles(head.size, bytesOf);
    expect(root).toBe(head.root);
    const { rows } = await house.admin.query<{ receipt_hash: Buffer }>(
      "SELECT receipt_hash FROM ledger.receipt WHERE leaf_index < $1 ORDER BY leaf_index",
      [head.size],
    );
    expect(leaves.map((hash) => hash.toString("hex"))).toEqual(
      rows.map((row) => Buffer.from(leafHash(row.receipt_hash)).toString("hex")),
    );
  });

  it("serves every partial tile of every size that was ever sealed", async () => {
    const full = await bytesOf("0/000");
    for (const width of [1, 2, 100, 255])
      expect(await bytesOf(`0/000.p/${width}`)).toEqual(full.subarray(0, width * 32));
    expect(await bytesOf("1/000.p/1")).toHaveLength(32);
  });

  it("shows nothing that no checkpoint covers, and no other spelling of a tile", async () => {
    const [whole, rest] = [Math.floor(head.size / 256), head.size % 256];
    const name = `${whole}`.padStart(3, "0");
    for (const path of [
      `0/${name}`,
      `0/${name}.p/${rest + 1}`,
      "0/999",
      "0/x001/000",
      "1/000",
      `1/000.p/${whole + 1}`,
      "2/000.p/1",
      "63/000.p/1",
      "0/0",
      "00/000",
      "0/000.p/0",
      "0/000.p/256",
      "entries/000",
      "entries/000.p/1",
      "data/000",
      "",
    ])
      expectRefusal(await hall.ask("GET", `/log/tile/${path}`), 404, "NOT_FOUND", path);
    expect((await tile(`0/${name}.p/${rest}`)).status).toBe(200);
  });

  it("shows nothing of leaves that are committed and not sealed", async () => {
    const { sealer } = hall.hall.ledger;
    const { sealedSize } = sealer;
    sealer.sealedSize = () => 0;
    await house.admin.query("UPDATE ledger.seal_head SET tree_size = 300");
    expect((await tile("0/001.p/44")).status).toBe(200);
    expect((await tile("0/001.p/45")).status).toBe(404);
    expect((await tile("0/001")).status).toBe(404);
    await house.admin.query("UPDATE ledger.seal_head SET tree_size = $1", [head.size]);
    sealer.sealedSize = sealedSize;
  });

  it("is bytes, which caches may keep; a checkpoint they may not", async () => {
    const full = await tile("0/000");
    expect(full.headers.get("content-type")).toBe("application/octet-stream");
    expect(full.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect((await tile("0/000.p/3")).headers.get("cache-control")).toBe("public, max-age=3600, immutable");
    for (const path of ["/log/checkpoint", "/log/tile/0/999"])
      expect((await fetch(`${hall.url}${path}`)).headers.get("cache-control")).toBe("no-store");
  });
});

/** Where the platform brings Go and its sumdb packages (Debian: golang-go, golang-golang-x-mod-dev). */
const MODULES = "/usr/share/gocode";
const hasGo = existsSync(`${MODULES}/src/golang.org/x/mod/sumdb/tlog`) && existsSync("/usr/bin/go");

describe.skipIf(!hasGo)("the Go team's sumdb packages, where they are installed", () => {
  it("verify leaves and consistency of our log from its checkpoint and tiles", {
    timeout: 120_000,
  }, async () => {
    const { rows } = await house.admin.query<{ leaf_index: string; receipt_hash: Buffer }>(
      "SELECT leaf_index, receipt_hash FROM ledger.receipt WHERE leaf_index < $1 AND leaf_index % 37 = 0",
      [head.size],
    );
    const leaves = rows.map((row) => `${row.leaf_index}:${row.receipt_hash.toString("hex")}`);
    const program = join(import.meta.dirname, "testing/verify-log.go");
    const env = { ...process.env, GO111MODULE: "off", GOPATH: MODULES, GOFLAGS: "" };
    const verify = (leaves: string[]) =>
      run("go", ["run", program, hall.url, hall.verifierKey, ...leaves], { env });
    const { stdout } = await verify(leaves);
    expect(stdout).toBe(`hall.test/log: ${leaves.length} leaves verified, tree of ${head.size}\n`);
    await expect(verify([leaves[1]!.replace(/^[0-9]+/, "38")])).rejects.toThrow();
  });
});
