import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type Refusal, type TestHouse } from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { epochOf, verifiedAct } from "./testing/verified-act.ts";

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let tenant: TestTenant;
let owner: string;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  tenant = await addTenant(hall.hall);
  owner = (await addMember(hall.hall, tenant.id, "owner")).session;
});
afterAll(() => house?.close());

interface Recorded {
  receipt_id: string;
  permissions: string[];
}

const define = <Body = Refusal>(key: string, name: string, permissions: string[]) =>
  hall.ask<Body>("PUT", `/wcp/roles/${name}`, { key, body: { permissions } });
const retire = <Body = Refusal>(name: string) =>
  hall.ask<Body>("POST", `/wcp/roles/${name}/retire`, { key: owner, body: {} });

describe("a role of the tenant's own", () => {
  it("lets its holder do what it was given, in every instance, and nothing else", async () => {
    await define(owner, "key-keeper", ["key:create", "key:read"]);
    const { session } = await addMember(hall.hall, tenant.id, "key-keeper");
    const body = { name: "n", identities: [tenant.identity] };
    for (const at of [hall, second]) {
      expect((await at.ask("POST", "/wcp/keys", { key: session, body })).status).toBe(201);
      expectRefusal(await at.ask("GET", "/wcp/rules", { key: session }), 403, "FORBIDDEN");
      expectRefusal(await at.ask("GET", "/wcp/roles", { key: session }), 403, "FORBIDDEN");
    }
  });

  it("is made with a receipt that says what it may, and what it might before", async () => {
    const { body: first } = await define<Recorded>(owner, "told", ["rule:read", "rule:read", "key:read"]);
    expect(first.permissions).toEqual(["rule:read", "key:read"]);
    const { body: then } = await define<Recorded>(owner, "told", ["rule:read"]);
    expect(await verifiedAct(hall, tenant.key, then.receipt_id)).toMatchObject({
      kind: "role",
      action: "defined",
      subject: "told",
      details: { permissions: ["rule:read"], replaced: ["rule:read", "key:read"] },
    });
  });

  it("that is changed sends its holders to sign in again, and raises the fence", async () => {
    await define(owner, "shrinking", ["rule:read", "rule:publish"]);
    const { session } = await addMember(hall.hall, tenant.id, "shrinking");
    const before = await epochOf(house, tenant.id);
    await define(owner, "shrinking", ["rule:read"]);
    expect(await epochOf(house, tenant.id)).toBe(before + 1);
    expectRefusal(await second.ask("GET", "/wcp/rules", { key: session }), 401, "SESSION_ENDED");
    expect((await hall.ask("GET", "/wcp/rules", { key: owner })).status).toBe(200);
  });

  it.each(["owner", "custom", "Key-Keeper", "key_keeper", "-x", "x".repeat(41)])(
    "is not called %s",
    async (name) => {
      expectRefusal(await define(owner, name, ["rule:read"]), 400, "INVALID_REQUEST");
    },
  );

  it.each(["role:define", "decision:make", "hall:operate", "made:up"])(
    "never holds %s",
    async (permission) => {
      expectRefusal(await define(owner, "too-much", ["rule:read", permission]), 400, "INVALID_REQUEST");
    },
  );

  it("is retired once nobody holds it, and then gives nothing until it is made again", async () => {
    await define(owner, "passing", ["rule:read"]);
    const { id } = await addMember(hall.hall, tenant.id, "passing");
    expect(expectRefusal(await retire("passing"), 409, "CONFLICT").reason).toBe("1 members hold it");
    await house.admin.query("UPDATE hall.member SET role = 'auditor', custom_role = NULL WHERE id = $1", [
      id,
    ]);
    const { body } = await retire<Recorded>("passing");
    expect(await verifiedAct(hall, tenant.key, body.receipt_id)).toMatchObject({ action: "retired" });
    expect(expectRefusal(await retire("passing"), 409, "CONFLICT").reason).toBe("already retired");
    expectRefusal(await retire("nobodys"), 404, "NOT_FOUND");
  });

  it("is listed beside those that every tenant has", async () => {
    const { body } = await hall.ask<{ roles: { name: string; own: boolean }[]; givable: string[] }>(
      "GET",
      "/wcp/roles",
      { key: owner },
    );
    expect(body.roles.filter(({ own }) => !own).map(({ name }) => name)).toEqual([
      ...["owner", "admin", "operator", "approver", "compliance", "auditor"],
    ]);
    expect(body.roles.filter(({ own }) => own).map(({ name }) => name)).toContain("key-keeper");
    expect(body.givable).not.toContain("role:define");
  });
});
