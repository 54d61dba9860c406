import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { HALL_CHAIN } from "@guildhall/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newSecret } from "../src/identity/api-key.ts";
import { OPERATOR_PERMISSIONS } from "../src/identity/permissions.ts";
import { OPERATIONS } from "../src/operations/index.ts";
import type { Operation } from "../src/operations/operation.ts";
import { enrollAt, request } from "./testing/enrolled-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";

const operations = OPERATIONS as readonly unknown[] as readonly Operation[];
/** Where an operation of a tenant would begin to tell tenants apart. */
const ID = "4e0f0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11";

let house: TestHouse;
let hall: OpenHall;
let tenant: TestTenant;
let file: string;
const token = () => readFileSync(file, "utf8").trim();

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  file = hall.hall.settings.operatorTokenFile;
  tenant = await addTenant(hall.hall);
  await enrollAt(hall, tenant.key, "http://127.0.0.1:9/nobody");
  await hall.ask("POST", "/wcp/route", { key: tenant.key, body: request(tenant.identity) });
});
afterAll(() => house?.close());

const renew = (key: string) =>
  hall.ask<{ receipt_id: string; code?: string }>("POST", "/hall/operator-token/renew", { key, body: {} });

it("the token is made at the first start, in a file that only the Hall's own user can read, and kept", async () => {
  expect(token()).toMatch(/^hall_op_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const before = token();
  const again = await house.open();
  expect(again.operatorToken).toBe(before);
  await again.stop();
});

it("with it the operator reads the Hall's own chain, and an act of the operator stands there", async () => {
  const { status, body } = await renew(hall.operatorToken);
  expect(status).toBe(200);
  const shown = await hall.ask<Parameters<typeof verified>[0]>("GET", `/hall/receipts/${body.receipt_id}`, {
    key: token(),
  });
  expect(shown.status).toBe(200);
  expect(await verified(shown.body, hall.verifierKey)).toMatchObject({
    kind: "access",
    action: "token_renewed",
    chain: HALL_CHAIN,
    actor: { kind: "hall", id: "operator" },
  });
});

it("a renewed token is none any more, at once and in every instance that shares the file", async () => {
  const second = await house.open();
  const old = token();
  const { body } = await renew(old);
  for (const instance of [hall, second]) {
    const asked = (key: string) => instance.ask("GET", `/hall/receipts/${body.receipt_id}`, { key });
    expect((await asked(old)).status).toBe(401);
    expect((await asked(token())).status).toBe(200);
  }
  await second.stop();
});

it("it opens no operation of a tenant by any door, and none of the operator's opens to a tenant or a stranger", async () => {
  let closed = 0;
  for (const { name, permission, rest, trpc } of operations) {
    const isOperators = (OPERATOR_PERMISSIONS as readonly string[]).includes(permission);
    if (permission === "public" || permission === "grant") continue;
    const doors = [
      ...(rest ? [{ method: rest.method as string, path: rest.path.replaceAll(/[:*][a-z_]+/g, ID) }] : []),
      ...(trpc ? [{ method: trpc === "query" ? "GET" : "POST", path: `/trpc/${name}` }] : []),
    ];
    for (const { method, path } of doors) {
      const asked = async (key?: string) =>
        (
          await hall.ask(method, path, {
            ...(key !== undefined && { key }),
            ...(method !== "GET" && { body: {} }),
          })
        ).status;
      expect(await asked(), `${method} ${path} for a stranger`).toBe(401);
      expect(await asked(isOperators ? tenant.key : token()), `${method} ${path}`).toBe(403);
      closed++;
    }
  }
  expect(closed).toBeGreaterThan(60);
});

it("a tenant's receipt is not there for the operator", async () => {
  const { rows } = await house.admin.query<{ receipt_id: string }>(
    "SELECT receipt_id FROM ledger.receipt WHERE tenant_id = $1",
    [tenant.id],
  );
  expect(rows.length).toBeGreaterThan(2);
  for (const { receipt_id } of rows)
    expect((await hall.ask("GET", `/hall/receipts/${receipt_id}`, { key: token() })).status).toBe(404);
});

describe("what is in the file", () => {
  let good: string;
  beforeEach(() => {
    good = token();
  });
  afterEach(() => {
    writeFileSync(file, `${good}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
  });
  const status = async (key: string) => (await hall.ask("GET", `/hall/receipts/${ID}`, { key })).status;

  it.each([
    ["is gone", () => rmSync(file)],
    ["others may read", () => chmodSync(file, 0o644)],
    ["is another token", () => writeFileSync(file, newSecret("op"))],
    ["is empty", () => writeFileSync(file, "")],
    ["is an API key", () => writeFileSync(file, newSecret("key"))],
  ])("%s: the token is no credential", async (_, change) => {
    expect(await status(good)).toBe(404);
    change();
    expect(await status(good)).toBe(401);
  });

  it.each([
    ["others may read it", () => chmodSync(file, 0o640)],
    ["it is no token", () => writeFileSync(file, "hall_op_guessed")],
  ])("a Hall does not start where %s", async (_, change) => {
    change();
    await expect(house.open()).rejects.toThrow(/is not an operator token of mode 600/);
  });

  it("a token of the right form that is not this Hall's is refused, and a mistyped one is told so", async () => {
    expect(await status(newSecret("op"))).toBe(401);
    const last = good.endsWith("0") ? "1" : "0";
    const { body } = await hall.ask("GET", `/hall/receipts/${ID}`, { key: good.slice(0, -1) + last });
    expect(body.code).toBe("KEY_MALFORMED");
  });
});
