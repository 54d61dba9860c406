import { afterAll, beforeAll, expect, it } from "vitest";
import type { RouteAnswer } from "../../src/operations/decision/answer.ts";
import { addSignatory, agreed, agreementAct } from "../testing/agreement.ts";
import { judgeAgreements } from "../testing/agreement-judge.ts";
import { request } from "../testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "../testing/http-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "../testing/running-hall.ts";
import { settle } from "../testing/settled.ts";
import { removeFence, silenceSnapshots } from "./sabotage.ts";

/**
 * Whatever takes a right away is fenced (ARCHITECTURE 4, rule 3): an agreement is terminated while requests rest on it in two
 * instances. The log is the judge: every ALLOW is borne out by the acts before it.
 */

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

const REQUESTS = 240;
const LANES = 16;

async function race(): Promise<{ unproved: number[]; judged: number; answers: (string | undefined)[] }> {
  const [one, other] = halls;
  const tenant = await settle(one, worker);
  const owner = await addSignatory(house, one, tenant.id);
  const { agreement_id: id } = await agreed(one, owner);
  for (const hall of halls) await hall.hall.snapshots.refresh(tenant.id);

  const answers: (string | undefined)[] = [];
  let asked = 0;
  let halfway: () => void;
  const isHalfway = new Promise<void>((resolve) => {
    halfway = resolve;
  });
  const lanes = Array.from({ length: LANES }, async () => {
    while (asked < REQUESTS) {
      const hall = asked++ % 2 ? one : other;
      const body = request(tenant.identity);
      const { body: answer } = await hall.ask<RouteAnswer>("POST", "/wcp/route", { key: tenant.key, body });
      answers.push(answer.deny_code ?? answer.outcome);
      if (answers.length === REQUESTS / 3) halfway();
    }
  });
  await isHalfway;
  const ended = await agreementAct(one, owner, `/${id}/terminate`, { reason: "it is over" });
  if (ended.status !== 200) throw new Error(ended.text);
  await Promise.all(lanes);
  return { ...(await judgeAgreements(house, tenant.id)), answers };
}

it("no decision rests on an agreement after the entry that ended it, however late the instances hear of it", async () => {
  for (const isLate of [false, true]) {
    if (isLate) await silenceSnapshots(house.admin);
    const { unproved, judged, answers } = await race();
    expect(unproved).toEqual([]);
    // A race, not a procession.
    expect(judged).toBeGreaterThan(20);
    expect(answers.filter((said) => said === "DENY_AGREEMENT_NOT_IN_FORCE").length).toBeGreaterThan(20);
    expect(new Set(answers)).toEqual(new Set(["DISPATCH", "DENY_AGREEMENT_NOT_IN_FORCE"]));
  }
}, 60_000);

it("without the fence the judge finds decisions after the end", async () => {
  await removeFence(house.admin);
  const after: number[] = [];
  for (let round = 0; round < 5 && after.length === 0; round++) after.push(...(await race()).unproved);
  expect(after.length).toBeGreaterThan(0);
}, 90_000);
