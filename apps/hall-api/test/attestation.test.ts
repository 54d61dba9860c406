import { createHash } from "node:crypto";
import { signMeasurement } from "@guildhall/attestation";
import { instant, type Measurement } from "@guildhall/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import {
  addNamespace,
  addRunner,
  answer,
  CODE,
  measure,
  newSigner,
  OTHER_CODE,
  register,
  statement,
  WORKER,
} from "./testing/registered-code.ts";
import { type OpenHall, openHouse, type Refusal, type TestHouse } from "./testing/running-hall.ts";
import { type Settled, settle } from "./testing/settled.ts";
import { addKey, addMember } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { epochOf, verifiedAct } from "./testing/verified-act.ts";

type Signers = Awaited<ReturnType<typeof addRunner>>;

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let worker: HttpWorker;
let tenant: Settled;
let namespace: Signers;
let runner: Signers;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  worker = await startHttpWorker(() => hall.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});
beforeEach(async () => {
  worker.behaviour = "answers";
  tenant = await settle(hall, worker);
  namespace = await addNamespace(hall, tenant.id);
  runner = await addRunner(hall, tenant);
});

const MEASURED = {
  profile_id: "prof.test.measured",
  name: "Measured",
  attestation_minimum: "runner-measured",
};
async function askFor(minimum: string): Promise<void> {
  const profile = { ...MEASURED, attestation_minimum: minimum };
  const key = tenant.operator;
  await hall.ask("PUT", `/wcp/profiles/${MEASURED.profile_id}`, { key, body: { profile } });
  await hall.ask("PUT", "/wcp/environments/dev/profile", { key, body: { profile_id: MEASURED.profile_id } });
}
const registerCode = async (method?: string, changes = {}) => {
  const registered = await register(hall, tenant.key, await statement(namespace.signer, changes), method);
  expect(registered.status, registered.text).toBe(201);
  return registered.body;
};
const measured = async (changes: Partial<Measurement> = {}, signer = runner.signer) => {
  const taken = await measure(hall, tenant.key, signer, changes);
  expect(taken.status, taken.text).toBe(201);
  return taken.body;
};
const route = async (at = hall, changes = {}) => {
  const body = request(tenant.identity, changes);
  return (await at.ask<RouteAnswer>("POST", "/wcp/route", { key: tenant.key, body })).body;
};
const denial = async (at = hall) => (await route(at)).deny_code;
const view = async () =>
  (await hall.ask<{ state: string }>("GET", `/wcp/workers/${WORKER}/attestation`, { key: tenant.key })).body;
const clear = (reason = "restored from the build", key = tenant.operator) =>
  hall.ask<{ receipt_id: string }>("POST", `/wcp/workers/${WORKER}/flag/clear`, { key, body: { reason } });
const alerts = async (key = tenant.key) =>
  (await hall.ask<{ alerts: Record<string, unknown>[]; count: number }>("GET", "/alerts", { key })).body;

