import { canonicalJson } from "@guildhall/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DEMO_RULES } from "../src/demo-rules.ts";
import { createDecisionAuditor, type DecisionAuditor } from "../src/ledger/decision-auditor.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { RECORD, request, withHash } from "./testing/enrolled-worker.ts";
import { furnish } from "./testing/furnished.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { raising } from "./testing/raising.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { type Settled, settle } from "./testing/settled.ts";

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let worker: HttpWorker;
let tenant: Settled;
let auditor: DecisionAuditor;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  worker = await startHttpWorker(() => hall.url);
  tenant = await settle(hall, worker);
  auditor = createDecisionAuditor({ ...raising(hall), pageSize: 7 });
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

const route = ({ key, identity }: Settled, at = hall) =>
  at.ask<RouteAnswer>("POST", "/wcp/route", { key, body: request(identity) });

async function edit(sql: string): Promise<void> {
  await house.admin.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);
  await hall.hall.snapshots.refresh(tenant.id);
}

it("finds nothing where decisions name what stood, whatever an operator did between them", async () => {
  const furnished = await furnish(hall, worker);
  for (const one of [tenant, furnished]) expect((await route(one)).status).toBe(200);
  expect(await auditor.audit()).toEqual([]);
});

it("finds nothing while two instances decide and the ground moves under them", async () => {
  let running = true;
  let count = 0;
  const deciding = [hall, second, hall, second].map(async (at) => {
    while (running) if ((await route(tenant, at)).body.outcome === "DISPATCH") count++;
  });
  const other = { ...DEMO_RULES, rules: DEMO_RULES.rules.slice(0, 1) };
  try {
    for (let n = 0; n < 6; n++) {
      const bundle = canonicalJson(n % 2 ? DEMO_RULES : other);
      const path = `/wcp/workers/${RECORD.worker_id}`;
      const moves: [string, string, object | string, string][] = [
        ["POST", "/wcp/rules/publish", { bundle, note: `${n}` }, tenant.operator],
        ["POST", "/enroll", withHash({ ...RECORD, owner: `org.test-${n}` }), tenant.key],
        ["POST", `${path}/suspend`, { reason: "a look" }, tenant.operator],
        ["POST", `${path}/resume`, { reason: "it is well" }, tenant.operator],
        ["PUT", `${path}/transport`, { kind: "http", url: `${worker.url}/${n}` }, tenant.key],
      ];
      for (const [method, path, body, key] of moves)
        expect((await (n % 3 ? hall : second).ask(method, path, { key, body })).status).toBeLessThan(300);
    }
  } finally {
    running = false;
    await Promise.all(deciding);
  }
  expect(count).toBeGreaterThan(20);
  expect(await auditor.audit()).toEqual([]);
}, 60_000);

