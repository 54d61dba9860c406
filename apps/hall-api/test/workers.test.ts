import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { enrollAt, RECORD, request, withHash } from "./testing/enrolled-worker.ts";
import { startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type Refusal, type TestHouse } from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { epochOf, verifiedAct } from "./testing/verified-act.ts";

let house: TestHouse;
let hall: OpenHall;
/** Over the same database; nobody tells it anything but the database. */
let second: OpenHall;
let tenant: TestTenant;
let operator: string;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  tenant = await addTenant(hall.hall);
  operator = (await addMember(hall.hall, tenant.id)).session;
});
afterAll(() => house?.close());

type Changed = Refusal & { receipt_id: string; status: string; version: number };
const change = (verb: string, worker: string, reason = "to see") =>
  hall.ask<Changed>("POST", `/wcp/workers/${worker}/${verb}`, { key: operator, body: { reason } });
const route = async (at = hall, changes = {}) =>
  (
    await at.ask<RouteAnswer>("POST", "/wcp/route", {
      key: tenant.key,
      body: request(tenant.identity, changes),
    })
  ).body;

describe("suspending, resuming and retiring", () => {
  const worker = RECORD.worker_id;

  it("takes effect on the next decision of every instance, with a receipt each", async () => {
    await enrollAt(hall, tenant.key, "http://127.0.0.1:9/nobody");
    for (const one of [hall, second]) expect((await route(one)).selected_worker_id).toBe(worker);
    for (const [verb, action, status, selected] of [
      ["suspend", "suspended", "suspended", null],
      ["resume", "resumed", "active", worker],
      ["retire", "retired", "retired", null],
    ] as const) {
      const before = await epochOf(house, tenant.id);
      const { status: http, body } = await change(verb, worker, "an incident");
      expect([http, body.status], JSON.stringify(body)).toEqual([200, status]);
      expect(await epochOf(house, tenant.id)).toBe(before + 1);
      expect(await verifiedAct(hall, tenant.key, body.receipt_id)).toMatchObject({
        kind: "worker",
        action,
        subject: worker,
        details: { reason: "an incident" },
      });
      for (const one of [second, hall]) {
        const decision = await route(one);
        expect(decision.selected_worker_id, verb).toBe(selected);
        if (selected === null) {
          expect(decision.deny_reason_if_denied?.code).toBe("DENY_NO_AVAILABLE_WORKER");
          expect(decision.candidate_workers_ranked[0]?.skip_reason).toBe("unavailable");
        }
      }
    }
  });

  it("is refused where it is so already, and to a retired worker for ever", async () => {
    await enrollAt(hall, tenant.key, "http://127.0.0.1:9/nobody", {
      record: { ...RECORD, worker_id: "org.test.twice" },
    });
    expectRefusal(await change("resume", "org.test.twice"), 409, "CONFLICT");
    expect((await change("suspend", "org.test.twice")).status).toBe(200);
    expectRefusal(await change("suspend", "org.test.twice"), 409, "CONFLICT");
    expect((await change("retire", "org.test.twice")).status).toBe(200);
    for (const verb of ["suspend", "resume", "retire"])
      expectRefusal(await change(verb, "org.test.twice"), 409, "WORKER_RETIRED");
    expectRefusal(
      await hall.ask("POST", "/enroll", {
        key: tenant.key,
        body: withHash({ ...RECORD, worker_id: "org.test.twice" }),
      }),
      409,
      "WORKER_RETIRED",
    );
    expectRefusal(await change("suspend", "org.test.nobody"), 404, "NOT_FOUND");
  });

  it("is not a key's to do", async () => {
    for (const verb of ["suspend", "resume", "retire"])
      expectRefusal(
        await hall.ask("POST", `/wcp/workers/${worker}/${verb}`, { key: tenant.key, body: { reason: "x" } }),
        403,
        "FORBIDDEN",
      );
  });

  it("withdraws the grants of work that has not begun", async () => {
    const http = await startHttpWorker(() => hall.url);
    http.behaviour = "waits before redeeming";
    const alone = await addTenant(hall.hall);
    const { session } = await addMember(hall.hall, alone.id);
    try {
      await enrollAt(hall, alone.key, http.url);
      const running = hall.ask<{ dispatch: { state: string } }>("POST", "/wcp/dispatch", {
        key: alone.key,
        body: request(alone.identity),
      });
      await expect.poll(() => http.received.length).toBe(1);
      await hall.ask("POST", `/wcp/workers/${worker}/suspend`, { key: session, body: { reason: "stop" } });
      const { grant } = http.received[0]!;
      expectRefusal(
        await hall.ask("POST", "/wcp/grants/redeem", { body: { grant } }),
        409,
        "GRANT_WITHDRAWN",
      );
      http.release();
      expect((await running).body.dispatch.state).toBe("failed");
      expect(http.runs).toEqual([]);
    } finally {
      await http.close();
    }
  });
});

