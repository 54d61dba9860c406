import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { receiptFiles } from "@guildhall/attestation";
import type { SealedReceipt } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { enrollAt, request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant, type TestTenant } from "./testing/tenant.ts";
import { verifiedLedger } from "./testing/whole-ledger.ts";

const SCRIPT = fileURLToPath(new URL("../../../docs/verify-receipt.sh", import.meta.url));
const SECRET = "what nobody may read later";

let house: TestHouse;
let hall: OpenHall;
let worker: HttpWorker;
let tenant: TestTenant;
beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  worker = await startHttpWorker(() => hall.url);
  tenant = await addTenant(hall.hall);
  await enrollAt(hall, tenant.key, worker.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

const payloads = async () =>
  (await house.admin.query("SELECT content FROM hall.payload")).rows as { content: string }[];

describe("payloads of a real ledger, erased", () => {
  it("leave every receipt, every chain and the log verifiable, and nothing of what was asked", async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const body = request(tenant.identity, {
        correlation_id: `corr-${i}`,
        request: { text: `${SECRET} ${i}`, max_sentences: 1 },
      });
      const answer = await hall.ask<RouteAnswer>("POST", "/wcp/dispatch", { key: tenant.key, body });
      ids.push(answer.body.decision_id);
    }
    const before = await payloads();
    expect(before.filter(({ content }) => content.includes(SECRET)).length).toBeGreaterThanOrEqual(3);

    await house.admin.query("DELETE FROM hall.payload");
    expect(await payloads()).toEqual([]);
    const { rows } = await house.admin.query("SELECT body FROM ledger.receipt");
    for (const { body } of rows as { body: Buffer }[]) expect(body.toString("utf8")).not.toContain(SECRET);
    const chains = await verifiedLedger(house, hall);
    expect(chains.get(tenant.id)?.length).toBeGreaterThanOrEqual(6);
    for (const id of ids) expect(await saidByShell(id)).toMatch(`VERIFIED: receipt ${id}, leaf `);
  });
});

/** What a page of shell says of a receipt of this Hall: openssl and sha256sum, and nothing of ours. */
async function saidByShell(id: string): Promise<string> {
  const { body } = await hall.ask<SealedReceipt>("GET", `/wcp/receipts/${id}`, { key: tenant.key });
  const folder = mkdtempSync(join(tmpdir(), "guildhall-shell-"));
  try {
    for (const { name, bytes } of await receiptFiles({ receipt: body.receipt, seal: body.seal }, [
      hall.verifierKey,
    ]))
      writeFileSync(join(folder, name), bytes);
    return (await promisify(execFile)("sh", [SCRIPT, folder, hall.verifierKey])).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
