import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSettings } from "../src/env.ts";
import { OPERATIONS } from "../src/operations/index.ts";
import type { Operation } from "../src/operations/operation.ts";
import { RECORD, withHash } from "./testing/enrolled-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant, type TestTenant } from "./testing/tenant.ts";
import { verifiedAct } from "./testing/verified-act.ts";

let house: TestHouse;
let open: OpenHall;
let closed: OpenHall;
let tenant: TestTenant;

beforeAll(async () => {
  house = await openHouse();
  [closed, open] = [await house.open(), await house.open({ openLoopback: true })];
  tenant = await addTenant(closed.hall);
});
afterAll(() => house?.close());

/** Asked with headers that `fetch` would not let through. */
function ask(hall: OpenHall, path: string, headers: Record<string, string> = {}, method = "GET", body = "") {
  const { port } = new URL(hall.url);
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const asked = httpRequest(
      { host: "127.0.0.1", port, path, method, headers: { host: `localhost:${port}`, ...headers } },
      async (response) => {
        let text = "";
        for await (const chunk of response) text += String(chunk);
        resolve({ status: response.statusCode ?? 0, text });
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

it("is off unless it is set, and then shown", async () => {
  expect((await ask(closed, "/workers")).status).toBe(401);
  expect((await ask(open, "/workers")).status).toBe(200);
  expect(JSON.parse((await ask(closed, "/wcp/health")).text)).not.toHaveProperty("open_loopback");
  expect(JSON.parse((await ask(open, "/wcp/health")).text)).toMatchObject({ open_loopback: true });
});

it("opens these routes to whoever asks from this machine, and no other", async () => {
  const opened = (OPERATIONS as readonly unknown[] as readonly Operation[]).flatMap(({ rest }) =>
    rest?.wire?.openOnLoopback ? [`${rest.method} ${rest.path}`] : [],
  );
  expect(opened.sort()).toEqual([
    "GET /alerts",
    "GET /dispatches",
    "GET /dispatches/active",
    "GET /status",
    "GET /workers",
    "POST /api/server/go-offline",
    "POST /enroll",
  ]);
  for (const path of ["/wcp/workers", "/wcp/decisions", "/wcp/keys", "/api/account/standing"])
    expect((await ask(open, path)).status, path).toBe(401);
  expect((await ask(open, "/api/server/go-online", {}, "POST")).status).toBe(401);
});

it("enrolls without a credential, and the receipt says that nobody showed one", async () => {
  const json = { "content-type": "application/json" };
  const enrolled = await ask(open, "/enroll", json, "POST", withHash(RECORD));
  expect(enrolled.status, enrolled.text).toBe(201);
  const { receipt_id } = JSON.parse(enrolled.text) as { receipt_id: string };
  expect(await verifiedAct(open, tenant.key, receipt_id)).toMatchObject({
    actor: { kind: "hall", id: "loopback" },
    action: "enrolled",
    chain: tenant.id,
  });
});

describe("nothing that came from elsewhere counts as this machine:", () => {
  it.each([
    ["another name for it", { host: "hall.evil.example" }],
    ["a name with a dot behind", { host: "localhost.evil.example" }],
    ["a page of another site", { origin: "https://evil.example" }],
    ["a page without an origin", { origin: "null" }],
    ["what a browser says is of another site", { "sec-fetch-site": "cross-site" }],
    ["what a proxy passed on", { "x-forwarded-for": "203.0.113.7" }],
    ["what a proxy says in the standard's words", { forwarded: "for=203.0.113.7" }],
    ["a credential that is wrong", { authorization: "Bearer made-up" }],
  ])("%s", async (_, headers) => {
    expect((await ask(open, "/workers", headers)).status).toBe(401);
  });

  it("while this is this machine: a page of its own, and an address with a port", async () => {
    const local: Record<string, string>[] = [
      { origin: "http://localhost:3000" },
      { host: "127.0.0.1:1" },
      { host: "[::1]" },
    ];
    for (const headers of local)
      expect((await ask(open, "/workers", headers)).status, JSON.stringify(headers)).toBe(200);
  });
});

it("closes as soon as there are two tenants", async () => {
  await addTenant(closed.hall);
  expect((await ask(open, "/workers")).status).toBe(401);
});

it("is refused at the start where the Hall does not listen on loopback", () => {
  const environment = { HALL_OPEN_LOOPBACK: "1", HALL_HOST: "0.0.0.0" };
  expect(() => readSettings(environment)).toThrow(/HALL_OPEN_LOOPBACK/);
  expect(readSettings({ HALL_OPEN_LOOPBACK: "1" }).openLoopback).toBe(true);
  expect(() => readSettings({ HALL_ONLINE_STANDINGS: "ok,suspended" })).toThrow(/HALL_ONLINE_STANDINGS/);
});