describe("a worker's code", () => {
  it("is asked for by a profile: nothing registered, not measured, measured, each has its answer", async () => {
    expect(await denial()).toBeNull();
    await askFor("runner-measured");
    expect(await denial()).toBe("DENY_WORKER_ATTESTATION_MISSING");
    await registerCode();
    expect(await view()).toMatchObject({ state: "unmeasured", method: "runner-measured", measured: null });
    expect(await denial()).toBe("DENY_WORKER_HASH_UNAVAILABLE");
    expect(await measured()).toMatchObject({ matches: true, alert_id: null });
    expect(await view()).toMatchObject({ state: "matches", measured: { method: "runner-measured" } });
    for (const at of [hall, second]) {
      const allowed = await route(at);
      expect(allowed).toMatchObject({ outcome: "DISPATCH", worker_attestation_checked: true });
      expect(await verified(allowed, hall.verifierKey)).toMatchObject({
        decision: { attestation: { method: "runner-measured", valid: true } },
        worker_attestation_valid: true,
      });
    }
  });

  it("once registered is held to, also where nobody asks for it", async () => {
    await registerCode();
    expect(await denial()).toBe("DENY_WORKER_HASH_UNAVAILABLE");
    await measured();
    expect(await denial()).toBeNull();
  });

  it("counts as measured for so long and no longer", async () => {
    const brief = await house.open({ measurementValidMs: 1 });
    await registerCode();
    const taken = await measure(brief, tenant.key, runner.signer);
    expect(taken.body.matches).toBe(true);
    expect(await denial(brief)).toBe("DENY_WORKER_HASH_UNAVAILABLE");
    expect(await view()).toMatchObject({ state: "expired" });
    await brief.stop();
  });

  it("that is registered anew is measured anew", async () => {
    await registerCode();
    await measured();
    await registerCode(undefined, { package_hash: OTHER_CODE, worker_version: "2.0.0" });
    expect(await denial()).toBe("DENY_WORKER_HASH_UNAVAILABLE");
    expect(await measured({ hash: OTHER_CODE as never })).toMatchObject({ matches: true });
    expect(await denial()).toBeNull();
  });

  it("is recorded act by act, with commitments where a hash would stand", async () => {
    const { receipt_id, envelope_digest } = await registerCode();
    const act = await verifiedAct(hall, tenant.key, receipt_id);
    expect(act).toMatchObject({
      kind: "attestation",
      action: "registered",
      subject: WORKER,
      details: {
        method: "runner-measured",
        envelope_digest,
        registered_hash: expect.stringMatching(/^sha256:/),
      },
    });
    const found = await measured();
    const measurement = await verifiedAct(hall, tenant.key, found.receipt_id);
    expect(measurement).toMatchObject({
      kind: "attestation",
      action: "measured",
      details: {
        method: "runner-measured",
        matches: true,
        runner_id: runner.id,
        attestation_receipt_id: receipt_id,
      },
    });
    for (const body of [act, measurement]) expect(JSON.stringify(body)).not.toContain(CODE);
  });
});

