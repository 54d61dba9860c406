import { afterAll, beforeAll, expect, it } from "vitest";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { type Lived, live } from "./probes/lived.ts";
import { enrollAt, RECORD, request, withHash } from "./testing/enrolled-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { verified } from "./testing/verified.ts";
import { verifiedLedger } from "./testing/whole-ledger.ts";

/** What two tenants may both call their own, and their work at the same time. What neither may read of the other: cross-tenant.test.ts. */

type DispatchAnswer = RouteAnswer & { outcome_receipt: { receipt: { receipt_id: string } } | null };

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let ours: Lived;
let theirs: Lived;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  [ours, theirs] = [await live(hall, "ours", 0), await live(hall, "theirs", 2)];
}, 120_000);
afterAll(async () => {
  await ours?.worker.close();
  await theirs?.worker.close();
  await house?.close();
});

it("a worker's id is free for each tenant: enrolling one that the other has makes one's own and changes nothing of theirs", async () => {
  // In a namespace that nobody has registered.
  const common = "org.everybodys.worker";
  const record = { ...RECORD, worker_species_id: "wrk.other.kind", worker_id: common };
  await enrollAt(hall, theirs.key, theirs.worker.url, { record });
  const before = await hall.ask<{ workers: object[] }>("GET", "/wcp/workers", { key: theirs.key });
  const bodies: string[] = [];
  for (const worker_id of [common, "org.nobody.worker"]) {
    const { status, body } = await hall.ask<Record<string, unknown>>("POST", "/enroll", {
      key: ours.key,
      body: withHash({ ...record, worker_id }),
    });
    expect(status).toBe(201);
    expect(body.worker_id).toBe(worker_id);
    bodies.push(Object.keys(body).sort().join());
  }
  expect(bodies[0]).toBe(bodies[1]);
  expect((await hall.ask("GET", "/wcp/workers", { key: theirs.key })).text).toBe(before.text);
});

it("a profile's id is free for each tenant: defining one that the other has makes one's own and changes nothing of theirs", async () => {
  const before = await hall.ask("GET", "/wcp/profiles", { key: theirs.key });
  for (const profile_id of [theirs.ids.profile[0]!, "prof.nobody.own"]) {
    const { status } = await hall.ask("PUT", `/wcp/profiles/${profile_id}`, {
      key: ours.sessions.operator,
      body: { profile: { profile_id, name: "ours", controls_required: ["ctrl.test.other"] } },
    });
    expect(status).toBe(200);
  }
  expect((await hall.ask("GET", "/wcp/profiles", { key: theirs.key })).text).toBe(before.text);
});

it("200 requests of two tenants at once, through two instances, stay apart", async () => {
  const before = await verifiedLedger(house, hall);
  const [oursBefore, theirsBefore] = [ours, theirs].map(({ worker }) => worker.received.length);
  const asked = Array.from({ length: 200 }, (_, n) => {
    const tenant = n % 2 === 0 ? ours : theirs;
    const correlation = `${tenant.correlation}-${n}`;
    return {
      tenant,
      correlation,
      answer: (n % 3 === 0 ? second : hall).ask<DispatchAnswer>(
        "POST",
        n % 10 < 2 ? "/wcp/dispatch" : "/wcp/route",
        {
          key: tenant.key,
          body: request(tenant.identity, {
            correlation_id: correlation,
            request: { text: correlation },
            // Some are denied: their receipts must not stray either.
            ...(n % 7 === 0 && { capability_id: "cap.doc.nothing" }),
          }),
        },
      ),
    };
  });
  for (const { tenant, correlation, answer } of asked) {
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(body).toMatchObject({ tenant_id: tenant.identity, correlation_id: correlation });
    const receipt = await verified(body, hall.verifierKey);
    expect(receipt).toMatchObject({
      chain: tenant.id,
      correlation_id: correlation,
      actor: { id: tenant.keyId },
    });
    if (receipt.worker_id !== null) expect(receipt.worker_id).toBe(tenant.ids.worker[0]);
    if (body.outcome_receipt?.receipt)
      expect(await verified(body.outcome_receipt as never, hall.verifierKey)).toMatchObject({
        chain: tenant.id,
        worker_id: tenant.ids.worker[0],
      });
  }

  const after = await verifiedLedger(house, hall);
  for (const { id, correlation, worker } of [ours, theirs]) {
    const added = after.get(id)?.slice(before.get(id)?.length) ?? [];
    const decisions = added.filter(({ kind }) => kind === "decision");
    expect(decisions).toHaveLength(100);
    for (const receipt of decisions) expect(receipt.correlation_id).toMatch(new RegExp(`^${correlation}-`));
    for (const work of worker.received.slice(worker === ours.worker ? oursBefore : theirsBefore))
      expect(work.request.text).toMatch(new RegExp(`^${correlation}-`));
  }
  expect(ours.worker.received.length).toBeGreaterThan(oursBefore! + 10);
  const { rows } = await house.admin.query(
    `SELECT count(*)::int AS n FROM ledger.receipt r WHERE convert_from(r.body, 'UTF8')::jsonb ->> 'chain' <> r.tenant_id::text`,
  );
  expect(rows[0].n).toBe(0);
});
