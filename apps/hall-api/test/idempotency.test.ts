import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
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
import { addKey, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { verifiedLedger } from "./testing/whole-ledger.ts";

type DispatchAnswer = RouteAnswer & {
  dispatch: { id: string; state: string; attempts: number } | null;
  result: { words: number } | null;
  outcome_receipt: { receipt: { receipt_id: string; receipt_hash: string }; seal: object } | null;
};

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let worker: HttpWorker;
let tenant: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  worker = await startHttpWorker(() => hall.url);
  [tenant, other] = [await addTenant(hall.hall), await addTenant(hall.hall)];
  for (const { key } of [tenant, other]) await enrollAt(hall, key, worker.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

let key: string;
let count = 0;
beforeEach(() => {
  key = `key-${count++}`;
  worker.behaviour = "answers";
});

const send = <Body = RouteAnswer>(
  path: "/wcp/route" | "/wcp/dispatch",
  changes: Record<string, unknown> = {},
  { at = hall, of = tenant, as = key as string | null } = {},
): Promise<Answer<Body>> =>
  at.ask<Body>("POST", path, {
    key: of.key,
    body: request(of.identity, changes),
    ...(as !== null && { headers: { "idempotency-key": as } }),
  });

const decisions = async (of = tenant) =>
  ((await verifiedLedger(house, hall)).get(of.id) ?? []).filter(({ kind }) => kind === "decision");

/** How many leaves the checkpoint of an answer covers. */
const covered = (body: RouteAnswer) => Number(body.seal.checkpoint.split("\n", 2)[1]);

describe("the same key with the same body", () => {
  it("is the same decision and the same receipt, proved against the checkpoint of the day", async () => {
    const first = await send("/wcp/route");
    await send("/wcp/route", {}, { as: null });
    const again = await send("/wcp/route");
    const elsewhere = await send("/wcp/route", {}, { at: second });
    for (const { status, body } of [again, elsewhere]) {
      expect(status).toBe(200);
      expect(body.receipt).toEqual(first.body.receipt);
      await verified(body, hall.verifierKey);
    }
    expect(covered(again.body)).toBeGreaterThan(covered(first.body));
    const { seal: _, ...said } = first.body;
    const { seal: __, ...repeated } = again.body;
    expect(repeated).toEqual(said);
  });

  it("is the same whatever the order and the spacing of its fields", async () => {
    const { body: first } = await send("/wcp/route");
    const reversed = Object.fromEntries(Object.entries(request(tenant.identity)).reverse());
    const { status, body } = await hall.ask<RouteAnswer>("POST", "/wcp/route", {
      key: tenant.key,
      body: JSON.stringify(reversed, null, 3),
      headers: { "idempotency-key": key },
    });
    expect(status).toBe(200);
    expect(body.receipt.receipt_hash).toBe(first.receipt.receipt_hash);
  });

  it("is the same denial, too", async () => {
    const changes = { capability_id: "cap.doc.nothing" };
    const { body: first } = await send("/wcp/route", changes);
    const { body: again } = await send("/wcp/route", changes);
    expect(again).toMatchObject({ deny_code: "DENY_NO_MATCHING_RULE", receipt: first.receipt });
    const { body: broken } = await send("/wcp/route", { env: "nowhere" }, { as: `${key}-b` });
    const { body: brokenAgain } = await send("/wcp/route", { env: "nowhere" }, { as: `${key}-b` });
    expect(brokenAgain.receipt).toEqual(broken.receipt);
  });

  it("starts no second work: result and closing receipt are those of the first", async () => {
    const before = worker.received.length;
    const { body: first } = await send<DispatchAnswer>("/wcp/dispatch");
    const { status, body: again } = await send<DispatchAnswer>("/wcp/dispatch", {}, { at: second });
    expect(status).toBe(200);
    expect(first.dispatch?.state).toBe("succeeded");
    expect(again).toMatchObject({
      receipt: first.receipt,
      dispatch: first.dispatch,
      result: first.result,
      outcome_receipt: { receipt: first.outcome_receipt?.receipt },
    });
    expect(worker.received.length).toBe(before + 1);
  });

  it("waits for work that still runs", async () => {
    worker.behaviour = "answers late";
    const before = worker.received.length;
    const first = send<DispatchAnswer>("/wcp/dispatch");
    await expect.poll(() => worker.received.length, { timeout: 10_000 }).toBe(before + 1);
    const again = send<DispatchAnswer>("/wcp/dispatch", {}, { at: second });
    await new Promise((resolve) => setTimeout(resolve, 100));
    worker.release();
    const [{ body: one }, { body: two }] = await Promise.all([first, again]);
    expect(two).toMatchObject({ receipt: one.receipt, dispatch: { state: "succeeded" }, result: one.result });
    expect(worker.received.length).toBe(before + 1);
  });

  it("H-041: 50 at once on two instances are one decision, one receipt, one dispatch, one run", async () => {
    const [before, runs] = [(await decisions()).length, worker.runs.length];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        send<DispatchAnswer>("/wcp/dispatch", {}, { at: n % 2 ? hall : second }),
      ),
    );
    const good = answers.filter(({ status }) => status === 200);
    for (const answer of answers.filter(({ status }) => status !== 200))
      expectRefusal(answer as unknown as Answer<Refusal>, 409, "IDEMPOTENCY_IN_FLIGHT");
    expect(good.length).toBeGreaterThan(25);
    const ids = new Set(good.map(({ body }) => body.decision_id));
    expect([...ids]).toHaveLength(1);
    expect(new Set(good.map(({ body }) => body.receipt.receipt_hash)).size).toBe(1);
    expect(new Set(good.map(({ body }) => body.outcome_receipt?.receipt.receipt_hash)).size).toBe(1);
    for (const { body } of good.slice(0, 5)) await verified(body, hall.verifierKey);

    expect((await decisions()).length).toBe(before + 1);
    expect(worker.runs.length).toBe(runs + 1);
    const { rows } = await house.admin.query("SELECT attempts FROM hall.dispatch WHERE id = $1", [
      [...ids][0],
    ]);
    expect(rows).toEqual([{ attempts: 1 }]);
  });

  it("H-041: 50 routes at once on two instances are one receipt", async () => {
    const before = (await decisions()).length;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => send("/wcp/route", {}, { at: n % 2 ? hall : second })),
    );
    const good = answers.filter(({ status }) => status === 200);
    expect(new Set(good.map(({ body }) => body.receipt.receipt_hash)).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 200))
      expectRefusal(answer as unknown as Answer<Refusal>, 409, "IDEMPOTENCY_IN_FLIGHT");
    expect((await decisions()).length).toBe(before + 1);
  });
});