describe("code that differs", () => {
  beforeEach(async () => {
    await askFor("runner-measured");
    await registerCode();
    await measured();
  });

  it("is denied, flagged and alerted in every instance, until an operator clears it and it is measured well", async () => {
    expect(await denial()).toBeNull();
    const before = await epochOf(house, tenant.id);
    const bad = await measured({ hash: OTHER_CODE as never });
    expect(bad).toMatchObject({ matches: false, alert_id: expect.any(String) });
    expect(await epochOf(house, tenant.id)).toBeGreaterThan(before);
    for (const at of [hall, second]) expect(await denial(at)).toBe("DENY_WORKER_TAMPERED");
    expect(await view()).toMatchObject({ state: "flagged", flag_receipt_id: bad.alert_id, cleared: null });
    expect(await verifiedAct(hall, tenant.key, bad.alert_id!)).toMatchObject({
      kind: "alert",
      action: "raised",
      subject: WORKER,
      actor: { kind: "hall", id: "attestation" },
      details: { code: "DENY_WORKER_TAMPERED", level: "error", measurement_receipt_id: bad.receipt_id },
    });
    // A good measurement alone changes nothing; neither does registering what is there now.
    await measured();
    expect(await denial()).toBe("DENY_WORKER_TAMPERED");
    await registerCode(undefined, { package_hash: OTHER_CODE });
    await measured({ hash: OTHER_CODE as never });
    for (const at of [hall, second]) expect(await denial(at)).toBe("DENY_WORKER_TAMPERED");

    const cleared = await clear();
    expect(cleared.status).toBe(200);
    expect(await verifiedAct(hall, tenant.key, cleared.body.receipt_id)).toMatchObject({
      kind: "alert",
      action: "cleared",
      subject: WORKER,
      actor: { kind: "person", id: tenant.operatorId },
      details: { flag_id: bad.alert_id, reason: "restored from the build" },
    });
    expect(await view()).toMatchObject({
      ...{ state: "unmeasured", flagged_since: null, flag_receipt_id: null },
      cleared: {
        flag_receipt_id: bad.alert_id,
        by: `person:${tenant.operatorId}`,
        reason: "restored from the build",
      },
    });
    for (const at of [hall, second]) expect(await denial(at)).toBe("DENY_WORKER_HASH_UNAVAILABLE");
    await measured({ hash: OTHER_CODE as never });
    for (const at of [hall, second]) expect(await denial(at)).toBeNull();
  });

  it("alerts once for as long as the flag stands, and again after it was cleared", async () => {
    for (let n = 0; n < 3; n++) await measured({ hash: OTHER_CODE as never });
    expect(await alerts()).toMatchObject({ count: 1 });
    await clear();
    await measured({ hash: OTHER_CODE as never });
    expect(await alerts()).toMatchObject({ count: 2 });
  });

  it("stands at GET /alerts in the words of the public Hall server, newest first, and for this tenant alone", async () => {
    const { alert_id } = await measured({ hash: OTHER_CODE as never });
    const { alerts: list, count } = await alerts();
    expect(count).toBe(1);
    expect(list).toEqual([
      {
        alert_id,
        created_at: expect.stringMatching(/Z$/),
        level: "error",
        code: "DENY_WORKER_TAMPERED",
        message: expect.stringContaining(WORKER),
        worker_id: WORKER,
        capability_id: null,
      },
    ]);
    const other = await settle(hall, worker);
    expect(await alerts(other.key)).toEqual({ alerts: [], count: 0, next: null });
  });

  it("is cleared by an operator who gives a reason, and by nobody else", async () => {
    await measured({ hash: OTHER_CODE as never });
    expectRefusal((await clear("")) as never, 400, "INVALID_REQUEST");
    expectRefusal((await clear("x", tenant.key)) as never, 403, "FORBIDDEN");
    const { session } = await addMember(hall.hall, tenant.id, "compliance");
    expectRefusal((await clear("x", session)) as never, 403, "FORBIDDEN");
    const other = await settle(hall, worker);
    expectRefusal((await clear("x", other.operator)) as never, 404, "NOT_FOUND");
    expect(await denial()).toBe("DENY_WORKER_TAMPERED");
    expect((await clear()).status).toBe(200);
    expectRefusal((await clear()) as never, 404, "NOT_FOUND");
  });

  it("starts nothing that was granted before: the grant is withdrawn when it is redeemed", async () => {
    worker.behaviour = "waits before redeeming";
    const received = worker.received.length;
    const running = hall.ask<{ dispatch: { state: string } }>("POST", "/wcp/dispatch", {
      key: tenant.key,
      body: request(tenant.identity),
    });
    await expect.poll(() => worker.received.length).toBeGreaterThan(received);
    const { grant } = worker.received.at(-1)!;
    await measured({ hash: OTHER_CODE as never });
    const redeemed = await hall.ask<Refusal>("POST", "/wcp/grants/redeem", { body: { grant } });
    expectRefusal(redeemed, 409, "GRANT_WITHDRAWN");
    const runs = worker.runs.length;
    worker.release();
    expect((await running).body.dispatch).toMatchObject({ state: "failed" });
    expect(worker.runs.length).toBe(runs);
  });
});

