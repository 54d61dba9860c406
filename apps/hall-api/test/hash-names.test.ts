import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commitText } from "@guildhall/attestation";
import { canonicalJson } from "@guildhall/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { RECORD, request, withHash } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { addNamespace, addRunner, CODE, measure, register, statement } from "./testing/registered-code.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { type Settled, settle } from "./testing/settled.ts";

/** Four things are called artifact_hash on the wire (contract 6.6). Inside each has its own name and its own value. */

let house: TestHouse;
let hall: OpenHall;
let worker: HttpWorker;
let tenant: Settled;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  worker = await startHttpWorker(() => hall.url);
  tenant = await settle(hall, worker);
  const namespace = await addNamespace(hall, tenant.id);
  const runner = await addRunner(hall, tenant);
  await register(hall, tenant.key, await statement(namespace.signer));
  await measure(hall, tenant.key, runner.signer);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

it("the hashes of a record, of an input, of a request's payload and of a package are four, each of its own", async () => {
  const body = request(tenant.identity);
  const { body: answer } = await hall.ask<RouteAnswer>("POST", "/wcp/route", { key: tenant.key, body });
  const receipt = answer.receipt as unknown as {
    receipt_id: string;
    artifact_hash: string;
    registered_hash: string;
    decision: { selected: { worker_record_hash: string } };
  };
  const { rows } = await house.admin.query<{ salt: Buffer; content: string }>(
    "SELECT salt, content FROM hall.payload WHERE receipt_id = $1",
    [receipt.receipt_id],
  );
  const [payload] = rows;
  expect(payload!.content).toBe(canonicalJson(body.request));
  expect(receipt.artifact_hash).toBe(commitText(payload!.content, payload!.salt));
  expect(answer.artifact_hash).toMatch(/^[0-9a-f]{64}$/);
  expect(answer.artifact_hash).not.toBe(createHash("sha256").update(payload!.content).digest("hex"));
  const record = JSON.parse(withHash(RECORD)).artifact_hash;
  expect(receipt.decision.selected.worker_record_hash).toBe(record);
  // Nobody who asks learns what the package hashes to.
  expect(JSON.stringify(answer)).not.toContain(CODE);

  // The same question again: the input is the same, and what is committed to is salted anew.
  const { body: again } = await hall.ask<RouteAnswer>("POST", "/wcp/route", { key: tenant.key, body });
  expect(again.artifact_hash).toBe(answer.artifact_hash);
  expect((again.receipt as unknown as typeof receipt).artifact_hash).not.toBe(receipt.artifact_hash);
  const bare = [answer.artifact_hash, receipt.artifact_hash, receipt.registered_hash, record, CODE].map(
    (hash) => hash.replace("sha256:", ""),
  );
  expect(new Set(bare).size).toBe(bare.length);
});

it("nothing that is stored is called artifact_hash, and each hash that is has the name of what it is of", async () => {
  const { rows } = await house.admin.query<{ name: string }>(
    `SELECT DISTINCT column_name AS name FROM information_schema.columns
     WHERE table_schema IN ('hall', 'ledger')
       AND column_name ~ '(artifact|input|record|package|request|payload).*(hash|digest)' ORDER BY 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual(["package_hash", "record_hash", "request_digest"]);
});

it.each([
  ["operations/decision/answer.ts", "artifact_hash: inputHash(read)"],
  ["operations/decision/decide-and-seal.ts", "artifact_hash: commitText(payload, salt)"],
  ["operations/worker/read-record.ts", `{"artifact_hash":"$${"{hash}"}"`],
])("%s says artifact_hash once, at the wire", (file, written) => {
  const text = readFileSync(join(import.meta.dirname, "../src", file), "utf8");
  expect(text.split(written)).toHaveLength(2);
});
