import type { TenantId } from "@guildhall/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RouteAnswer } from "../../src/operations/decision/answer.ts";
import { request } from "../testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "../testing/http-worker.ts";
import {
  addNamespace,
  addRunner,
  measure,
  OTHER_CODE,
  register,
  statement,
  WORKER,
} from "../testing/registered-code.ts";
import { type OpenHall, openHouse, type TestHouse } from "../testing/running-hall.ts";
import { type Settled, settle } from "../testing/settled.ts";
import { removeFence, silenceSnapshots } from "./sabotage.ts";

/**
 * A measurement that differs takes a right away: while it is taken at one instance, many requests run at another, which
 * hears of it late. The log is the judge.
 */

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let worker: HttpWorker;

beforeAll(async () => {
  house = await openHouse();
  await silenceSnapshots(house.admin);
  [hall, second] = [await house.open(), await house.open()];
  worker = await startHttpWorker(() => hall.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

interface Race {
  allowedBefore: number;
  allowedAfter: number;
  deniedAfter: number;
}

async function race(): Promise<Race> {
  const tenant = await settle(hall, worker);
  const namespace = await addNamespace(hall, tenant.id);
  const runner = await addRunner(hall, tenant);
  await register(hall, tenant.key, await statement(namespace.signer));
  await measure(hall, tenant.key, runner.signer);
  // The other instance has its own snapshot from here on, and hears of changes from its poll alone.
  await second.hall.snapshots.refresh(tenant.id);
  expect((await route(tenant)).denied).toBe(false);

  let isOver = false;
  let asked = 0;
  const lane = async () => {
    while (!isOver) {
      await route(tenant);
      asked++;
    }
  };
  const lanes = Promise.all(Array.from({ length: 8 }, lane));
  await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(20);
  const found = await measure(hall, tenant.key, runner.signer, { hash: OTHER_CODE as never });
  expect(found.body.alert_id).not.toBeNull();
  const reached = asked;
  await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(reached + 20);
  isOver = true;
  await lanes;
  return historyOf(tenant.id, found.body.alert_id!);
}

async function route(tenant: Settled): Promise<RouteAnswer> {
  const body = request(tenant.identity);
  const answer = await second.ask<RouteAnswer>("POST", "/wcp/route", { key: tenant.key, body });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

async function historyOf(tenant: TenantId, alert: string): Promise<Race> {
  const { rows } = await house.admin.query<Race>(
    `WITH alert AS (SELECT leaf_index FROM ledger.receipt WHERE receipt_id = $2),
       made AS (SELECT r.leaf_index > a.leaf_index AS after, convert_from(body, 'UTF8')::jsonb ->> 'policy_decision' AS outcome
         FROM ledger.receipt r, alert a WHERE r.tenant_id = $1 AND r.kind = 'decision')
     SELECT count(*) FILTER (WHERE NOT after AND outcome = 'ALLOW')::int AS "allowedBefore",
       count(*) FILTER (WHERE after AND outcome = 'ALLOW')::int AS "allowedAfter",
       count(*) FILTER (WHERE after AND outcome = 'DENY')::int AS "deniedAfter" FROM made`,
    [tenant, alert],
  );
  return rows[0]!;
}

it(`no ALLOW for ${WORKER} is recorded after its alert, in an instance that hears of it late`, async () => {
  const { allowedBefore, allowedAfter, deniedAfter } = await race();
  expect(allowedAfter).toBe(0);
  // A race, not a procession.
  expect(allowedBefore).toBeGreaterThan(10);
  expect(deniedAfter).toBeGreaterThan(10);
}, 60_000);

it("without the fence the judge finds some", async () => {
  await removeFence(house.admin);
  let after = 0;
  for (let round = 0; round < 5 && after === 0; round++) after += (await race()).allowedAfter;
  expect(after).toBeGreaterThan(0);
}, 120_000);