describe("a registration", () => {
  const refused = async (envelope: string, reason: string, method?: string) => {
    const { status, body } = await register(hall, tenant.key, envelope, method);
    expect([status, (body as unknown as Refusal).code, (body as unknown as Refusal).reason]).toEqual([
      422,
      "ATTESTATION_INVALID",
      reason,
    ]);
  };

  it("by a key of no namespace, of another namespace, or of another tenant's is refused", async () => {
    await refused(await statement(await newSigner()), "ENVELOPE_SIGNATURE_INVALID");
    const foreign = await addNamespace(hall, tenant.id, "org.other");
    await refused(await statement(foreign.signer), "ENVELOPE_SIGNATURE_INVALID");
    const other = await settle(hall, worker);
    const theirs = await addNamespace(hall, other.id);
    await refused(await statement(theirs.signer), "ENVELOPE_SIGNATURE_INVALID");
    const bare = await settle(hall, worker);
    const unknown = await register(hall, bare.key, await statement(namespace.signer));
    expect((unknown.body as unknown as Refusal).reason).toBe("NAMESPACE_KEY_UNKNOWN");
  });

  it("of another worker, of another species, or of another kind of statement is refused (H-054)", async () => {
    await refused(await statement(namespace.signer, { worker_id: "org.test.other" }), "WORKER_OTHER");
    await refused(await statement(namespace.signer, { worker_species_id: "wrk.doc.other" }), "SPECIES_OTHER");
    const measurement = await signMeasurement(namespace.signer, {
      type: "guildhall/measurement/v1",
      hall: "hall.test/log",
      worker_id: WORKER,
      method: "runner-measured",
      hash: CODE as never,
      nonce: "0".repeat(64),
      measured_at: instant(0),
    });
    await refused(measurement, "ENVELOPE_TYPE_OTHER");
    await refused("{}", "ENVELOPE_MALFORMED");
  });

  it("names what its way of measuring needs, and no way that nothing here can check", async () => {
    await refused(await statement(namespace.signer), "WORKER_KEY_MISSING", "self-reported");
    await refused(await statement(namespace.signer), "IMAGE_DIGEST_MISSING", "oci-digest");
    const tee = await register(hall, tenant.key, await statement(namespace.signer), "tee");
    expectRefusal(tee as never, 400, "INVALID_REQUEST");
  });

  it("of a worker that is not enrolled, or is another tenant's, is not found", async () => {
    const path = "/wcp/workers/org.test.nobody/attestation";
    const envelope = await statement(namespace.signer);
    expectRefusal(await hall.ask("POST", path, { key: tenant.key, body: { envelope } }), 404, "NOT_FOUND");
    expectRefusal(await hall.ask("GET", path, { key: tenant.key }), 404, "NOT_FOUND");
  });

  it("under a key that is retired counts no more, in any instance, and no new one is taken", async () => {
    await registerCode();
    await measured();
    for (const at of [hall, second]) expect(await denial(at)).toBeNull();
    const retired = await hall.ask<{ receipt_id: string }>(
      "POST",
      `/hall/namespace-keys/${namespace.id}/retire`,
      { key: hall.operatorToken, body: { reason: "lost" } },
    );
    expect(retired.status).toBe(200);
    for (const at of [hall, second]) expect(await denial(at)).toBe("DENY_WORKER_HASH_UNAVAILABLE");
    expect(await view()).toMatchObject({ state: "key_retired" });
    await refused(await statement(namespace.signer), "NAMESPACE_KEY_UNKNOWN");
  });

  it("needs its permission, which no key has unless it was named", async () => {
    const { secret } = await addKey(hall.hall, tenant, { scopes: ["worker:enroll", "attestation:read"] });
    const envelope = await statement(namespace.signer);
    expectRefusal((await register(hall, secret, envelope)) as never, 403, "FORBIDDEN");
  });
});

describe("the key of a namespace", () => {
  const keys = () => hall.ask<{ keys: object[] }>("GET", "/hall/namespace-keys", { key: hall.operatorToken });
  const ask = async (body: object, key = hall.operatorToken) =>
    hall.ask<{ id: string; receipt_id: string }>("POST", "/hall/namespace-keys", { key, body });

  it("is registered by the Hall's operator, for one tenant, on the Hall's own chain", async () => {
    const slug = tenant.identity.replace(/\.test$/, "");
    const public_key = Buffer.from((await newSigner()).publicKey).toString("base64");
    const wanted = { tenant: slug, namespace: "org.acme", public_key };
    const { status, body } = await ask(wanted);
    expect(status).toBe(201);
    const shown = await hall.ask<Parameters<typeof verified>[0]>("GET", `/hall/receipts/${body.receipt_id}`, {
      key: hall.operatorToken,
    });
    expect(await verified(shown.body, hall.verifierKey)).toMatchObject({
      kind: "key",
      action: "registered",
      subject: body.id,
      actor: { kind: "hall", id: "operator" },
      details: { role: "namespace", namespace: "org.acme", tenant: tenant.id, public_key },
    });
    expect((await keys()).body.keys).toContainEqual(
      expect.objectContaining({ id: body.id, tenant: slug, namespace: "org.acme", retired_at: null }),
    );
    expectRefusal((await ask(wanted)) as never, 409, "CONFLICT");
    expectRefusal((await ask({ ...wanted, tenant: "nobody" })) as never, 404, "NOT_FOUND");
    for (const namespace of ["acme", "org.", "org.Acme", "org.acme.more", "com.acme"])
      expectRefusal((await ask({ ...wanted, namespace })) as never, 400, "INVALID_REQUEST");
  });

  it("is registered, retired and listed by nobody of a tenant", async () => {
    const public_key = Buffer.alloc(32).toString("base64");
    for (const key of [tenant.key, tenant.operator]) {
      const body = { tenant: "x", namespace: "org.acme", public_key };
      expectRefusal((await ask(body, key)) as never, 403, "FORBIDDEN");
      expectRefusal(await hall.ask("GET", "/hall/namespace-keys", { key }), 403, "FORBIDDEN");
      const path = `/hall/namespace-keys/${namespace.id}/retire`;
      expectRefusal(await hall.ask("POST", path, { key, body: { reason: "x" } }), 403, "FORBIDDEN");
    }
  });
});