describe("the same key with something else is refused with 422, and nothing is decided:", () => {
  const mismatch = async (
    path: "/wcp/route" | "/wcp/dispatch",
    changes: Record<string, unknown> = {},
    at = hall,
  ) => {
    const before = (await decisions()).length;
    const answer = await send<Refusal>(path, changes, { at });
    expectRefusal(answer, 422, "IDEMPOTENCY_MISMATCH");
    expect((await decisions()).length).toBe(before);
  };

  it("H-042: another body", async () => {
    await send("/wcp/route");
    await mismatch("/wcp/route", { env: "stage" });
    await mismatch("/wcp/route", { request: { text: "another" } }, second);
    await mismatch("/wcp/route", { unknown_field: 1 });
  });

  it("a dispatch after a route, and a route after a dispatch", async () => {
    await send("/wcp/route");
    await mismatch("/wcp/dispatch");
    key = `${key}-2`;
    await send("/wcp/dispatch");
    await mismatch("/wcp/route");
  });

  it("50 at once with two bodies: one of them wins, the other is told", async () => {
    const before = (await decisions()).length;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        send("/wcp/route", n % 4 < 2 ? {} : { env: "stage" }, { at: n % 2 ? hall : second }),
      ),
    );
    const hashes = answers.flatMap(({ status, body }) => (status === 200 ? [body.receipt.receipt_hash] : []));
    expect(new Set(hashes).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 200))
      expectRefusal(
        answer as unknown as Answer<Refusal>,
        answer.status === 409 ? 409 : 422,
        /^IDEMPOTENCY_(?:MISMATCH|IN_FLIGHT)$/,
      );
    expect((await decisions()).length).toBe(before + 1);
  });
});

describe("whose a key is", () => {
  it("H-043: each tenant has keys of its own, and learns nothing of the other's", async () => {
    const { body: ours } = await send("/wcp/route");
    const { status, body: theirs } = await send("/wcp/route", { env: "stage" }, { of: other });
    expect(status).toBe(200);
    expect(theirs.decision_id).not.toBe(ours.decision_id);
    expect((await verified(theirs, hall.verifierKey)).chain).toBe(other.id);
  });

  it("two API keys of one tenant share them: a retry after a change of key is still a retry", async () => {
    const { body: first } = await send("/wcp/route");
    const { secret } = await addKey(hall.hall, tenant);
    const { body: again } = await send("/wcp/route", {}, { of: { ...tenant, key: secret } });
    expect(again.receipt.receipt_hash).toBe(first.receipt.receipt_hash);
  });

  it("H-044: without a key each request is a new one", async () => {
    const [{ body: one }, { body: two }] = [
      await send("/wcp/route", {}, { as: null }),
      await send("/wcp/route", {}, { as: null }),
    ];
    expect(one.decision_id).not.toBe(two.decision_id);
  });
});

describe("a key that is none is refused with 400, and nothing is decided:", () => {
  it.each([
    ["empty", ""],
    ["only spaces", "   "],
    ["a space inside", "a b"],
    ["not ASCII", "caf\u00e9"],
    ["129 characters", "x".repeat(129)],
  ])("%s", async (_, text) => {
    const before = (await decisions()).length;
    for (const path of ["/wcp/route", "/wcp/dispatch"] as const) {
      const { problems } = expectRefusal(await send<Refusal>(path, {}, { as: text }), 400, "INVALID_REQUEST");
      expect(problems?.map((problem) => problem.path)).toEqual(["Idempotency-Key"]);
    }
    expect((await decisions()).length).toBe(before);
  });

  it("two of them", async () => {
    const answer = await hall.app.inject({
      method: "POST",
      url: "/wcp/route",
      headers: {
        authorization: `Bearer ${tenant.key}`,
        "content-type": "application/json",
        "idempotency-key": ["a", "b"],
      },
      payload: request(tenant.identity),
    });
    expect(answer.statusCode).toBe(400);
  });

  it("128 visible characters are one", async () => {
    expect((await send("/wcp/route", {}, { as: "~".repeat(128) })).status).toBe(200);
  });
});

it("what is asked with a key whose scope is gone is not answered from memory", async () => {
  await send<DispatchAnswer>("/wcp/dispatch");
  const { secret } = await addKey(hall.hall, tenant, { scopes: ["decision:make"] });
  const answer = await send<Refusal>("/wcp/dispatch", {}, { of: { ...tenant, key: secret } });
  // Another key's question is another question, whatever the words.
  expectRefusal(answer, 422, "IDEMPOTENCY_MISMATCH");
});
