import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { RECORD, withHash } from "./testing/enrolled-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type Refusal, type TestHouse } from "./testing/running-hall.ts";
import { addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";

const GOLDEN = fileURLToPath(new URL("../../../vectors/worker-record/golden-records.yaml", import.meta.url));
const UUID = /^[0-9a-f-]{36}$/;

let house: TestHouse;
let hall: OpenHall;
let tenant: TestTenant;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  tenant = await addTenant(hall.hall);
});
afterAll(() => house?.close());

type Enrolled = Refusal & { receipt_id: string; worker_id: string };
const enroll = (body: string | object) => hall.ask<Enrolled>("POST", "/enroll", { key: tenant.key, body });

it("a new record is 201, the same worker again 200, with the bodies that existing clients read (contract 8a)", async () => {
  const first = await enroll(withHash(RECORD));
  expect(first.status).toBe(201);
  expect(first.body).toEqual({
    enrolled: true,
    enrollment_id: expect.stringMatching(UUID),
    worker_id: RECORD.worker_id,
    enrolled_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    artifact_hash_verified: true,
    version: 1,
    receipt_id: expect.stringMatching(UUID),
  });
  const again = await enroll(withHash({ ...RECORD, notes: "changed" }));
  expect(again.status).toBe(200);
  expect(again.body).toEqual({
    enrolled: true,
    updated: true,
    worker_id: RECORD.worker_id,
    artifact_hash_verified: true,
    version: 2,
    receipt_id: expect.stringMatching(UUID),
  });
});

it("each enrollment is a receipt that names the record's hash", async () => {
  const text = withHash({ ...RECORD, worker_id: "org.test.receipted" });
  const { body } = await enroll(text);
  const { body: sealed } = await hall.ask<{ receipt: object; seal: object }>(
    "GET",
    `/wcp/receipts/${body.receipt_id}`,
    { key: tenant.key },
  );
  expect(await verified(sealed, hall.verifierKey)).toMatchObject({
    kind: "worker",
    action: "enrolled",
    subject: "org.test.receipted",
    chain: tenant.id,
    details: {
      worker_record_hash: JSON.parse(text).artifact_hash,
      worker_species_id: RECORD.worker_species_id,
    },
  });
});

const golden = (
  parse(readFileSync(GOLDEN, "utf8")) as { cases: { name: string; json: string; sha256: string }[] }
).cases;

it.each(golden)(
  "a record of the contract enrolls under the hash that existing clients compute: $name",
  async ({ json, sha256 }) => {
    const record = JSON.parse(json) as { artifact_hash?: string };
    // As sent: the text itself, so that no number of it is written anew.
    const text = record.artifact_hash
      ? json
      : `{"artifact_hash":"sha256:${sha256}",${json.slice(json.indexOf("{") + 1)}`;
    const { status, body } = await enroll(text);
    expect([200, 201], JSON.stringify(body)).toContain(status);
    const { body: list } = await hall.ask<{ workers: { worker_id: string; worker_record_hash: string }[] }>(
      "GET",
      "/wcp/workers",
      { key: tenant.key },
    );
    const listed = list.workers.find(({ worker_id }) => worker_id === body.worker_id);
    expect(listed?.worker_record_hash).toBe(`sha256:${sha256}`);
  },
);

it("the first fault told is the contract's first, whatever else is wrong", async () => {
  const steps: [object, string, string][] = [
    [{}, "INVALID_REQUEST", "worker_id"],
    [{ worker_id: "" }, "INVALID_REQUEST", "worker_id"],
    [{ worker_id: 5 }, "INVALID_REQUEST", "worker_id"],
    [{ worker_id: "org.test.steps" }, "INVALID_REQUEST", "worker_species_id"],
    [{ worker_species_id: "wrk.doc.steps" }, "INVALID_REQUEST", "capabilities"],
    [{ capabilities: [] }, "INVALID_REQUEST", "capabilities"],
    [{ capabilities: "cap.doc.summarize" }, "INVALID_REQUEST", "capabilities"],
    [{ capabilities: ["cap.doc.summarize"] }, "INVALID_REQUEST", "artifact_hash"],
    [{ artifact_hash: 5 }, "INVALID_REQUEST", "artifact_hash"],
    [{ artifact_hash: `sha256:${"0".repeat(64)}` }, "DENY_WORKER_TAMPERED", "artifact_hash"],
  ];
  let record: object = {};
  for (const [more, code, path] of steps) {
    record = { ...record, ...more };
    const { problems } = expectRefusal(await enroll(record), 400, code, JSON.stringify(record));
    expect(problems?.[0]?.path).toBe(path);
  }
  const { artifact_hash: _, ...right } = record as { artifact_hash: string };
  expect((await enroll(withHash(right))).status).toBe(201);
});

it("a hash that is right for a record that is wrong helps nobody", async () => {
  for (const [field, value] of [
    ["worker_id", "no-namespace"],
    ["worker_species_id", "cap.doc.summarizer"],
    ["capabilities", ["wrk.doc.x"]],
    ["allowed_environments", ["nowhere"]],
    ["risk_tier", "enormous"],
    ["blast_radius", { data: 9 }],
  ] as const) {
    const { problems } = expectRefusal(
      await enroll(withHash({ ...RECORD, [field]: value })),
      400,
      "INVALID_REQUEST",
      field,
    );
    expect(problems?.[0]?.path).toContain(field);
  }
});

it("one changed byte of a record is DENY_WORKER_TAMPERED, and the enrolled record stays", async () => {
  const list = () => hall.ask("GET", "/wcp/workers", { key: tenant.key });
  const before = (await list()).text;
  expectRefusal(
    await enroll(withHash(RECORD).replace('"owner":"org.test"', '"owner":"org.tesT"')),
    400,
    "DENY_WORKER_TAMPERED",
  );
  expect((await list()).text).toBe(before);
});