describe("a measurement", () => {
  beforeEach(() => registerCode().then(() => undefined));
  const refused = async (taken: { status: number; body: unknown }, reason: string) => {
    const { code, reason: found } = taken.body as Refusal;
    expect([taken.status, code, found]).toEqual([422, "MEASUREMENT_INVALID", reason]);
  };

  it("is taken once: the same envelope again finds its nonce spent", async () => {
    const key = tenant.key;
    const asked = await hall.ask<{ nonce: string }>("POST", `/wcp/workers/${WORKER}/measurements/challenge`, {
      key,
      body: {},
    });
    const envelope = await signMeasurement(runner.signer, {
      type: "guildhall/measurement/v1",
      hall: "hall.test/log",
      worker_id: WORKER,
      method: "runner-measured",
      hash: CODE as never,
      nonce: asked.body.nonce,
      measured_at: instant(Date.now()),
    });
    const both = await Promise.all([answer(hall, key, envelope), answer(second, key, envelope)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 422]);
    await refused(await answer(hall, key, envelope), "NONCE_NOT_OPEN");
  });

  it("of a nonce that nobody gave, for another Hall, or of another worker is refused", async () => {
    const by = (changes: Partial<Measurement>) => measure(hall, tenant.key, runner.signer, changes);
    await refused(await by({ nonce: "0".repeat(64) }), "NONCE_NOT_OPEN");
    await refused(await by({ hall: "other.test/log" }), "HALL_OTHER");
    await refused(await by({ worker_id: "org.test.other" as never }), "WORKER_OTHER");
    await refused(await by({ method: "tee" }), "METHOD_NOT_SUPPORTED");
    await refused(await by({ method: "oci-digest" }), "IMAGE_DIGEST_MISSING");
    expect(await view()).toMatchObject({ state: "unmeasured" });
  });

  it("by a key that is not registered, by the namespace's, or by another tenant's runner is refused", async () => {
    for (const signer of [await newSigner(), namespace.signer])
      await refused(await measure(hall, tenant.key, signer), "ENVELOPE_SIGNATURE_INVALID");
    const other = await settle(hall, worker);
    const theirs = await addRunner(hall, other);
    await refused(await measure(hall, tenant.key, theirs.signer), "ENVELOPE_SIGNATURE_INVALID");
  });

  it("by a runner whose key is retired counts no more, and no new one is taken", async () => {
    await measured();
    expect(await denial(second)).toBeNull();
    const retired = await hall.ask<{ receipt_id: string }>("POST", `/wcp/runners/${runner.id}/retire`, {
      key: tenant.operator,
      body: { reason: "the machine was lost" },
    });
    expect(retired.status).toBe(200);
    expect(await verifiedAct(hall, tenant.key, retired.body.receipt_id)).toMatchObject({
      kind: "key",
      action: "retired",
      details: { role: "runner" },
    });
    for (const at of [hall, second]) expect(await denial(at)).toBe("DENY_WORKER_HASH_UNAVAILABLE");
    await refused(await measure(hall, tenant.key, runner.signer), "ENVELOPE_SIGNATURE_INVALID");
  });

  it("is asked for within reason: nonces that nobody answers run out", async () => {
    const key = tenant.key;
    const statuses: number[] = [];
    for (let n = 0; n < 17; n++)
      statuses.push(
        (await hall.ask("POST", `/wcp/workers/${WORKER}/measurements/challenge`, { key, body: {} })).status,
      );
    expect(statuses).toEqual([...Array(16).fill(201), 409]);
  });

  it("needs its permission, and a runner is registered by a person", async () => {
    const { secret } = await addKey(hall.hall, tenant, { scopes: ["attestation:read"] });
    const path = `/wcp/workers/${WORKER}/measurements/challenge`;
    expectRefusal(await hall.ask("POST", path, { key: secret, body: {} }), 403, "FORBIDDEN");
    const body = { name: "x", public_key: Buffer.alloc(32).toString("base64") };
    expectRefusal(await hall.ask("POST", "/wcp/runners", { key: tenant.key, body }), 403, "FORBIDDEN");
  });
});

