import { afterAll, beforeAll, expect, it } from "vitest";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { enrollAt, RECORD, request, withHash } from "./testing/enrolled-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addKey, addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let tenant: TestTenant;
let bystander: TestTenant;
let operator: string;
let receipts: string[];

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  tenant = await addTenant(hall.hall, { name: "standing" });
  bystander = await addTenant(hall.hall, { name: "bystander" });
  operator = (await addMember(hall.hall, tenant.id)).session;
  for (const { key } of [tenant, bystander]) await enrollAt(hall, key, "http://127.0.0.1:9/nobody");
  receipts = [];
});
afterAll(() => house?.close());

async function setStanding(standing: string) {
  const answer = await hall.ask<{ receipt_id: string }>("PUT", "/hall/tenants/standing/standing", {
    key: hall.operatorToken,
    body: { standing, reason: "an invoice" },
  });
  receipts.push(answer.body.receipt_id);
  return answer.status;
}

const route = async (at: OpenHall, who: TestTenant) =>
  (
    await at.ask<RouteAnswer>("POST", "/wcp/route", {
      key: who.key,
      body: request(who.identity),
    })
  ).body;

it.each([
  ["grace", null],
  ["degraded", "DENY_STANDING"],
  ["suspended", "DENY_TENANT_SUSPENDED"],
  ["ok", null],
])("%s decides the very next request in every instance, for that tenant alone", async (standing, code) => {
  expect(await setStanding(standing)).toBe(200);
  for (const one of [second, hall]) {
    const decision = await route(one, tenant);
    expect(decision.deny_reason_if_denied?.code ?? null).toBe(code);
    // A denial is a decision: it has its receipt like any other.
    const { body } = await hall.ask<{ receipt: object; seal: object }>(
      "GET",
      `/wcp/receipts/${decision.decision_id}`,
      { key: tenant.key },
    );
    expect(await verified(body, hall.verifierKey)).toMatchObject({
      policy_decision: code === null ? "ALLOW" : "DENY",
    });
    expect((await route(one, bystander)).denied).toBe(false);
  }
});

it("each change is on the Hall's chain, with what it was before and why", async () => {
  const { body } = await hall.ask<{ receipt: { action: string; details: object; subject: string } }>(
    "GET",
    `/hall/receipts/${receipts[2]}`,
    { key: hall.operatorToken },
  );
  expect(body.receipt).toMatchObject({
    kind: "tenant",
    action: "standing_set",
    subject: tenant.id,
    details: { before: "degraded", standing: "suspended", reason: "an invoice" },
  });
});

it("is refused where it is so already, or where there is no such tenant", async () => {
  expect(await setStanding("ok")).toBe(409);
  expect(
    (
      await hall.ask("PUT", "/hall/tenants/nobody/standing", {
        key: hall.operatorToken,
        body: { standing: "ok", reason: "x" },
      })
    ).status,
  ).toBe(404);
});

it("a suspended tenant changes nothing, reads everything, and takes rights away; nothing of it is lost", async () => {
  const key = await addKey(hall.hall, tenant);
  const before = (await hall.ask("GET", "/wcp/workers", { key: tenant.key })).text;
  await setStanding("suspended");
  const record = withHash({ ...RECORD, notes: "changed" });
  for (const [method, path, who, body] of [
    ["POST", "/enroll", tenant.key, record],
    ["PUT", `/wcp/workers/${RECORD.worker_id}/transport`, tenant.key, { kind: "http", url: "http://x" }],
    ["POST", "/wcp/keys", operator, { name: "x", identities: [tenant.identity] }],
    ["POST", "/wcp/rules/drafts", operator, {}],
  ] as const)
    expectRefusal(await hall.ask(method, path, { key: who, body }), 403, "TENANT_SUSPENDED", path);
  expect((await hall.ask("GET", "/wcp/workers", { key: tenant.key })).text).toBe(before);
  for (const path of ["/wcp/decisions", "/wcp/keys", "/wcp/rules"])
    expect((await hall.ask("GET", path, { key: operator })).status, path).toBe(200);
  expect((await hall.ask("POST", `/wcp/keys/${key.id}/revoke`, { key: operator, body: {} })).status).toBe(
    200,
  );
  await setStanding("ok");
  expect((await hall.ask("POST", "/enroll", { key: tenant.key, body: record })).status).toBe(200);
});

it("which standings work is the Hall's setting, and suspended is never one", async () => {
  const lenient = await house.open({ onlineStandings: ["ok", "degraded"] });
  await setStanding("degraded");
  expect((await route(lenient, tenant)).denied).toBe(false);
  await setStanding("grace");
  expect((await route(lenient, tenant)).deny_reason_if_denied?.code).toBe("DENY_STANDING");
  await setStanding("ok");
});
