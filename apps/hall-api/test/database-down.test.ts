import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSecret } from "../src/identity/api-key.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import type { DispatchView } from "../src/operations/dispatch/view.ts";
import { SNAPSHOT_MAX_AGE_MS } from "../src/snapshot/load.ts";
import { enrollAt, request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import {
  type Answer,
  type OpenHall,
  openHouse,
  type Refusal,
  type TestHouse,
} from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { verifiedLedger } from "./testing/whole-ledger.ts";

let house: TestHouse;
let hall: OpenHall;
let worker: HttpWorker;
let tenant: TestTenant;
let session: string;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  worker = await startHttpWorker(() => hall.url);
  tenant = await addTenant(hall.hall);
  session = (await addMember(hall.hall, tenant.id)).session;
  await enrollAt(hall, tenant.key, worker.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

type Decided = Pick<RouteAnswer, "decision_id" | "receipt" | "seal"> & Partial<DispatchView>;

interface Asked {
  path: "/wcp/route" | "/wcp/dispatch";
  correlation: string;
  answer: Answer<Decided & Refusal>;
}

/** Clients that ask one thing after the other until they are told to stop. */
function load(clients: number) {
  const asked: Asked[] = [];
  let stopped = false;
  let count = 0;
  const ask = async (path: Asked["path"]): Promise<number> => {
    const correlation = `asked-${count++}`;
    const answer = await hall.ask<Decided & Refusal>("POST", path, {
      key: tenant.key,
      body: request(tenant.identity, { correlation_id: correlation, request: { text: correlation } }),
    });
    asked.push({ path, correlation, answer });
    return answer.status;
  };
  const running = Array.from({ length: clients }, async (_, n) => {
    while (!stopped) {
      const status = await ask(n % 3 === 0 ? "/wcp/dispatch" : "/wcp/route");
      if (status !== 200) await pause(20);
    }
  });
  return {
    asked,
    ask,
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** How many of either kind were answered with 200, of the kind that has fewer. */
function succeeded(asked: Asked[]): number {
  const good = asked.filter(({ answer }) => answer.status === 200);
  const dispatches = good.filter(({ path }) => path === "/wcp/dispatch").length;
  return Math.min(dispatches, good.length - dispatches);
}

// The three waits, and the 35 seconds that a dispatch cut off by the kill may wait for its end.
const KILL_TEST_MS = 100_000;

it("PostgreSQL killed under load: clear refusals, nothing lost, nothing run twice or unsealed, and back by itself", {
  timeout: KILL_TEST_MS,
}, async () => {
  const clients = load(9);
  await expect.poll(() => succeeded(clients.asked), { timeout: 20_000 }).toBeGreaterThan(10);
  const killedAt = clients.asked.length;
  await house.killDatabase();

  const asksForWork = clients.ask("/wcp/dispatch");
  await expect
    .poll(() => clients.asked.slice(killedAt).filter(({ answer }) => answer.status === 503).length, {
      timeout: 20_000,
    })
    .toBeGreaterThan(20);
  const restartedAt = clients.asked.length;
  await house.restartDatabase();
  await expect
    .poll(() => succeeded(clients.asked.slice(restartedAt)), { timeout: 20_000 })
    .toBeGreaterThan(5);
  await Promise.all([clients.stop(), asksForWork]);

  for (const { answer, path } of clients.asked)
    if (answer.status !== 200 && answer.status !== 202)
      expectRefusal(answer, 503, "LEDGER_UNAVAILABLE", path);

  // What was answered is there, sealed; so is whatever ran.
  const chain = (await verifiedLedger(house, hall)).get(tenant.id) ?? [];
  const stored = new Map(chain.map((receipt) => [receipt.receipt_hash as string, receipt]));
  for (const { answer } of clients.asked.filter(({ answer }) => answer.status < 300)) {
    const receipt = await verified(answer.body, hall.verifierKey);
    expect(stored.has(receipt.receipt_hash)).toBe(true);
  }
  const started = new Set(
    chain.filter(({ dispatched_at }) => dispatched_at).map(({ correlation_id }) => correlation_id),
  );
  const ran = worker.runs.map((work) => work.request.text as string);
  expect(ran.length).toBeGreaterThan(10);
  for (const correlation of ran) expect([...started]).toContain(correlation);
  expect(new Set(ran).size).toBe(ran.length);

  // Who was told that nothing runs never sees it run.
  const refused = clients.asked.filter(
    ({ answer, path }) => answer.status === 503 && path === "/wcp/dispatch",
  );
  expect(refused.length).toBeGreaterThan(0);
  for (const { correlation } of refused) expect(ran).not.toContain(correlation);
});

it("a commit whose answer is lost is no refusal: the work it started is answered, once, with its receipt", async () => {
  const { ledger } = hall.hall.db;
  type Query = (statement: { name?: string }) => Promise<{ rows: { appended?: string }[] }>;
  const query = ledger.query.bind(ledger) as unknown as Query;
  let lost = 1; // not yet
  ledger.query = (async (statement: { name?: string }, ...rest: []) => {
    const answer = await query(statement, ...rest);
    const isCommit = statement.name === "append" && answer.rows[0]?.appended === "1";
    if (!isCommit || lost++ > 0) return answer;
    throw new Error("Connection terminated unexpectedly");
  }) as unknown as typeof ledger.query;
  const before = worker.runs.length;
  // Batches that find the heads moved take another road: one after a quiet moment does not.
  await hall.ask("POST", "/wcp/route", { key: tenant.key, body: request(tenant.identity) });
  lost = 0;
  const { status, body } = await hall.ask<Decided & Refusal>("POST", "/wcp/dispatch", {
    key: tenant.key,
    body: request(tenant.identity),
  });
  ledger.query = query as unknown as typeof ledger.query;
  expect(lost).toBeGreaterThan(0);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.dispatch?.state).toBe("succeeded");
  await verified(body, hall.verifierKey);
  expect(worker.runs.length).toBe(before + 1);
});

describe("while the database is away", () => {
  beforeAll(() => house.killDatabase());
  afterAll(() => house.restartDatabase());

  it("everything that needs it is refused with 503 LEDGER_UNAVAILABLE, by both doors", async () => {
    const id = "4e0f0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11";
    const asked: [string, string, string | null, object?][] = [
      ["POST", "/wcp/route", tenant.key, request(tenant.identity)],
      ["POST", "/wcp/route", tenant.key, {}],
      ["GET", "/wcp/decisions", tenant.key],
      ["GET", `/wcp/decisions/${id}`, tenant.key],
      ["GET", `/wcp/receipts/${id}`, tenant.key],
      ["GET", `/wcp/dispatches/${id}`, tenant.key],
      ["GET", "/wcp/capabilities", tenant.key],
      ["GET", "/wcp/workers", session],
      ["POST", "/wcp/keys", session, { name: "n", identities: [tenant.identity] }],
      ["POST", "/wcp/session/end", session, {}],
      ["GET", "/wcp/workers", newSecret("key")],
      ["GET", "/wcp/health", null],
      ["GET", "/log/checkpoint", null],
      ["GET", "/.well-known/jwks.json", null],
      ["POST", "/wcp/grants/redeem", null, { grant: "eyJhbGciOiJFZERTQSJ9.e30.AA" }],
    ];
    for (const [method, path, key, body] of asked)
      expectRefusal(
        await hall.ask(method, path, { ...(key && { key }), ...(body && { body }) }),
        503,
        "LEDGER_UNAVAILABLE",
        `${method} ${path}`,
      );
    const { status, text } = await hall.ask("GET", "/trpc/key.list?input=%7B%7D", { key: session });
    expect(status).toBe(503);
    expect(text).toContain("LEDGER_UNAVAILABLE");
  });

  it("the process itself answers, and who it is can still be asked", async () => {
    for (const path of ["/health", "/.well-known/hall.json", "/openapi.json"])
      expect((await hall.ask("GET", path)).status, path).toBe(200);
  });

  it("a mistyped key is refused without asking anybody", async () => {
    expectRefusal(await hall.ask("GET", "/wcp/workers", { key: `${tenant.key}x` }), 401, "KEY_MALFORMED");
  });

  it("a snapshot that has grown old decides nothing: the denial could not be recorded, so it is 503", async () => {
    await later(async () => {
      expectRefusal(
        await hall.ask("POST", "/wcp/route", { key: tenant.key, body: request(tenant.identity) }),
        503,
        "LEDGER_UNAVAILABLE",
      );
    });
  });
});

it("a snapshot older than its limit is denied, with a receipt, where the database can still record", async () => {
  await expect
    .poll(async () => (await hall.ask("GET", "/wcp/workers", { key: tenant.key })).status, {
      timeout: 20_000,
    })
    .toBe(200);
  const { snapshots } = hall.hall;
  const { poll } = snapshots;
  snapshots.poll = async () => {
    throw new Error("nobody says any more that the snapshot still holds");
  };
  await later(async () => {
    const before = worker.received.length;
    const { status, body } = await hall.ask<RouteAnswer>("POST", "/wcp/dispatch", {
      key: tenant.key,
      body: request(tenant.identity),
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ denied: true, deny_code: "DENY_SNAPSHOT_STALE", dispatch: null });
    expect((await verified(body, hall.verifierKey)).policy_decision).toBe("DENY");
    expect(worker.received.length).toBe(before);
  });
  snapshots.poll = poll;
  await snapshots.poll();
  const { body } = await hall.ask<RouteAnswer>("POST", "/wcp/route", {
    key: tenant.key,
    body: request(tenant.identity),
  });
  expect(body.denied).toBe(false);
  await verifiedLedger(house, hall);
});

/** Runs `work` with the Hall's clock just past the age at which a snapshot is no ground for a decision. */
async function later(work: () => Promise<void>): Promise<void> {
  const { clock } = hall.hall;
  const { now } = clock;
  clock.now = () => now() + SNAPSHOT_MAX_AGE_MS + 1000;
  try {
    await work();
  } finally {
    clock.now = now;
  }
}
