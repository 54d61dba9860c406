import { afterAll, beforeAll, expect, it } from "vitest";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { addSignatory, agreed, agreementAct, bound, DRAFT, TERMS } from "./testing/agreement.ts";
import { request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { type Settled, settle } from "./testing/settled.ts";

/** An agreement's quotas: how much work is started under it in an hour and a day, in all instances together. */

let house: TestHouse;
let halls: [OpenHall, OpenHall];
let worker: HttpWorker;

beforeAll(async () => {
  house = await openHouse();
  halls = [await house.open({ requireSignatory: true }), await house.open({ requireSignatory: true })];
  worker = await startHttpWorker(() => halls[0].url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

function quota(quotas: object) {
  return { ...DRAFT, terms: { ...TERMS, quotas } };
}

async function settled(): Promise<Settled & { owner: string }> {
  const tenant = await settle(halls[0], worker);
  return { ...tenant, owner: await addSignatory(house, halls[0], tenant.id) };
}

async function ask(
  tenant: Settled,
  how: "route" | "dispatch",
  at: OpenHall,
  changes = {},
): Promise<RouteAnswer> {
  const body = request(tenant.identity, changes);
  return (await at.ask<RouteAnswer>("POST", `/wcp/${how}`, { key: tenant.key, body })).body;
}

it("no more work is started than was agreed, however many ask at once in two instances", async () => {
  const tenant = await settled();
  await agreed(halls[0], tenant.owner, quota({ per_hour: 7, per_day: 100 }));
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, at) => ask(tenant, "dispatch", halls[at % 2 ? 1 : 0])),
  );
  const said = Map.groupBy(answers, ({ deny_code, outcome }) => deny_code ?? outcome);
  expect(said.get("DISPATCH")?.length).toBe(7);
  expect(said.get("DENY_QUOTA")?.length).toBe(17);
  // What nothing is started for is told the same.
  expect(await ask(tenant, "route", halls[1])).toMatchObject({ deny_code: "DENY_QUOTA" });
});

it("what starts nothing uses nothing: a route, a dry run, a denial", async () => {
  const tenant = await settled();
  const { agreement_id: id } = await agreed(halls[0], tenant.owner, quota({ per_day: 2 }));
  for (let times = 0; times < 4; times++) {
    expect(await ask(tenant, "route", halls[0])).toMatchObject({ outcome: "DISPATCH" });
    expect(await ask(tenant, "dispatch", halls[0], { dry_run: true })).toMatchObject({ denied: false });
    expect(await ask(tenant, "dispatch", halls[0], { capability_id: "cap.doc.nothing" })).toMatchObject({
      denied: true,
    });
  }
  for (const outcome of ["DISPATCH", "DISPATCH", "DENY"])
    expect(await ask(tenant, "dispatch", halls[0])).toMatchObject({ outcome });
  // Another version counts on from where the one before was.
  const amended = await agreementAct(halls[0], tenant.owner, `/${id}/versions`, {
    draft: quota({ per_day: 3 }),
  });
  await bound(halls[0], tenant.owner, amended.body);
  for (const outcome of ["DISPATCH", "DENY"])
    expect(await ask(tenant, "dispatch", halls[0])).toMatchObject({ outcome });
});

it("a period that is over is forgotten, and what was left stands in the receipt, from which the denial is derived again", async () => {
  const tenant = await settled();
  const { agreement_id: id } = await agreed(halls[0], tenant.owner, quota({ per_hour: 1 }));
  expect(await ask(tenant, "dispatch", halls[0])).toMatchObject({ outcome: "DISPATCH" });
  const denied = await ask(tenant, "dispatch", halls[0]);
  expect(denied).toMatchObject({
    deny_code: "DENY_QUOTA",
    receipt: { decision: { inputs: { agreements: [{ agreement_id: id, quota_left: 0 }] } } },
  });
  const { body } = await halls[0].ask<{ outcome: string }>(
    "GET",
    `/wcp/decisions/${denied.receipt.receipt_id}/replay`,
    { key: tenant.key },
  );
  expect(body.outcome).toBe("same");
  await house.admin.query(
    "UPDATE hall.agreement_use SET begins_at = begins_at - interval '1 hour' WHERE agreement_id = $1",
    [id],
  );
  // The instance that found it used up goes on saying so until the hour is over; the other one asks.
  expect(await ask(tenant, "dispatch", halls[0])).toMatchObject({ deny_code: "DENY_QUOTA" });
  expect(await ask(tenant, "dispatch", halls[1])).toMatchObject({ outcome: "DISPATCH" });
});
