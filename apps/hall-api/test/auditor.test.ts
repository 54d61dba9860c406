import { afterAll, beforeAll, expect, it } from "vitest";
import { type Auditor, createAuditor } from "../src/ledger/auditor.ts";
import { request } from "./testing/enrolled-worker.ts";
import { raising } from "./testing/raising.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant, type TestTenant } from "./testing/tenant.ts";

let house: TestHouse;
let hall: OpenHall;
let tenant: TestTenant;
let auditor: Auditor;
let endingAuditor: Auditor;
const ending = new AbortController();

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  tenant = await addTenant(hall.hall);
  await decide(6);
  const { origin } = house.settings;
  const options = { ...raising(hall), key: async () => hall.verifierKey, origin, rowsAPage: 3 };
  auditor = createAuditor(options);
  endingAuditor = createAuditor({ ...options, signal: ending.signal });
});
afterAll(() => house?.close());

async function decide(count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    await hall.ask("POST", "/wcp/route", { key: tenant.key, body: request(tenant.identity) });
  await hall.hall.ledger.sealer.sealCommitted();
}

/** As an insider with the database in hand: constraints off, one statement, constraints on. */
async function edit(sql: string): Promise<void> {
  await house.admin.query(
    `BEGIN; SET LOCAL session_replication_role = replica;
     ALTER TABLE ledger.receipt DROP CONSTRAINT IF EXISTS receipt_hash_is_of_body; ${sql}; COMMIT`,
  );
}

async function alerts(): Promise<{ leaf_index: number; code: string }[]> {
  const { rows } = await house.admin.query<{ body: Buffer }>(
    "SELECT body FROM ledger.receipt WHERE kind = 'alert' ORDER BY leaf_index",
  );
  return rows.flatMap(({ body }) => JSON.parse(body.toString("utf8")).details.findings);
}

it("finds nothing in a log that nobody touched, and proves it against the signed root", async () => {
  expect(await auditor.audit()).toEqual([]);
  expect(auditor.progress().provenSize).toBe(hall.hall.ledger.sealer.sealedSize());
  await decide(2);
  expect(await auditor.audit()).toEqual([]);
  expect(await auditor.audit()).toEqual([]);
  expect(auditor.progress().provenSize).toBe(hall.hall.ledger.sealer.sealedSize());
  expect(await alerts()).toEqual([]);
});

it("ends a round between two pages when the Hall stops", async () => {
  const round = endingAuditor.audit();
  ending.abort();
  await expect(round).rejects.toThrow(/aborted/);
  expect(endingAuditor.progress().provenSize).toBe(0);
});

it.each([
  [
    "checkpoint",
    "CHECKPOINT_CHANGED",
    "UPDATE ledger.checkpoint SET note = replace(note, 'hall.test/log', 'hall.test/l0g') WHERE tree_size = (SELECT max(tree_size) FROM ledger.checkpoint)",
  ],
  [
    "chain_position",
    "PLACE_CHANGED",
    "UPDATE ledger.chain_position SET leaf_index = leaf_index + 9000 WHERE leaf_index = 1",
  ],
  ["receipt_id_index", "PLACE_CHANGED", "DELETE FROM ledger.receipt_id_index WHERE leaf_index = 2"],
])("raises an alert in the round after a row of ledger.%s was edited, and goes on", async (_, code, sql) => {
  await edit(sql);
  expect(await auditor.audit()).toMatchObject([{ code }]);
  expect((await alerts()).at(-1)).toMatchObject({ code });
  expect(await auditor.audit()).toEqual([]);
});

it("H-079: raises a signed alert in the round after a stored receipt was edited, once", async () => {
  await edit(
    `UPDATE ledger.receipt SET body = convert_to(replace(convert_from(body, 'UTF8'), 'cap.doc.summarize', 'cap.doc.nothing'), 'UTF8')
     WHERE kind = 'decision' AND leaf_index = (SELECT min(leaf_index) FROM ledger.receipt WHERE kind = 'decision')`,
  );
  const [found, ...more] = await auditor.audit();
  expect(found).toMatchObject({ code: "BODY_CHANGED" });
  expect(more).toEqual([]);
  expect((await alerts()).at(-1)).toEqual({ leaf_index: found!.leafIndex, code: "BODY_CHANGED" });
  expect(await auditor.audit()).toEqual([]);
});

it("H-079: finds one that was edited with its hash and its leaf, so that all tables agree", async () => {
  const { rows } = await house.admin.query(
    "SELECT max(leaf_index) AS leaf FROM ledger.receipt WHERE kind = 'decision'",
  );
  const leaf = Number(rows[0].leaf);
  await edit(
    `UPDATE ledger.receipt SET body = convert_to(replace(convert_from(body, 'UTF8'), 'cap.doc.summarize', 'cap.doc.another'), 'UTF8')
       WHERE leaf_index = ${leaf};
     UPDATE ledger.receipt SET receipt_hash = sha256(body) WHERE leaf_index = ${leaf};
     UPDATE ledger.log_leaf SET receipt_hash = r.receipt_hash FROM ledger.receipt r
       WHERE r.leaf_index = ${leaf} AND log_leaf.leaf_index = ${leaf}`,
  );
  expect(await auditor.audit()).toContainEqual({ leafIndex: leaf, code: "LEAF_CHANGED" });
  // Whoever begins to audit only now has no memory of it, and finds it by the signed root.
  const { origin } = house.settings;
  const later = createAuditor({ ...raising(hall), key: async () => hall.verifierKey, origin });
  expect((await later.audit()).map(({ code }) => code)).toContain("ROOT_MISMATCH");
});

it("is not kept from the rest by a body that is no text any more", async () => {
  const { rows } = await house.admin.query(
    "SELECT leaf_index FROM ledger.receipt WHERE kind = 'rule' ORDER BY leaf_index LIMIT 1",
  );
  const leaf = Number(rows[0].leaf_index);
  await edit(`UPDATE ledger.receipt SET body = decode('ff00', 'hex') WHERE leaf_index = ${leaf}`);
  expect(await auditor.audit()).toContainEqual({ leafIndex: leaf, code: "BODY_CHANGED" });
});

it("finds a receipt that was removed, and one that was moved", async () => {
  const { rows } = await house.admin.query(
    "SELECT leaf_index FROM ledger.receipt WHERE kind = 'key' LIMIT 1",
  );
  const leaf = Number(rows[0].leaf_index);
  await edit(`UPDATE ledger.receipt SET seq = seq + 100 WHERE leaf_index = ${leaf}`);
  expect(await auditor.audit()).toContainEqual({ leafIndex: leaf, code: "PLACE_CHANGED" });
  await edit(`DELETE FROM ledger.receipt WHERE leaf_index = ${leaf}`);
  expect(await auditor.audit()).toContainEqual({ leafIndex: leaf, code: "RECEIPT_MISSING" });
});
