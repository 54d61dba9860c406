import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { request } from "./testing/enrolled-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";

/** Limits of keys: what a client reads of them, what holds in one instance, and what holds in two. */

let house: TestHouse;
let one: OpenHall;
let two: OpenHall;
let tenant: TestTenant;
let session: string;

beforeAll(async () => {
  house = await openHouse();
  one = await house.open();
  two = await house.open();
  tenant = await addTenant(one.hall);
  ({ session } = await addMember(one.hall, tenant.id));
});
afterAll(() => house?.close());

async function make(options: object): Promise<{ id: string; key: string }> {
  const body = { name: "agent", identities: [tenant.identity], ...options };
  const made = await one.ask<{ id: string; key: string }>("POST", "/wcp/keys", { key: session, body });
  expect(made.status, made.text).toBe(201);
  return made.body;
}

async function listed(id: string) {
  const { body } = await one.ask<{ keys: { id: string; last_used_at: string | null; used_today: number }[] }>(
    "GET",
    "/wcp/keys",
    { key: session },
  );
  return body.keys.find((key) => key.id === id)!;
}

const read = (key: string, at: OpenHall = one, headers: Record<string, string> = {}) =>
  at.ask("GET", "/wcp/workers", { key, headers });

async function statuses(count: number, ask: () => Promise<{ status: number }>): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: count }, ask));
  return answers.map(({ status }) => status).sort();
}

const decisions = async () =>
  Number((await house.admin.query("SELECT tree_size FROM ledger.log_head")).rows[0].tree_size);