describe("what a worker says of itself", () => {
  it("counts where no more is asked for, and is named for what it is", async () => {
    const own = await newSigner();
    const worker_key = Buffer.from(own.publicKey).toString("base64");
    await registerCode("self-reported", { worker_key });
    expect(await measured({ method: "self-reported" }, own)).toMatchObject({ matches: true });
    const allowed = await route();
    expect(allowed).toMatchObject({ outcome: "DISPATCH" });
    expect(await verified(allowed, hall.verifierKey)).toMatchObject({
      decision: { attestation: { method: "self-reported", valid: true } },
    });
    await askFor("self-reported");
    expect(await denial()).toBeNull();
    await askFor("runner-measured");
    expect(await denial()).toBe("DENY_WORKER_ATTESTATION_MISSING");
    // A runner may measure it as well, and is then believed more.
    await measured();
    expect(await denial()).toBeNull();
  });

  it("never passes for a runner's measurement, nor a runner's for its own", async () => {
    const own = await newSigner();
    const worker_key = Buffer.from(own.publicKey).toString("base64");
    await registerCode("self-reported", { worker_key });
    for (const [method, signer] of [
      ["runner-measured", own],
      ["self-reported", runner.signer],
    ] as const) {
      const { status, body } = await measure(hall, tenant.key, signer, { method });
      expect([status, (body as unknown as Refusal).reason]).toEqual([422, "METHOD_NOT_THIS_KEYS"]);
    }
  });

  it("does not count where a runner's measurement was registered for", async () => {
    const own = await newSigner();
    await registerCode("runner-measured", { worker_key: Buffer.from(own.publicKey).toString("base64") });
    await measured({ method: "self-reported" }, own);
    expect(await denial()).toBe("DENY_WORKER_HASH_UNAVAILABLE");
    await measured();
    expect(await denial()).toBeNull();
  });

  it("is never called attested or proved, in any sentence that anybody reads", async () => {
    const own = await newSigner();
    const worker_key = Buffer.from(own.publicKey).toString("base64");
    const texts: string[] = [];
    const note = async () => {
      const { decision_id, ...answered } = await route();
      const read = await hall.ask<{ steps: { sentence: string }[] }>("GET", `/wcp/decisions/${decision_id}`, {
        key: tenant.key,
      });
      texts.push(...read.body.steps.map(({ sentence }) => sentence), String(answered.deny_code ?? ""));
      texts.push(JSON.stringify(answered.deny_reason_if_denied ?? ""));
    };
    await askFor("self-reported");
    await note();
    await registerCode("self-reported", { worker_key });
    await note();
    await measured({ method: "self-reported" }, own);
    await note();
    await askFor("runner-measured");
    await note();
    await askFor("self-reported");
    await measured({ method: "self-reported", hash: OTHER_CODE as never }, own);
    await note();
    texts.push(...(await alerts()).alerts.map(({ message }) => String(message)));
    expect(texts.some((text) => text.includes("self-reported"))).toBe(true);
    for (const text of texts.filter((one) => one.includes("self-reported")))
      expect(text).not.toMatch(/\battest(?:ed|s)\b|\bprove[ds]?\b|\bproof\b/i);
  });
});