it.each([
  [
    "rules that nobody published",
    "rule",
    `INSERT INTO hall.rule_bundle (tenant_id, digest, bundle)
       SELECT tenant_id, 'sha256:' || repeat('e', 64), bundle FROM hall.rule_bundle r
       WHERE digest = (SELECT digest FROM hall.active_bundle a WHERE a.tenant_id = r.tenant_id);
     UPDATE hall.active_bundle SET digest = 'sha256:' || repeat('e', 64)`,
    "UPDATE hall.active_bundle a SET digest = (SELECT digest FROM hall.bundle_publication p WHERE p.tenant_id = a.tenant_id ORDER BY number DESC LIMIT 1)",
  ],
  [
    "a worker that was suspended",
    "worker",
    "UPDATE hall.worker SET status = 'active'",
    "UPDATE hall.worker SET status = 'suspended'",
  ],
  [
    "an address that nobody set",
    "transport",
    "UPDATE hall.worker_transport SET digest = 'sha256:' || repeat('f', 64) WHERE version = (SELECT max(version) FROM hall.worker_transport)",
    null,
  ],
] as const)(
  "raises one alert of the tenant for a decision on %s, and none twice",
  async (_, kind, sql, back) => {
    if (kind === "worker") {
      const path = `/wcp/workers/${RECORD.worker_id}/suspend`;
      await hall.ask("POST", path, { key: tenant.operator, body: { reason: "a look" } });
      expect((await route(tenant)).body.denied).toBe(true);
      expect(await auditor.audit()).toEqual([]);
    }
    await edit(
      sql.replaceAll(
        /hall\.(active_bundle|worker) SET [^;]*/g,
        (set) => `${set} WHERE tenant_id = '${tenant.id}'`,
      ),
    );
    const { body } = await route(tenant);
    expect(body.denied).toBe(false);
    const found = await auditor.audit();
    expect(found).toMatchObject([{ chain: tenant.id, receiptId: body.decision_id, kind }]);
    const { body: shown } = await hall.ask<{ alerts: { code: string; level: string; message: string }[] }>(
      "GET",
      "/alerts",
      { key: tenant.key },
    );
    expect(shown.alerts[0]).toMatchObject({ code: "DECISION_UNFOUNDED", level: "error" });
    // Told once, by nobody else who reads the chain either.
    expect(await auditor.audit()).toEqual([]);
    expect(await createDecisionAuditor(raising(hall)).audit()).toEqual([]);
    if (back) await edit(back);
    if (kind === "worker")
      await hall.ask("POST", `/wcp/workers/${RECORD.worker_id}/resume`, {
        key: tenant.operator,
        body: { reason: "well" },
      });
    expect((await route(tenant)).body.denied).toBe(false);
  },
);

it("reads on behind a place where nothing stands any more", async () => {
  // In a log of its own, which is short: it is read receipt by receipt.
  const apart = await openHouse();
  try {
    const alone = await apart.open();
    const other = await settle(alone, worker);
    const taken = (await route(other, alone)).body.decision_id;
    await apart.admin.query(
      `BEGIN; SET LOCAL session_replication_role = replica;
       DELETE FROM ledger.chain_position WHERE leaf_index =
         (SELECT leaf_index FROM ledger.receipt_id_index WHERE receipt_id = '${taken}');
       UPDATE hall.worker_transport SET digest = 'sha256:' || repeat('f', 64); COMMIT`,
    );
    await alone.hall.snapshots.refresh(other.id);
    const { decision_id } = (await route(other, alone)).body;
    expect(await createDecisionAuditor({ ...raising(alone), pageSize: 1 }).audit()).toMatchObject([
      { chain: other.id, receiptId: decision_id, kind: "transport" },
    ]);
  } finally {
    await apart.close();
  }
});

it("a Hall that runs audits by itself: an edited row, an unfounded decision and an edited receipt are alerts within its rounds", async () => {
  const watching = await house.open({ auditSeconds: 1 });
  const alertsOf = async () => {
    const { rows } = await house.admin.query<{ body: Buffer }>(
      "SELECT body FROM ledger.receipt WHERE kind = 'alert' ORDER BY leaf_index",
    );
    return rows.map(({ body }) => JSON.parse(body.toString("utf8")).details.code as string);
  };
  const before = (await alertsOf()).length;
  await edit(
    `UPDATE hall.worker_transport SET digest = 'sha256:' || repeat('d', 64) WHERE tenant_id = '${tenant.id}'`,
  );
  expect((await route(tenant)).body.denied).toBe(false);
  await edit(
    `ALTER TABLE ledger.receipt DROP CONSTRAINT receipt_hash_is_of_body;
     UPDATE ledger.receipt SET body = convert_to(replace(convert_from(body, 'UTF8'), 'cap.doc.summarize', 'cap.doc.nothing'), 'UTF8')
     WHERE leaf_index = (SELECT max(leaf_index) FROM ledger.receipt WHERE kind = 'decision')`,
  );
  await expect
    .poll(async () => (await alertsOf()).slice(before), { timeout: 50_000, interval: 500 })
    .toEqual(expect.arrayContaining(["STATE_MISMATCH", "DECISION_UNFOUNDED", "LEDGER_CHANGED"]));
  await watching.stop();
}, 60_000);
