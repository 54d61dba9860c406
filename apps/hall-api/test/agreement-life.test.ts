import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AgreementView } from "../src/operations/agreement/view.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { addSignatory, agreed, agreementAct, DRAFT, lapsed, newestOf } from "./testing/agreement.ts";
import { judgeAgreements } from "./testing/agreement-judge.ts";
import { request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { type Settled, settle } from "./testing/settled.ts";

/**
 * The life of an agreement, in every order: no order of acts makes one that was terminated, that has lapsed or that both
 * sides have not signed allow anything. A model says what each act may do; the receipts are the judge of what was decided.
 */

let house: TestHouse;
let hall: OpenHall;
let worker: HttpWorker;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open({ requireSignatory: true });
  worker = await startHttpWorker(() => hall.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

const ACTS = ["amend", "amend-lapsed", "sign", "activate", "suspend", "resume", "terminate"] as const;
type Act = (typeof ACTS)[number];

interface Model {
  state: AgreementView["state"];
  versions: { isLapsed: boolean; isSigned: boolean; isActivated: boolean }[];
  current: number | null;
}

/** What an act does to an agreement, or null where it is refused. */
function after(model: Model, act: Act): Model | null {
  const { state, versions } = model;
  if (state === "terminated") return null;
  const newest = versions.at(-1)!;
  const replaced = (change: object): Model => ({
    ...model,
    versions: [...versions.slice(0, -1), { ...newest, ...change }],
  });
  switch (act) {
    case "amend":
    case "amend-lapsed":
      return {
        ...model,
        versions: [...versions, { isLapsed: act === "amend-lapsed", isSigned: false, isActivated: false }],
      };
    case "sign":
      return newest.isSigned ? null : replaced({ isSigned: true });
    case "activate":
      if (!newest.isSigned || newest.isActivated) return null;
      return { ...replaced({ isActivated: true }), state: "active", current: versions.length - 1 };
    case "suspend":
      return state === "active" ? { ...model, state: "suspended" } : null;
    case "resume":
      return state === "suspended" ? { ...model, state: "active" } : null;
    case "terminate":
      return { ...model, state: "terminated" };
  }
}

function allows({ state, versions, current }: Model): boolean {
  return state === "active" && current !== null && !versions[current]!.isLapsed;
}

interface Life {
  tenant: Settled;
  owner: string;
  id: string;
}

async function begin(isLapsed: boolean): Promise<Life> {
  const tenant = await settle(hall, worker);
  const owner = await addSignatory(house, hall, tenant.id);
  const draft = isLapsed ? lapsed(hall.hall.clock.now()) : DRAFT;
  const { body } = await agreementAct(hall, owner, "", draft);
  return { tenant, owner, id: body.agreement_id };
}

async function doAct({ owner, id }: Life, act: Act): Promise<number> {
  const path = `/${id}`;
  const reason = { reason: "so it goes" };
  switch (act) {
    case "amend":
    case "amend-lapsed": {
      const draft = act === "amend" ? DRAFT : lapsed(hall.hall.clock.now());
      return (await agreementAct(hall, owner, `${path}/versions`, { draft })).status;
    }
    case "sign":
    case "activate": {
      const { body } = await hall.ask<AgreementView>("GET", `/wcp/agreements${path}`, {
        key: owner,
      });
      return (await agreementAct(hall, owner, `${path}/${act}`, newestOf(body))).status;
    }
    case "suspend":
    case "resume":
    case "terminate":
      return (await agreementAct(hall, owner, `${path}/${act}`, reason)).status;
  }
}

async function isAllowed({ tenant }: Life): Promise<boolean> {
  const body = request(tenant.identity);
  const { body: answer } = await hall.ask<RouteAnswer>("POST", "/wcp/route", { key: tenant.key, body });
  return answer.outcome === "DISPATCH";
}

it("no order of acts makes an agreement allow that was terminated, has lapsed, or is not signed by both", async () => {
  let allowed = 0;
  let refused = 0;
  // Acts that come far first: by themselves most orders end before anything is in force.
  const acts = fc.tuple(
    fc.constantFrom<Act[]>([], ["sign", "activate"], ["sign", "activate", "suspend"]),
    fc.array(fc.constantFrom(...ACTS), { maxLength: 5 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.boolean(), acts, async (isLapsed, [first, then]) => {
      const life = await begin(isLapsed);
      let model: Model = {
        state: "draft",
        versions: [{ isLapsed, isSigned: false, isActivated: false }],
        current: null,
      };
      for (const act of [...first, ...then]) {
        const next = after(model, act);
        const status = await doAct(life, act);
        expect(status < 300, `${act} in ${JSON.stringify(model)} was answered with ${status}`).toBe(
          next !== null,
        );
        if (next === null) refused++;
        model = next ?? model;
        const isOpen = await isAllowed(life);
        expect(isOpen, `after ${act}: ${JSON.stringify(model)}`).toBe(allows(model));
        if (isOpen) allowed++;
      }
      expect((await judgeAgreements(house, life.tenant.id)).unproved).toEqual([]);
    }),
    {
      numRuns: 10,
      examples: [
        [
          false,
          [
            ["sign", "activate"],
            ["suspend", "resume", "amend-lapsed", "sign", "activate"],
          ],
        ],
        [
          false,
          [
            ["sign", "activate", "suspend"],
            ["suspend", "sign", "activate", "terminate", "resume", "activate"],
          ],
        ],
      ],
    },
  );
  // It was a life, and not only its end.
  expect(allowed).toBeGreaterThan(3);
  expect(refused).toBeGreaterThan(3);
}, 120_000);

it("a terminated agreement that somebody moves back in the database is refused there, and found by the receipts where the guard is gone", async () => {
  const life = await begin(false);
  for (const act of ["sign", "activate", "terminate"] as const)
    expect(await doAct(life, act)).toBeLessThan(300);
  const moveBack = () =>
    house.admin.query("UPDATE hall.agreement SET state = 'active' WHERE id = $1", [life.id]);
  await expect(moveBack()).rejects.toThrow(/terminated agreement does not change/);
  await house.admin.query("ALTER TABLE hall.agreement DISABLE TRIGGER keep_agreement_ended");
  try {
    await moveBack();
  } finally {
    await house.admin.query("ALTER TABLE hall.agreement ENABLE TRIGGER keep_agreement_ended");
  }
  await hall.hall.snapshots.refresh(life.tenant.id);
  expect(await isAllowed(life)).toBe(true);
  expect((await judgeAgreements(house, life.tenant.id)).unproved).toHaveLength(1);
});

it("an agreement of before its time, and one after it, covers nothing", async () => {
  const tenant = await settle(hall, worker);
  const owner = await addSignatory(house, hall, tenant.id);
  const nowMs = hall.hall.clock.now();
  const later = new Date(nowMs + 3_600_000).toISOString();
  const life = { tenant, owner, id: "" };
  await agreed(hall, owner, { ...DRAFT, valid_from: later });
  expect(await isAllowed(life)).toBe(false);
  await agreed(hall, owner, lapsed(nowMs));
  expect(await isAllowed(life)).toBe(false);
  await agreed(hall, owner);
  expect(await isAllowed(life)).toBe(true);
});
