import { openEnvelope } from "@guildhall/attestation";
import { AGREEMENT_ACCEPTANCE_TYPE, type AgreementAcceptance } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgreementView } from "../src/operations/agreement/view.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { agreed, agreementAct, bound, DRAFT, newestOf, stepUp, TERMS } from "./testing/agreement.ts";
import { judgeAgreements } from "./testing/agreement-judge.ts";
import { request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { type Settled, settle } from "./testing/settled.ts";
import { addKey, addMember } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { epochOf, verifiedAct } from "./testing/verified-act.ts";

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let worker: HttpWorker;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [
    await house.open({ requireSignatory: true }),
    await house.open({ requireSignatory: true }),
  ];
  worker = await startHttpWorker(() => hall.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

interface Bound extends Settled {
  /** Of somebody who may bind the tenant, and has just shown who they are. */
  signatory: string;
  signatoryId: string;
  signatorySession: string;
}

async function settled(): Promise<Bound> {
  const tenant = await settle(hall, worker);
  const { id, session, sessionId } = await addMember(hall.hall, tenant.id, "owner");
  await stepUp(house, sessionId);
  return { ...tenant, signatory: session, signatoryId: id, signatorySession: sessionId };
}

async function route(tenant: Settled, changes: object = {}, at = hall): Promise<RouteAnswer> {
  const body = request(tenant.identity, { ...changes });
  return (await at.ask<RouteAnswer>("POST", "/wcp/route", { key: tenant.key, body })).body;
}

async function replayed(tenant: Settled, { receipt }: RouteAnswer): Promise<string> {
  const { body } = await hall.ask<{ outcome: string }>("GET", `/wcp/decisions/${receipt.receipt_id}/replay`, {
    key: tenant.key,
  });
  return body.outcome;
}

const because = { reason: "the quarter is over" };

describe("a Hall that requires a signatory", () => {
  it("starts nothing without an agreement in force, and names the one that it rests on, in every instance", async () => {
    const tenant = await settled();
    for (const at of [hall, second])
      expect(await route(tenant, {}, at)).toMatchObject({ deny_code: "DENY_AGREEMENT_REQUIRED" });
    const drafted = await agreementAct(hall, tenant.signatory, "", DRAFT);
    expect(drafted.status, drafted.text).toBe(201);
    expect(await route(tenant)).toMatchObject({ deny_code: "DENY_AGREEMENT_REQUIRED" });

    const active = await bound(hall, tenant.signatory, drafted.body);
    expect(active).toMatchObject({ state: "active", in_force: true, version: 1, waits_for: null });
    const { digest } = newestOf(active);
    for (const at of [hall, second]) {
      const allowed = await route(tenant, {}, at);
      expect(allowed).toMatchObject({ outcome: "DISPATCH" });
      const named = { agreement_id: active.agreement_id, version: 1, digest };
      expect(await verified(allowed, hall.verifierKey)).toMatchObject({
        decision: {
          agreement: named,
          inputs: { signatory_required: true, agreements: [{ ...named, state: "active" }] },
        },
      });
      expect(await replayed(tenant, allowed)).toBe("same");
    }
  });

  it("denies with the next decision after a suspension, allows after it was resumed, and never after it was terminated", async () => {
    const tenant = await settled();
    const { agreement_id: id } = await agreed(hall, tenant.signatory);
    for (const [act, outcome] of [
      ["suspend", { deny_code: "DENY_AGREEMENT_NOT_IN_FORCE" }],
      ["resume", { outcome: "DISPATCH" }],
      ["terminate", { deny_code: "DENY_AGREEMENT_NOT_IN_FORCE" }],
    ] as const) {
      const before = await epochOf(house, tenant.id);
      const done = await agreementAct(hall, tenant.signatory, `/${id}/${act}`, because);
      expect(done.status, done.text).toBe(200);
      expect(await epochOf(house, tenant.id)).toBe(before + 1);
      for (const at of [hall, second]) {
        const answer = await route(tenant, {}, at);
        expect(answer).toMatchObject(outcome);
        expect(await replayed(tenant, answer)).toBe("same");
      }
    }
    for (const act of ["resume", "suspend", "terminate"])
      expectRefusal(
        (await agreementAct(hall, tenant.signatory, `/${id}/${act}`, because)) as never,
        409,
        "CONFLICT",
      );
    expect(await judgeAgreements(house, tenant.id)).toEqual({ unproved: [], judged: 2, acts: 7 });
  });

  it("goes by the version in force until the next one is activated, then by that one", async () => {
    const tenant = await settled();
    const { agreement_id: id } = await agreed(hall, tenant.signatory);
    const narrower = { ...DRAFT, terms: { ...TERMS, environments: ["stage"] } };
    const amended = await agreementAct(hall, tenant.signatory, `/${id}/versions`, { draft: narrower });
    expect(amended.status, amended.text).toBe(201);
    expect(amended.body).toMatchObject({ version: 1, newest_version: 2, waits_for: "signature" });
    expect(await route(tenant)).toMatchObject({ outcome: "DISPATCH" });
    await bound(hall, tenant.signatory, amended.body);
    for (const at of [hall, second]) {
      expect(await route(tenant, {}, at)).toMatchObject({ deny_code: "DENY_AGREEMENT_TERMS" });
      expect(await route(tenant, { env: "stage" }, at)).toMatchObject({ outcome: "DISPATCH" });
    }
    expect((await judgeAgreements(house, tenant.id)).unproved).toEqual([]);
  });

  it("holds to each term: capability, environment, data label, blast and agent", async () => {
    const tenant = await settled();
    const other = await addKey(hall.hall, tenant);
    await agreed(hall, tenant.signatory, {
      ...DRAFT,
      terms: {
        capabilities: ["cap.doc.summarize"],
        environments: ["dev"],
        data_labels: ["INTERNAL"],
        max_blast_score: 40,
        agents: [tenant.keyId],
      },
    });
    expect(await route(tenant)).toMatchObject({ outcome: "DISPATCH" });
    for (const beyond of [{ env: "stage" }, { data_label: "PUBLIC" }, { blast_score: 41 }])
      expect(await route(tenant, beyond), JSON.stringify(beyond)).toMatchObject({
        deny_code: "DENY_AGREEMENT_TERMS",
      });
    const stranger = await settled();
    await agreed(hall, stranger.signatory, {
      ...DRAFT,
      terms: { ...TERMS, capabilities: ["cap.doc.translate"] },
    });
    expect(await route(stranger)).toMatchObject({ deny_code: "DENY_AGREEMENT_TERMS" });
    const anothers = await route({ ...tenant, key: other.secret });
    expect(anothers).toMatchObject({ deny_code: "DENY_AGREEMENT_TERMS" });
    expect(await replayed(tenant, anothers)).toBe("same");
  });

  it("asks nothing of the kind where it is not required, but holds to what was agreed", async () => {
    const free = await house.open();
    const tenant = await settled();
    expect(await route(tenant, {}, free)).toMatchObject({ outcome: "DISPATCH" });
    await agreed(hall, tenant.signatory, { ...DRAFT, terms: { ...TERMS, environments: ["stage"] } });
    expect(await route(tenant, {}, free)).toMatchObject({ deny_code: "DENY_AGREEMENT_TERMS" });
    await free.stop();
  });
});

describe("an agreement", () => {
  it("is signed by a person who has just shown who they are, and by no key and no other role", async () => {
    const tenant = await settled();
    const { body: drafted } = await agreementAct(hall, tenant.signatory, "", DRAFT);
    const sign = (key: string) =>
      agreementAct(hall, key, `/${drafted.agreement_id}/sign`, newestOf(drafted)) as Promise<never>;
    for (const role of ["admin", "operator", "approver", "compliance", "auditor"] as const) {
      const member = await addMember(hall.hall, tenant.id, role);
      await stepUp(house, member.sessionId);
      expectRefusal(await sign(member.session), 403, "FORBIDDEN", role);
    }
    expectRefusal(await sign(tenant.key), 403, "FORBIDDEN", "a key");
    // Five minutes ago, in the future, never.
    for (const at of ["now() - interval '301 s'", "now() + interval '301 s'", "NULL"]) {
      await stepUp(house, tenant.signatorySession, at);
      expectRefusal(await sign(tenant.signatory), 403, "STEP_UP_REQUIRED", at);
    }
    await stepUp(house, tenant.signatorySession);
    expect((await sign(tenant.signatory)) as object).toMatchObject({ status: 200 });
    expectRefusal(await sign(tenant.signatory), 409, "CONFLICT", "twice");
  });

  it("is countersigned by the Hall's agreement key over the digest of what was signed, and each act is a receipt", async () => {
    const tenant = await settled();
    const { agreement_id: id } = await agreed(hall, tenant.signatory);
    const { body: view } = await hall.ask<AgreementView>("GET", `/wcp/agreements/${id}`, { key: tenant.key });
    const [{ digest, drafted, signed, countersigned, activated }] = view.versions as [
      AgreementView["versions"][number],
    ];
    const { body: keys } = await hall.ask<{ keys: { roles: string[]; spki: string; key_id: string }[] }>(
      "GET",
      "/.well-known/hall-keys.json",
    );
    const key = keys.keys.find(({ roles }) => roles.includes("agreement"))!;
    expect(countersigned?.key_id).toBe(key.key_id);
    const opened = await openEnvelope(countersigned!.envelope, {
      payloadType: AGREEMENT_ACCEPTANCE_TYPE,
      keys: [new Uint8Array(Buffer.from(key.spki, "base64").subarray(-32))],
    });
    expect(opened.ok).toBe(true);
    if (opened.ok)
      expect(JSON.parse(Buffer.from(opened.payload).toString())).toEqual({
        hall: "hall.test/log",
        agreement_id: id,
        version: 1,
        digest,
        signed_by_receipt: signed!.receipt_id,
      } satisfies AgreementAcceptance);
    for (const [act, action, actor] of [
      [drafted, "drafted", tenant.signatoryId],
      [signed, "signed", tenant.signatoryId],
      [countersigned, "countersigned", "agreement"],
      [activated, "activated", tenant.signatoryId],
    ] as const)
      expect(await verifiedAct(hall, tenant.key, act!.receipt_id)).toMatchObject({
        kind: "agreement",
        action,
        subject: id,
        actor: { id: actor },
        details: { version: 1, digest },
      });
  });

  it("is countersigned when it is activated, where that was cut off before", async () => {
    const tenant = await settled();
    const { body: drafted } = await agreementAct(hall, tenant.signatory, "", DRAFT);
    const path = `/${drafted.agreement_id}`;
    const { open } = hall.hall.keyring;
    hall.hall.keyring.open = () => Promise.reject(new Error("cut off"));
    try {
      expect((await agreementAct(hall, tenant.signatory, `${path}/sign`, newestOf(drafted))).status).toBe(
        500,
      );
    } finally {
      hall.hall.keyring.open = open;
    }
    const { body: cut } = await hall.ask<AgreementView>("GET", `/wcp/agreements${path}`, { key: tenant.key });
    expect(cut).toMatchObject({ state: "draft", waits_for: "countersignature" });
    expect(await route(tenant)).toMatchObject({ deny_code: "DENY_AGREEMENT_REQUIRED" });
    const active = await agreementAct(hall, tenant.signatory, `${path}/activate`, newestOf(drafted));
    expect(active.body).toMatchObject({ state: "active", waits_for: null });
    expect(await route(tenant)).toMatchObject({ outcome: "DISPATCH" });
  });

  it("is signed as it was read: not by another digest, and no version that a newer one has replaced", async () => {
    const tenant = await settled();
    const { body: drafted } = await agreementAct(hall, tenant.signatory, "", DRAFT);
    const path = `/${drafted.agreement_id}`;
    const first = newestOf(drafted);
    const digest = `sha256:${"0".repeat(64)}`;
    for (const act of ["sign", "activate"])
      expectRefusal(
        (await agreementAct(hall, tenant.signatory, `${path}/${act}`, { ...first, digest })) as never,
        409,
        "CONFLICT",
      );
    expectRefusal(
      (await agreementAct(hall, tenant.signatory, `${path}/activate`, first)) as never,
      409,
      "CONFLICT",
      "nobody has signed it",
    );
    await agreementAct(hall, tenant.signatory, `${path}/versions`, { draft: { ...DRAFT, title: "Other" } });
    expectRefusal(
      (await agreementAct(hall, tenant.signatory, `${path}/sign`, first)) as never,
      409,
      "CONFLICT",
    );
  });

  it("is drafted within its template, for the tenant's own identities, with every fault named at once", async () => {
    const tenant = await settled();
    const wrong = {
      ...DRAFT,
      template_id: "evaluation",
      identities: ["somebody.else"],
      terms: { ...TERMS, environments: ["prod"], data_labels: ["RESTRICTED"], max_blast_score: 51 },
      valid_until: null,
    };
    const { problems } = expectRefusal(
      (await agreementAct(hall, tenant.signatory, "", wrong)) as never,
      400,
      "INVALID_REQUEST",
    );
    expect(problems?.map(({ path }) => path).sort()).toEqual([
      "identities",
      "terms.data_labels",
      "terms.environments",
      "terms.max_blast_score",
      "valid_until",
    ]);
    for (const key of [tenant.key, (await addMember(hall.hall, tenant.id, "auditor")).session])
      expectRefusal((await agreementAct(hall, key, "", DRAFT)) as never, 403, "FORBIDDEN");
  });

  it("of another tenant is not there", async () => {
    const [ours, theirs] = [await settled(), await settled()];
    const view = await agreed(hall, theirs.signatory);
    const path = `/wcp/agreements/${view.agreement_id}`;
    expectRefusal(await hall.ask("GET", path, { key: ours.signatory }), 404, "NOT_FOUND");
    const { digest } = newestOf(view);
    expectRefusal(
      await hall.ask("GET", `/wcp/agreements/versions/${digest}`, { key: ours.signatory }),
      404,
      "NOT_FOUND",
    );
    for (const [act, body] of [
      ["sign", newestOf(view)],
      ["activate", newestOf(view)],
      ["suspend", because],
      ["resume", because],
      ["terminate", because],
      ["versions", { draft: DRAFT }],
    ] as const)
      expectRefusal(
        await hall.ask("POST", `${path}/${act}`, { key: ours.signatory, body }),
        404,
        "NOT_FOUND",
        act,
      );
    const { body: listed } = await hall.ask<{ agreements: unknown[] }>("GET", "/wcp/agreements", {
      key: ours.signatory,
    });
    expect(listed.agreements).toEqual([]);
  });
});
