import { CATALOG, CATALOG_VERSION } from "@guildhall/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { enrollAt, RECORD, withHash } from "./testing/enrolled-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant, type TestTenant } from "./testing/tenant.ts";

let house: TestHouse;
let hall: OpenHall;
let tenant: TestTenant;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  tenant = await addTenant(hall.hall);
});
afterAll(() => house?.close());

it("is served with what the rules name, whole and in one answer", async () => {
  await enrollAt(hall, tenant.key, "http://127.0.0.1:9/nobody");
  const { body, text } = await hall.ask<{
    capabilities: object[];
    catalog: { version: string; entities: object[]; tombstones: object[] };
  }>("GET", "/wcp/capabilities", { key: tenant.key });
  expect(body.capabilities, text.slice(0, 300)).toEqual([
    {
      capability_id: "cap.doc.summarize",
      worker_species: ["wrk.doc.summarizer"],
      available: true,
      catalog: "listed",
    },
  ]);
  expect(body.catalog.version).toBe(`wcp-catalog@${CATALOG_VERSION}`);
  expect(body.catalog.entities).toEqual(CATALOG);
  expect(body.catalog.tombstones).toContainEqual({
    id: "cap.ml.embed",
    status: "deprecated",
    superseded_by: "cap.model.embed",
    deprecated_catalog: "0.1.0",
    sunset_catalog: "0.2.0",
  });
});

it("warns whoever enrolls what it does not list, and enrolls it all the same", async () => {
  const own = { ...RECORD, worker_id: "org.test.own", capabilities: ["cap.test.own"] };
  const enroll = (record: object) =>
    hall.ask<{ warnings?: object[] }>("POST", "/enroll", { key: tenant.key, body: withHash(record) });
  const warned = await enroll(own);
  expect(warned.status).toBe(201);
  expect(warned.body.warnings).toEqual([
    { path: "capabilities.0", id: "cap.test.own", says: "not in this Hall's catalog" },
  ]);
  expect((await enroll(RECORD)).body).not.toHaveProperty("warnings");
});
