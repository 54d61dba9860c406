import { afterAll, beforeAll, expect, it } from "vitest";
import type { CertificateView } from "../../src/operations/certificate/view.ts";
import type { RouteAnswer } from "../../src/operations/decision/answer.ts";
import { RECORD, request } from "../testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "../testing/http-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "../testing/running-hall.ts";
import { settle } from "../testing/settled.ts";
import { addMember, publishRules } from "../testing/tenant.ts";
import { removeFence, silenceSnapshots } from "./sabotage.ts";

/**
 * Whatever takes a right away is fenced (ARCHITECTURE 4, rule 3): a certificate is revoked while requests rest on it in two
 * instances. The log is the judge: no ALLOW that names it stands after the entry that revoked it.
 */

let house: TestHouse;
let halls: [OpenHall, OpenHall];
let worker: HttpWorker;

beforeAll(async () => {
  house = await openHouse();
  halls = [await house.open(), await house.open()];
  worker = await startHttpWorker(() => halls[0].url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

const REQUESTS = 300;
const LANES = 16;
const RULES = {
  rules: [
    {
      rule_id: "certified",
      match: { capability_id: "cap.doc.summarize" },
      decision: {
        candidate_workers_ranked: [{ worker_species_id: RECORD.worker_species_id }],
        preconditions: { must_be_certified: true },
      },
    },
  ],
};

interface Race {
  /** Leaves of decisions that rest on the certificate and stand after the entry that revoked it. */
  after: number[];
  before: number;
  answers: (string | undefined)[];
}

async function race(): Promise<Race> {
  const [one, other] = halls;
  const tenant = await settle(one, worker);
  const { session } = await addMember(one.hall, tenant.id, "compliance");
  await publishRules(one.hall, tenant.id, RULES);
  const { body: listed } = await one.ask<{ workers: { worker_record_hash: string }[] }>(
    "GET",
    "/wcp/workers",
    {
      key: tenant.key,
    },
  );
  const issued = await one.ask<CertificateView>("POST", `/wcp/workers/${RECORD.worker_id}/certificates`, {
    key: session,
    body: {
      record_hash: listed.workers[0]!.worker_record_hash,
      capabilities: ["cap.doc.summarize"],
      environments: ["dev"],
      data_labels: ["INTERNAL"],
      expires_in_seconds: 3600,
    },
  });
  if (issued.status !== 201) throw new Error(issued.text);
  const { certificate_id: id } = issued.body;
  for (const hall of halls) await hall.hall.snapshots.refresh(tenant.id);

  const answers: Race["answers"] = [];
  let asked = 0;
  let halfway: () => void;
  const isHalfway = new Promise<void>((resolve) => {
    halfway = resolve;
  });
  const lanes = Array.from({ length: LANES }, async () => {
    while (asked < REQUESTS) {
      const hall = asked++ % 2 ? one : other;
      const { body } = await hall.ask<RouteAnswer>("POST", "/wcp/route", {
        key: tenant.key,
        body: request(tenant.identity),
      });
      answers.push(body.deny_code ?? body.outcome);
      if (answers.length === REQUESTS / 3) halfway();
    }
  });
  await isHalfway;
  const revoked = await one.ask<{ leaf_index: number }>("POST", `/wcp/certificates/${id}/revoke`, {
    key: session,
    body: { reason: "privilege_withdrawn" },
  });
  if (revoked.status !== 200) throw new Error(revoked.text);
  await Promise.all(lanes);
  const { rows } = await house.admin.query<{ leaf: number }>(
    `SELECT leaf_index::int AS leaf FROM ledger.receipt
     WHERE tenant_id = $1 AND convert_from(body, 'UTF8')::jsonb #>> '{decision,certification,certificate_id}' = $2`,
    [tenant.id, id],
  );
  const leaves = rows.map(({ leaf }) => leaf);
  const after = leaves.filter((leaf) => leaf > revoked.body.leaf_index);
  return { after, before: leaves.length - after.length, answers };
}

it("no decision rests on a certificate after the entry that revoked it, however late the instances hear of it", async () => {
  for (const isLate of [false, true]) {
    if (isLate) await silenceSnapshots(house.admin);
    const { after, before, answers } = await race();
    expect(after).toEqual([]);
    // A race, not a procession.
    expect(before).toBeGreaterThan(20);
    expect(answers.filter((said) => said === "DENY_CERTIFICATION_REVOKED").length).toBeGreaterThan(20);
    expect(new Set(answers)).toEqual(new Set(["DISPATCH", "DENY_CERTIFICATION_REVOKED"]));
  }
}, 60_000);

it("without the fence the judge finds decisions after the revocation", async () => {
  await removeFence(house.admin);
  const after: number[] = [];
  for (let round = 0; round < 5 && after.length === 0; round++) after.push(...(await race()).after);
  expect(after.length).toBeGreaterThan(0);
}, 90_000);