describe("an image", () => {
  it("is held to the digest that was registered, by a runner's word", async () => {
    const image_digest = "c".repeat(64);
    await registerCode("oci-digest", { image_digest });
    expect(await measured({ method: "oci-digest", hash: image_digest as never })).toMatchObject({
      matches: true,
    });
    expect(await denial()).toBeNull();
    expect(await measured({ method: "oci-digest", hash: CODE as never })).toMatchObject({ matches: false });
    expect(await denial()).toBe("DENY_WORKER_TAMPERED");
  });
});

describe("a hash of code", () => {
  interface Opening {
    commitment: string;
    hash: string;
    salt: string;
  }
  const opens = ({ commitment, hash, salt }: Opening) =>
    commitment ===
    `sha256:${createHash("sha256").update(Buffer.from(salt, "hex")).update(hash).digest("hex")}`;

  it("stands in a receipt as a commitment, which opens to whoever has to answer for it", async () => {
    await registerCode();
    await measured();
    const { decision_id, receipt } = await route();
    const { session } = await addMember(hall.hall, tenant.id, "compliance");
    const { body } = await hall.ask<{ registered: Opening; current: Opening }>(
      "GET",
      `/wcp/decisions/${decision_id}/code-hashes`,
      { key: session },
    );
    const { registered, current } = body;
    expect([registered.hash, current.hash]).toEqual([CODE, CODE]);
    expect([opens(registered), opens(current)]).toEqual([true, true]);
    expect(receipt).toMatchObject({
      registered_hash: registered.commitment,
      current_hash: current.commitment,
    });
    // Equal hashes have unequal commitments: nobody learns from the two that they are equal.
    expect(registered.commitment).not.toBe(current.commitment);
  });

  it("that differed is opened as the one that was found", async () => {
    await registerCode();
    await measured({ hash: OTHER_CODE as never });
    const { decision_id } = await route();
    const { session } = await addMember(hall.hall, tenant.id, "compliance");
    const { body } = await hall.ask<{ registered: Opening; current: Opening }>(
      "GET",
      `/wcp/decisions/${decision_id}/code-hashes`,
      { key: session },
    );
    expect([body.registered.hash, body.current.hash]).toEqual([CODE, OTHER_CODE]);
  });

  it("is shown to no agent and no operator, in any answer", async () => {
    await registerCode();
    await measured();
    const { decision_id } = await route();
    await measured({ hash: OTHER_CODE as never });
    const denied = await route();
    const texts = [JSON.stringify(denied)];
    for (const path of [
      "/alerts",
      "/wcp/attestations",
      `/wcp/workers/${WORKER}/attestation`,
      "/wcp/runners",
      `/wcp/decisions/${decision_id}`,
      `/wcp/decisions/${denied.decision_id}`,
      `/wcp/decisions/${denied.decision_id}/replay`,
      "/wcp/workers",
    ])
      for (const key of [tenant.key, tenant.operator]) {
        const read = await hall.ask("GET", path, { key });
        expect(read.status, path).toBe(200);
        texts.push(read.text);
      }
    for (const text of texts) for (const hash of [CODE, OTHER_CODE]) expect(text).not.toContain(hash);
    const path = `/wcp/decisions/${decision_id}/code-hashes`;
    for (const key of [tenant.key, tenant.operator])
      expectRefusal(await hall.ask("GET", path, { key }), 403, "FORBIDDEN");
  });

  it("is nowhere where nothing is registered", async () => {
    const { decision_id, receipt } = await route();
    expect(receipt).not.toHaveProperty("registered_hash");
    const { session } = await addMember(hall.hall, tenant.id, "compliance");
    const path = `/wcp/decisions/${decision_id}/code-hashes`;
    expectRefusal(await hall.ask("GET", path, { key: session }), 404, "NOT_FOUND");
  });
});