describe("a record", () => {
  it("is told everything that is wrong with it at once, the contract's first fault first", async () => {
    const { problems, code } = expectRefusal(
      await hall.ask("POST", "/enroll", {
        key: tenant.key,
        body: {
          worker_species_id: "wrk.doc.x",
          capabilities: [],
          artifact_hash: "sha256:no",
          risk_tier: "enormous",
          allowed_environments: ["nowhere", "dev"],
          blast_radius: { data: 9, network: -1 },
          contact: "x".repeat(300),
        },
      }),
      400,
      "INVALID_REQUEST",
    );
    expect(problems?.map(({ path }) => path)).toEqual([
      "worker_id",
      "capabilities",
      "artifact_hash",
      "risk_tier",
      "allowed_environments.0",
      "blast_radius.data",
      "blast_radius.network",
      "contact",
    ]);
    expect(code).toBe("INVALID_REQUEST");
  });

  it("keeps every version, and lists them with who enrolled them and the receipt", async () => {
    const worker = "org.test.versions";
    const texts = [1, 2].map((n) => withHash({ ...RECORD, worker_id: worker, notes: `version ${n}` }));
    const first = await hall.ask<Changed>("POST", "/enroll", { key: tenant.key, body: texts[0]! });
    const other = await hall.ask<Changed>("POST", "/wcp/workers", {
      key: operator,
      body: { record: texts[1] },
    });
    expect([first.body.version, other.body.version], other.text).toEqual([1, 2]);
    const { body } = await hall.ask<{
      record: string;
      versions: { worker_record_hash: string; enrolled_by: string; receipt_id: string }[];
    }>("GET", `/wcp/workers/${worker}`, { key: tenant.key });
    expect(JSON.parse(body.record)).toEqual(JSON.parse(texts[1]!));
    expect(
      body.versions.map(({ enrolled_by, receipt_id }) => [enrolled_by.split(":")[0], receipt_id]),
    ).toEqual([
      ["person", other.body.receipt_id],
      ["key", first.body.receipt_id],
    ]);
    for (const [at, text] of [
      [0, texts[1]!],
      [1, texts[0]!],
    ] as const) {
      const { body: stored } = await hall.ask<{ record: string }>(
        "GET",
        `/wcp/records/${body.versions[at]!.worker_record_hash}`,
        { key: tenant.key },
      );
      expect(JSON.parse(stored.record)).toEqual(JSON.parse(text));
    }
  });
});

describe("a namespace", () => {
  let other: TestTenant;
  let slug: string;
  const enrollIn = (one: TestTenant, namespace: string) =>
    hall.ask<Changed>("POST", "/enroll", {
      key: one.key,
      body: withHash({ ...RECORD, worker_id: `${namespace}.worker` }),
    });
  const asOperator = (path: string, body: object) =>
    hall.ask<Changed>("POST", path, { key: hall.operatorToken, body });

  beforeAll(async () => {
    other = await addTenant(hall.hall, { name: "other-tenant" });
    slug = other.identity.replace(/\.test$/, "");
  });

  it("that nobody registered is open to everybody", async () => {
    expect((await enrollIn(tenant, "org.globex")).status).toBe(201);
    expect((await enrollIn(other, "org.globex")).status).toBe(201);
  });

  it("H-031 that is registered is its tenant's alone, and nobody enrolls under what looks like it", async () => {
    const registered = await asOperator("/hall/namespaces", { tenant: slug, namespace: "org.initech" });
    expect(registered.status, registered.text).toBe(201);
    expect((await enrollIn(other, "org.initech")).status).toBe(201);
    const taken = expectRefusal(await enrollIn(tenant, "org.initech"), 403, "NAMESPACE_REFUSED");
    expect(taken.reason).toBe("taken");
    for (const lookAlike of ["org.1nitech", "org.lnitech", "org.ini-tech"]) {
      const alike = expectRefusal(await enrollIn(tenant, lookAlike), 403, "NAMESPACE_REFUSED", lookAlike);
      expect(alike.reason).toBe("alike");
      expectRefusal(
        await asOperator("/hall/namespaces", { tenant: slug, namespace: lookAlike }),
        409,
        "CONFLICT",
      );
    }
    expect((await enrollIn(tenant, "x.initech")).status).toBe(201);
    expectRefusal(
      await asOperator("/hall/namespaces", { tenant: slug, namespace: "org.initech" }),
      409,
      "CONFLICT",
    );
    expectRefusal(
      await asOperator("/hall/namespaces", { tenant: "nobody", namespace: "org.new" }),
      404,
      "NOT_FOUND",
    );
  });

  it("H-031 that was released is kept from others for a year, and comes back to who had it", async () => {
    const reason = "given up";
    expect((await asOperator("/hall/namespaces/org.initech/release", { reason })).status).toBe(200);
    expectRefusal(await asOperator("/hall/namespaces/org.initech/release", { reason }), 404, "NOT_FOUND");
    const ours = tenant.identity.replace(/\.test$/, "");
    const { free_at: freeAt } = expectRefusal(
      await asOperator("/hall/namespaces", { tenant: ours, namespace: "org.initech" }),
      409,
      "CONFLICT",
    );
    expect(Date.parse(freeAt as string)).toBeGreaterThan(Date.now() + 364 * 24 * 3600 * 1000);
    expect((await asOperator("/hall/namespaces", { tenant: slug, namespace: "org.initech" })).status).toBe(
      201,
    );
    await asOperator("/hall/namespaces/org.initech/release", { reason });
    await house.admin.query("UPDATE hall.namespace SET released_at = released_at - interval '366 days'");
    expect((await asOperator("/hall/namespaces", { tenant: ours, namespace: "org.initech" })).status).toBe(
      201,
    );
    const { body } = await hall.ask<{ namespaces: object[] }>("GET", "/hall/namespaces", {
      key: hall.operatorToken,
    });
    expect(body.namespaces).toEqual([
      { namespace: "org.initech", tenant: ours, registered_at: expect.any(String), released_at: null },
    ]);
  });
});