describe("a key with a limit a minute", () => {
  it("tells in each answer how it stands, and refuses one too many with the time to wait", async () => {
    const { key } = await make({ requests_per_minute: 2, requests_per_day: 100 });
    const first = await read(key);
    expect(first.status).toBe(200);
    expect(first.headers.get("ratelimit-policy")).toBe('"minute";q=2;w=60, "day";q=100;w=86400');
    expect(first.headers.get("ratelimit")).toMatch(/^"minute";r=1;t=6[01], "day";r=99;t=\d+$/);
    expect(first.headers.get("ratelimit-limit")).toBe("2");
    expect(first.headers.get("ratelimit-remaining")).toBe("1");
    expect(Number(first.headers.get("ratelimit-reset"))).toBeGreaterThan(58);
    expect((await read(key)).headers.get("ratelimit-remaining")).toBe("0");
    const over = await read(key);
    expect([over.status, over.body.code, over.body.exceeded]).toEqual([429, "RATE_LIMITED", "minute"]);
    expect(over.headers.get("ratelimit-remaining")).toBe("0");
    const wait = Number(over.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(50);
    expect(wait).toBeLessThanOrEqual(61);
    expect(over.body.retry_after_seconds).toBe(wait);
  });

  it("no decision is made of one too many, and nothing is written to the log", async () => {
    const { key } = await make({ requests_per_minute: 1 });
    const route = () => one.ask("POST", "/wcp/route", { key, body: request(tenant.identity) });
    expect((await route()).status).toBe(200);
    const before = await decisions();
    expect((await route()).status).toBe(429);
    expect(await decisions()).toBe(before);
  });

  it("H-113 lets exactly as many through, however they come", async () => {
    const { key } = await make({ requests_per_minute: 20 });
    let n = 0;
    const ask = () => {
      n++;
      const headers = {
        "x-forwarded-for": `192.0.2.${n}`,
        "x-real-ip": `2001:db8::${n}`,
        authorization: `Bearer ${key}`,
      };
      if (n % 3 === 0) return one.ask("GET", `/wcp/workers?${n % 2 ? "" : "x"}`, { headers });
      if (n % 3 === 1) return one.ask("GET", "/wcp/capabilities", { headers });
      return one.ask("POST", "/wcp/route", { headers, body: {} });
    };
    const answers = await statuses(60, ask);
    expect(answers.filter((status) => status === 429)).toHaveLength(40);
  });

  it("H-113 counts each call of a batch", async () => {
    const { key } = await make({ requests_per_minute: 3 });
    const input = encodeURIComponent(JSON.stringify({ 0: {}, 1: {}, 2: {}, 3: {}, 4: {} }));
    const batch = Array.from({ length: 5 }, () => "worker.list").join(",");
    const { body } = await one.ask<{ error?: { data: { httpStatus: number } } }[]>(
      "GET",
      `/trpc/${batch}?batch=1&input=${input}`,
      { key },
    );
    expect(body.map((answer) => answer.error?.data.httpStatus ?? 200).sort()).toEqual([
      200, 200, 200, 429, 429,
    ]);
  });

  it("takes nothing from another key", async () => {
    const [first, second] = [await make({ requests_per_minute: 1 }), await make({ requests_per_minute: 1 })];
    expect((await read(first.key)).status).toBe(200);
    expect((await read(first.key)).status).toBe(429);
    expect((await read(second.key)).status).toBe(200);
  });

  it("is held by two instances together once each has told the other", async () => {
    const { key } = await make({ requests_per_minute: 10 });
    expect(await statuses(4, () => read(key, one))).toEqual([200, 200, 200, 200]);
    expect(await statuses(3, () => read(key, two))).toEqual([200, 200, 200]);
    // What the timers do each second.
    for (const hall of [one, two, one]) await hall.hall.keyMeter.write();
    const rest = [...(await statuses(6, () => read(key, one)))];
    expect(rest.filter((status) => status === 200)).toHaveLength(3);
  });
});

describe("a key with a limit a day", () => {
  it("keeps it over a restart, and in an instance that never saw the key", async () => {
    const { key } = await make({ requests_per_day: 5 });
    const before = await house.open();
    expect(await statuses(3, () => read(key, before))).toEqual([200, 200, 200]);
    await before.stop();
    const after = await house.open();
    expect(await statuses(4, () => read(key, after))).toEqual([200, 200, 429, 429]);
    const over = await read(key, after);
    expect([over.status, over.body.code]).toEqual([429, "QUOTA_EXCEEDED"]);
    expect(Number(over.headers.get("retry-after"))).toBeLessThanOrEqual(86_400);
    await after.stop();
  });
});

it("a key without limits gets no such header", async () => {
  const answer = await read(tenant.key);
  expect([...answer.headers.keys()].filter((name) => name.startsWith("ratelimit"))).toEqual([]);
});

it("all keys of a tenant together stay within the Hall's limit, and other tenants are not touched", async () => {
  const hall = await house.open({ tenantRequestsPerMinute: 10 });
  const [first, second] = [await make({}), await make({})];
  const other = await addTenant(one.hall);
  let n = 0;
  const answers = await statuses(30, () => read(n++ % 2 ? first.key : second.key, hall));
  expect(answers.filter((status) => status === 200)).toHaveLength(10);
  const over = await read(first.key, hall);
  expect([over.body.code, over.body.exceeded]).toEqual(["RATE_LIMITED", "tenant"]);
  expect((await read(other.key, hall)).status).toBe(200);
  await hall.stop();
});

describe("the last use of a key", () => {
  it("is written in batches and never while somebody waits; a refused request is no use", async () => {
    const { id, key } = await make({ requests_per_minute: 2 });
    expect(await listed(id)).toMatchObject({ last_used_at: null, used_today: 0 });
    const from = Date.now() - 1000;
    await statuses(5, () => read(key));
    await one.hall.keyMeter.write();
    const { last_used_at, used_today } = await listed(id);
    expect(used_today).toBe(2);
    expect(Date.parse(last_used_at!)).toBeGreaterThan(from);
  });

  it("is not lost where the database could not take it", async () => {
    const { id, key } = await make({ requests_per_minute: 100 });
    await read(key);
    await one.hall.keyMeter.write();
    await house.admin.query("ALTER TABLE hall.key_use ADD CONSTRAINT shut CHECK (used_ever < 0) NOT VALID");
    await read(key);
    await expect(one.hall.keyMeter.write()).rejects.toThrow();
    await house.admin.query("ALTER TABLE hall.key_use DROP CONSTRAINT shut");
    await one.hall.keyMeter.write();
    expect(await listed(id)).toMatchObject({ used_today: 2 });
  });

  it("of an idle Hall is written when it stops", async () => {
    const { id, key } = await make({});
    const hall = await house.open();
    await read(key, hall);
    await hall.stop();
    expect(await listed(id)).toMatchObject({ used_today: 1 });
  });

  it("no request waits for the database once its key is known here", async () => {
    const { id, key } = await make({ requests_per_minute: 1000, requests_per_day: 1000 });
    await read(key);
    const limits = { requestsPerMinute: 1000, requestsPerDay: 1000 };
    const credential = { kind: "key", id, environments: null, agent: null, ...limits } as const;
    expect(one.hall.keyMeter.take(tenant.id, credential)).not.toBeInstanceOf(Promise);
  });
});
