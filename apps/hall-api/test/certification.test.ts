import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { remindOfRenewals } from "../src/certification/renewals.ts";
import type { CertificateView } from "../src/operations/certificate/view.ts";
import type { RequestView } from "../src/operations/certification/view.ts";
import { enrollAt, RECORD } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { type Settled, settle } from "./testing/settled.ts";
import { addMember } from "./testing/tenant.ts";
import { verifiedAct } from "./testing/verified-act.ts";

let house: TestHouse;
let hall: OpenHall;
let worker: HttpWorker;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  worker = await startHttpWorker(() => hall.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

interface Officer extends Settled {
  officer: string;
  officerId: string;
  recordHash: string;
}

async function settled(): Promise<Officer> {
  const tenant = await settle(hall, worker);
  const { id, session } = await addMember(hall.hall, tenant.id, "compliance");
  const { body } = await hall.ask<{ workers: { worker_record_hash: string }[] }>("GET", "/wcp/workers", {
    key: tenant.key,
  });
  return { ...tenant, officer: session, officerId: id, recordHash: body.workers[0]!.worker_record_hash };
}

const SCOPE = { capabilities: ["cap.doc.summarize"], environments: ["dev"], data_labels: ["INTERNAL"] };
const ACCEPTED = ["controls", "attestation", "envelope"].map((check) => ({
  check,
  accepted: true,
  note: "",
}));
const TERM = { expires_in_seconds: 90 * 24 * 3600 };

type Seen = RequestView & { evidence: { digest: string; is_of_this_record: boolean; items: Item[] } };
interface Item {
  check: string;
  met: boolean;
  code: string | null;
}

function ask(tenant: Officer, { key = tenant.operator, scope = SCOPE as object } = {}) {
  return hall.ask<RequestView>("POST", `/wcp/workers/${RECORD.worker_id}/certification-requests`, {
    key,
    body: { record_hash: tenant.recordHash, ...scope, note: "for the night run" },
  });
}

async function asked(tenant: Officer, options: Parameters<typeof ask>[1] = {}): Promise<RequestView> {
  const { status, body, text } = await ask(tenant, options);
  expect(status, text).toBe(201);
  return body;
}

async function seen({ officer }: Officer, id: string): Promise<Seen> {
  return (await hall.ask<Seen>("GET", `/wcp/certification-requests/${id}`, { key: officer })).body;
}

function decide(key: string, id: string, how: "grant" | "refuse" | "withdraw", body: object = {}) {
  return hall.ask<CertificateView>("POST", `/wcp/certification-requests/${id}/${how}`, { key, body });
}

async function granting(tenant: Officer, id: string, changes: object = {}) {
  const { evidence } = await seen(tenant, id);
  return { evidence_digest: evidence.digest, checklist: ACCEPTED, ...TERM, ...changes };
}

describe("a certification", () => {
  it("is asked for by an operator, examined and granted by an officer for what was asked, with the receipts of both", async () => {
    const tenant = await settled();
    const request = await asked(tenant);
    expect(request).toMatchObject({ state: "open", requested: { by: `person:${tenant.operatorId}` } });
    const { evidence } = await seen(tenant, request.request_id);
    expect(evidence.is_of_this_record).toBe(true);
    expect(evidence.items.map(({ check, met }) => [check, met])).toEqual([
      ["controls", true],
      ["attestation", true],
      ["envelope", true],
    ]);
    const granted = await decide(
      tenant.officer,
      request.request_id,
      "grant",
      await granting(tenant, request.request_id),
    );
    expect(granted.status, granted.text).toBe(201);
    expect(granted.body).toMatchObject({ ...SCOPE, state: "valid", record_hash: tenant.recordHash });
    const after = await seen(tenant, request.request_id);
    expect(after).toMatchObject({
      state: "granted",
      certificate_id: granted.body.certificate_id,
      decided: { by: `person:${tenant.officerId}`, receipt_id: granted.body.receipt_id },
    });
    expect(await verifiedAct(hall, tenant.key, request.requested.receipt_id)).toMatchObject({
      kind: "certification",
      action: "requested",
      subject: request.request_id,
    });
    expect(await verifiedAct(hall, tenant.key, granted.body.receipt_id)).toMatchObject({
      kind: "certification",
      action: "issued",
      details: {
        request_id: request.request_id,
        requested_by: `person:${tenant.operatorId}`,
        evidence_digest: evidence.digest,
        checklist: ACCEPTED,
      },
    });
    expectRefusal(
      (await decide(tenant.officer, request.request_id, "refuse", { reason: "too late" })) as never,
      409,
      "CONFLICT",
    );
  });

  it("is not granted by who asked for it, whatever else they may, nor in the database", async () => {
    const tenant = await settled();
    const { id, session: owner } = await addMember(hall.hall, tenant.id, "owner");
    const request = await asked(tenant, { key: owner });
    const body = await granting(tenant, request.request_id);
    expectRefusal((await decide(owner, request.request_id, "grant", body)) as never, 403, "FORBIDDEN");
    expectRefusal(
      (await decide(owner, request.request_id, "refuse", { reason: "mine" })) as never,
      403,
      "FORBIDDEN",
    );
    expect((await decide(tenant.officer, request.request_id, "grant", body)).status).toBe(201);
    await expect(
      house.admin.query("UPDATE hall.certification_request SET decided_by = $1 WHERE id = $2", [
        `person:${id}`,
        request.request_id,
      ]),
    ).rejects.toThrow(/granted_by_somebody_else/);
  });

  it("is decided by nobody whose role does not hold it, and by no key", async () => {
    const tenant = await settled();
    const request = await asked(tenant);
    const body = await granting(tenant, request.request_id);
    for (const role of ["admin", "operator", "approver", "auditor"] as const) {
      const { session } = await addMember(hall.hall, tenant.id, role);
      expectRefusal(
        (await decide(session, request.request_id, "grant", body)) as never,
        403,
        "FORBIDDEN",
        role,
      );
    }
    expectRefusal((await decide(tenant.key, request.request_id, "grant", body)) as never, 403, "FORBIDDEN");
    expectRefusal((await ask(tenant, { key: tenant.key })) as never, 403, "FORBIDDEN");
  });

  it("is granted by what was read: not once the record, or what the Hall finds, is another", async () => {
    const tenant = await settled();
    const request = await asked(tenant);
    const body = await granting(tenant, request.request_id);
    await enrollAt(hall, tenant.key, worker.url, { record: { ...RECORD, owner: "somebody else" } });
    expect((await seen(tenant, request.request_id)).evidence.is_of_this_record).toBe(false);
    expectRefusal(
      (await decide(tenant.officer, request.request_id, "grant", body)) as never,
      409,
      "CONFLICT",
    );
    const anew = await granting(tenant, request.request_id);
    expectRefusal(
      (await decide(tenant.officer, request.request_id, "grant", anew)) as never,
      409,
      "CONFLICT",
    );
  });

  it("is granted over what a decision would deny only with a word on it, and never with something left out", async () => {
    const tenant = await settled();
    // Restricted data in prod: the envelope holds; what no profile asks for is met.
    await hall.ask("PUT", "/wcp/environments/prod/profile", {
      key: tenant.operator,
      body: { profile_id: "prof.prod.strict" },
    });
    const request = await asked(tenant, {
      scope: { ...SCOPE, environments: ["prod"], data_labels: ["RESTRICTED"] },
    });
    const { evidence } = await seen(tenant, request.request_id);
    expect(evidence.items.filter(({ met }) => !met)).toMatchObject([
      { check: "attestation", code: "DENY_WORKER_ATTESTATION_MISSING" },
    ]);
    const tried = async (checklist: object[]) =>
      expectRefusal(
        (await decide(
          tenant.officer,
          request.request_id,
          "grant",
          await granting(tenant, request.request_id, { checklist }),
        )) as never,
        400,
        "INVALID_REQUEST",
      ).problems?.map(({ path }) => path);
    expect(await tried(ACCEPTED)).toEqual(["checklist.attestation"]);
    expect(await tried([])).toEqual(["checklist.controls", "checklist.attestation", "checklist.envelope"]);
    const noted = ACCEPTED.map((one) =>
      one.check === "attestation" ? { ...one, note: "measured next week" } : one,
    );
    const body = await granting(tenant, request.request_id, { checklist: noted });
    expect((await decide(tenant.officer, request.request_id, "grant", body)).status).toBe(201);
  });

  it("is refused with a reason, and taken back by who asked for it and nobody else", async () => {
    const tenant = await settled();
    const [one, other] = [await asked(tenant), await asked(tenant)];
    expectRefusal(
      (await decide(tenant.officer, one.request_id, "refuse", {})) as never,
      400,
      "INVALID_REQUEST",
    );
    const refused = await decide(tenant.officer, one.request_id, "refuse", {
      reason: "its envelope is too wide",
    });
    expect(refused.body).toMatchObject({ state: "refused", reason: "its envelope is too wide" });
    const { decided } = await seen(tenant, one.request_id);
    expect(await verifiedAct(hall, tenant.key, decided!.receipt_id)).toMatchObject({
      action: "refused",
      subject: one.request_id,
      details: { reason: "its envelope is too wide" },
    });
    const { session: another } = await addMember(hall.hall, tenant.id, "operator");
    expectRefusal((await decide(another, other.request_id, "withdraw")) as never, 403, "FORBIDDEN");
    expect((await decide(tenant.operator, other.request_id, "withdraw")).body).toMatchObject({
      state: "withdrawn",
    });
    expectRefusal(
      (await decide(
        tenant.officer,
        other.request_id,
        "grant",
        await granting(tenant, other.request_id),
      )) as never,
      409,
      "CONFLICT",
    );
  });

  it("of another tenant is not there, and is asked for no more than the record claims", async () => {
    const [ours, theirs] = [await settled(), await settled()];
    const { request_id: id } = await asked(theirs);
    expectRefusal(
      await hall.ask("GET", `/wcp/certification-requests/${id}`, { key: ours.officer }),
      404,
      "NOT_FOUND",
    );
    const body = await granting(theirs, id);
    for (const [how, what] of [
      ["grant", body],
      ["refuse", { reason: "x" }],
    ] as const)
      expectRefusal((await decide(ours.officer, id, how, what)) as never, 404, "NOT_FOUND");
    expectRefusal((await decide(ours.operator, id, "withdraw")) as never, 404, "NOT_FOUND");
    expectRefusal(
      (await ask(ours, { scope: { ...SCOPE, environments: ["edge"] } })) as never,
      400,
      "INVALID_REQUEST",
    );
  });
});

describe("a certificate that ends", () => {
  it("is reminded of once for each threshold, whichever instance finds it, and not once it was renewed", async () => {
    const tenant = await settled();
    const second = await house.open();
    const request = await asked(tenant);
    const { body: certificate } = await decide(
      tenant.officer,
      request.request_id,
      "grant",
      await granting(tenant, request.request_id),
    );
    const { certificate_id: id } = certificate;
    const remind = async () => {
      const all = [hall, second, hall].map((at) => remindOfRenewals(at.hall));
      return (await Promise.all(all)).reduce((sum, one) => sum + one, 0);
    };
    const endsIn = (time: string) =>
      house.admin.query(
        "UPDATE hall.certificate SET valid_from = now() - interval '60 d', valid_until = now() + $2::interval WHERE id = $1",
        [id, time],
      );
    expect(await remind()).toBe(0);
    for (const time of ["29 d", "6 d", "5 d", "1 h"]) {
      await endsIn(time);
      expect(await remind(), time).toBe(time === "5 d" ? 0 : 1);
      expect(await remind(), time).toBe(0);
    }
    const { body } = await hall.ask<{
      due: { certificate_id: string; notices: { days: number; receipt_id: string }[] }[];
    }>("GET", "/wcp/certification-reminders", { key: tenant.key });
    expect(body.due).toMatchObject([{ certificate_id: id, worker_id: RECORD.worker_id }]);
    const [{ notices }] = body.due as [(typeof body.due)[number]];
    expect(notices.map(({ days }) => days).sort((a, b) => a - b)).toEqual([1, 7, 30]);
    expect(await verifiedAct(hall, tenant.key, notices[0]!.receipt_id)).toMatchObject({
      kind: "notice",
      action: "renewal_due",
      subject: id,
    });
    await house.admin.query("DELETE FROM hall.certificate_reminder WHERE certificate_id = $1", [id]);
    const renewed = await hall.ask("POST", `/wcp/certificates/${id}/renew`, {
      key: tenant.officer,
      body: TERM,
    });
    expect(renewed.status, renewed.text).toBe(201);
    expect(await remind()).toBe(0);
    await second.stop();
  });
});
