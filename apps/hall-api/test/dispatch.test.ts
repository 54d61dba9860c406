import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { commit, newReceiptId, type ReadReceipt } from "@guildhall/attestation";
import { decodeJwt, decodeProtectedHeader, exportJWK, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createGrantIssuer } from "../src/dispatch/grant.ts";
import type { CrashPoint } from "../src/ledger/entry.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import type { DispatchView } from "../src/operations/dispatch/view.ts";
import { isPrivate } from "../src/outbound.ts";
import { enrollAt, RECORD, request } from "./testing/enrolled-worker.ts";
import { type Behaviour, type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type Answer, type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { verifiedLedger } from "./testing/whole-ledger.ts";

type DispatchAnswer = Pick<RouteAnswer, "decision_id" | "denied" | "receipt" | "seal"> & DispatchView;

let house: TestHouse;
let hall: OpenHall;
let worker: HttpWorker;
let tenant: TestTenant;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  worker = await startHttpWorker(() => hall.url);
  tenant = await addTenant(hall.hall);
  await enrollAt(hall, tenant.key, worker.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});
beforeEach(() => {
  worker.behaviour = "answers";
  worker.received.length = 0;
  worker.runs.length = 0;
});

// A test that failed half-way leaves nobody waiting.
afterEach(() => worker.release());

const dispatch = (at = hall, changes: Record<string, unknown> = {}) =>
  at.ask<DispatchAnswer>("POST", "/wcp/dispatch", {
    key: tenant.key,
    body: request(tenant.identity, changes),
  });

async function reach(url: string, timeoutMs = 5000): Promise<{ digest: string; version: number }> {
  const { status, body } = await hall.ask<{ digest: string; version: number }>(
    "PUT",
    `/wcp/workers/${RECORD.worker_id}/transport`,
    { key: tenant.key, body: { kind: "http", url, timeout_ms: timeoutMs } },
  );
  expect(status).toBe(200);
  return body;
}

/** The two receipts of a dispatch that has ended, verified, in the order of the chain. */
async function ended(body: DispatchAnswer): Promise<{ decision: ReadReceipt; outcome: ReadReceipt }> {
  const decision = await verified(body, hall.verifierKey);
  if (!body.outcome_receipt) throw new Error(`the dispatch has not ended: ${JSON.stringify(body.dispatch)}`);
  const outcome = await verified(body.outcome_receipt, hall.verifierKey);
  expect(decision).toMatchObject({ kind: "decision", chain: tenant.id, policy_decision: "ALLOW" });
  expect(decision.dispatched_at).toBe(decision.decided_at);
  expect(outcome).toMatchObject({
    kind: "outcome",
    chain: tenant.id,
    actor: { kind: "hall", id: "dispatcher" },
    decision_id: decision.receipt_id,
    worker_id: RECORD.worker_id,
    attempts: 1,
    reason: body.dispatch.reason,
    status: body.dispatch.state,
  });
  expect(outcome.seq).toBeGreaterThan(decision.seq);
  expect(outcome.leaf_index).toBeGreaterThan(decision.leaf_index);
  return { decision, outcome };
}

describe("work that succeeds", () => {
  it("is answered with its result and the receipt that closes the decision's", async () => {
    const { status, body } = await dispatch();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      outcome: "DISPATCH",
      denied: false,
      dispatch: {
        id: body.decision_id,
        state: "succeeded",
        worker_id: RECORD.worker_id,
        attempts: 1,
        reason: null,
      },
      result: { words: 3 },
    });
    const { outcome } = await ended(body);
    expect(outcome.result_hash).toBe(commit(body.result, Buffer.from(body.result_salt!, "base64")));
    expect(worker.received).toHaveLength(1);
  });

  it("reaches the worker with a grant, the request and nothing else, and the receipt commits to that request", async () => {
    const { body } = await dispatch();
    const [work] = worker.received;
    expect(Object.keys(work ?? {}).sort()).toEqual(["grant", "request", "salt"]);
    expect(work?.request).toEqual({ text: "One. Two. Three." });
    const { decision } = await ended(body);
    expect(decision.artifact_hash).toBe(commit(work?.request, Buffer.from(work!.salt, "base64")));
  });

  it("runs under a grant for this worker, this decision and this attempt, for a minute at most", async () => {
    const { body } = await dispatch();
    const { decision } = await ended(body);
    const claims = decodeJwt(worker.received[0]!.grant);
    expect(claims).toMatchObject({
      iss: "hall.test/log",
      aud: RECORD.worker_id,
      sub: body.decision_id,
      jti: `${body.decision_id}.1`,
      tenant_id: tenant.identity,
      capability_id: "cap.doc.summarize",
      env: "dev",
      data_label: "INTERNAL",
      artifact_hash: decision.artifact_hash,
      worker_record_hash: (decision.decision as { selected: { worker_record_hash: string } }).selected
        .worker_record_hash,
    });
    expect(claims.exp! - claims.iat!).toBeLessThanOrEqual(60);
    const { body: jwks } = await hall.ask<{ keys: { kid: string }[] }>("GET", "/.well-known/jwks.json");
    const header = decodeProtectedHeader(worker.received[0]!.grant);
    expect(header).toMatchObject({ alg: "EdDSA", typ: "wcp-grant+jwt" });
    expect(jwks.keys.map(({ kid }) => kid)).toContain(header.kid);
  });

  it("can be asked for again by its id, by whoever may", async () => {
    const { body } = await dispatch();
    const { status, body: view } = await hall.ask<DispatchView>(
      "GET",
      `/wcp/dispatches/${body.decision_id}`,
      {
        key: tenant.key,
      },
    );
    expect(status).toBe(200);
    expect(view).toMatchObject({ dispatch: body.dispatch, result: body.result });
    expect(view.outcome_receipt?.receipt).toEqual(body.outcome_receipt?.receipt);
  });
});

describe("work that fails is closed with a receipt that says why:", () => {
  const failures: [Behaviour, string, number][] = [
    ["answers 500", "WORKER_ERROR", 1],
    ["answers rubbish", "WORKER_BAD_ANSWER", 1],
    ["answers too much", "WORKER_ANSWER_TOO_LARGE", 1],
    ["answers a redirect", "WORKER_ERROR", 1],
    ["denies", "WORKER_DENIED", 1],
    ["hangs up", "WORKER_UNREACHABLE", 0],
    ["never redeems", "GRANT_NOT_REDEEMED", 0],
  ];

  it.each(failures)("the worker %s: %s", async (behaviour, reason, runs) => {
    worker.behaviour = behaviour;
    const { status, body } = await dispatch();
    expect(status).toBe(200);
    expect(body.dispatch).toMatchObject({ state: "failed", reason, attempts: 1 });
    await ended(body);
    // No second try behind the caller's back, and no redirect followed.
    expect(worker.received).toHaveLength(1);
    expect(worker.runs).toHaveLength(runs);
    expect(JSON.stringify(body)).not.toContain("not for the caller");
  });

  it("the worker hangs past its timeout: WORKER_TIMEOUT", async () => {
    await reach(worker.url, 200);
    worker.behaviour = "hangs";
    const { body } = await dispatch();
    expect(body.dispatch).toMatchObject({ state: "failed", reason: "WORKER_TIMEOUT" });
    await ended(body);
    await reach(worker.url);
  });

  it("the worker is not there: WORKER_UNREACHABLE", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await reach(`http://127.0.0.1:${port}/`);
    const { status, body } = await dispatch();
    expect(status).toBe(200);
    expect(body.dispatch).toMatchObject({ state: "failed", reason: "WORKER_UNREACHABLE" });
    expect(body.result).toBeNull();
    const { outcome } = await ended(body);
    expect(outcome.result_hash).toBeNull();
    await reach(worker.url);
  });
});

describe("a grant", () => {
  const redeem = (grant: string) => hall.ask("POST", "/wcp/grants/redeem", { body: { grant } });

  /** Work that waits at the worker, its grant not redeemed yet. */
  async function waiting(): Promise<{
    grant: string;
    id: string;
    finish: () => Promise<Answer<DispatchAnswer>>;
  }> {
    worker.behaviour = "waits before redeeming";
    const answer = dispatch();
    await expect.poll(() => worker.received.length, { timeout: 10_000 }).toBe(1);
    const { grant } = worker.received[0]!;
    const finish = () => {
      worker.release();
      return answer;
    };
    return { grant, id: decodeJwt(grant).sub!, finish };
  }

  it("starts work once: a second redemption is 409", async () => {
    const { grant, finish } = await waiting();
    expect((await redeem(grant)).status).toBe(200);
    expectRefusal(await redeem(grant), 409, "GRANT_REDEEMED");
    // The worker's own redemption comes second, so it does not work.
    const { body } = await finish();
    expect(worker.runs).toEqual([]);
    expect(body.dispatch.state).toBe("failed");
  });

  it("H-041: starts work once, also where twenty redeem it at once on two instances", async () => {
    const second = await house.open();
    const { grant, finish } = await waiting();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? hall : second).ask("POST", "/wcp/grants/redeem", { body: { grant } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
    await finish();
    await second.stop();
  });

  it("is worth nothing once the work has ended", async () => {
    worker.behaviour = "never redeems";
    await dispatch();
    expectRefusal(await redeem(worker.received[0]!.grant), 401, "GRANT_INVALID");
  });

  it("is worth nothing after a minute", async () => {
    const { grant, finish } = await waiting();
    const { clock } = hall.hall;
    const { now } = clock;
    clock.now = () => now() + 61_000;
    expectRefusal(await redeem(grant), 401, "GRANT_INVALID");
    clock.now = now;
    expect((await redeem(grant)).status).toBe(200);
    await finish();
  });

  it("H-055: is worth nothing where another key signed it, or none", async () => {
    const { grant, finish } = await waiting();
    const [header, payload, signature] = grant.split(".") as [string, string, string];
    const { kid } = decodeProtectedHeader(grant);
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const real = (await hall.hall.grants.jwks()).keys.find((key) => key.kid === kid);
    const claims = decodeJwt(grant);
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const forged = {
      "another key under the same kid": await new SignJWT(claims)
        .setProtectedHeader({ alg: "EdDSA", kid: kid!, typ: "wcp-grant+jwt" })
        .sign(privateKey),
      "its own key in the header": await new SignJWT(claims)
        .setProtectedHeader({ alg: "EdDSA", typ: "wcp-grant+jwt", jwk: await exportJWK(publicKey) })
        .sign(privateKey),
      "no algorithm": `${encode({ alg: "none", kid, typ: "wcp-grant+jwt" })}.${payload}.`,
      "the public key as a secret": await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", kid: kid!, typ: "wcp-grant+jwt" })
        .sign(Buffer.from(String(real?.x), "base64url")),
      "another payload": `${header}.${encode({ ...claims, aud: "org.test.other" })}.${signature}`,
      "a signature cut off": `${header}.${payload}.${signature.slice(0, -4)}`,
      "no signature": `${header}.${payload}.`,
      "nothing of the kind": "grant",
    };
    for (const [what, text] of Object.entries(forged))
      expectRefusal(await redeem(text), 401, "GRANT_INVALID", what);
    await finish();
    expect(worker.runs).toHaveLength(1);
  });

  it("H-045: is worth nothing for another dispatch, another attempt or from another Hall", async () => {
    const { grant, id, finish } = await waiting();
    const { jti, sub, aud, ...rest } = decodeJwt(grant) as unknown as Parameters<
      typeof hall.hall.grants.issue
    >[0];
    const own = hall.hall.grants;
    const { db, ledger, clock } = hall.hall;
    const foreign = await createGrantIssuer({ db, ledger, clock, issuer: "other.test/log" });
    const grants = {
      "a dispatch that is not there": await own.issue({ ...rest, jti, aud, sub: newReceiptId(clock.now()) }),
      "an attempt to come": await own.issue({ ...rest, sub, aud, jti: `${id}.2` }),
      "another Hall": await foreign.issue({ ...rest, sub, aud, jti }),
    };
    for (const [what, text] of Object.entries(grants))
      expectRefusal(await redeem(text), 401, "GRANT_INVALID", what);
    await finish();
  });
});

it("work that takes longer than the answer waits is 202, and is followed by its id", async () => {
  const { dispatcher } = hall.hall;
  const { waitForOutcome } = dispatcher;
  dispatcher.waitForOutcome = (id) => waitForOutcome.call(dispatcher, id, 300);
  worker.behaviour = "answers late";
  const { status, body } = await dispatch();
  dispatcher.waitForOutcome = waitForOutcome;
  expect(status).toBe(202);
  expect(body).toMatchObject({ denied: false, result: null, outcome_receipt: null });
  expect(body.dispatch.state).toMatch(/^(?:waiting|running)$/);
  await verified(body, hall.verifierKey);

  const follow = () =>
    hall.ask<DispatchView>("GET", `/wcp/dispatches/${body.decision_id}`, { key: tenant.key });
  await expect.poll(() => worker.runs.length, { timeout: 10_000 }).toBe(1);
  expect((await follow()).body).toMatchObject({ dispatch: { state: "running" }, outcome_receipt: null });
  worker.release();
  await expect.poll(async () => (await follow()).body.dispatch.state, { timeout: 10_000 }).toBe("succeeded");
  const { body: view } = await follow();
  await ended({ ...body, ...view });
  expect(view.result).toEqual({ words: 3 });
});

it("a denied request starts nothing, and says so", async () => {
  const { status, body } = await dispatch(hall, { capability_id: "cap.doc.nothing" });
  expect(status).toBe(200);
  expect(body).toMatchObject({ denied: true, dispatch: null, result: null, outcome_receipt: null });
  expect(worker.received).toEqual([]);
});

it("a change of a worker's address is fenced: what was decided for the old one is decided again", async () => {
  const points: CrashPoint[] = [];
  const stale = await house.open({}, (point) => void points.push(point));
  const elsewhere = await startHttpWorker(() => hall.url);
  await stale.ask("POST", "/wcp/route", { key: tenant.key, body: request(tenant.identity) });
  stale.hall.snapshots.poll = async () => undefined; // it hears of no change any more
  const { digest } = await reach(elsewhere.url);

  points.length = 0;
  const { body } = await dispatch(stale);
  expect(points.filter((point) => point === "decided")).toHaveLength(2);
  const { decision } = await ended(body);
  expect((decision.decision as { selected: object }).selected).toMatchObject({ transport_digest: digest });
  expect(elsewhere.received).toHaveLength(1);
  expect(worker.received).toEqual([]);
  await stale.stop();
  await elsewhere.close();
  const { digest: back, version } = await reach(worker.url);
  expect(back).not.toBe(digest);
  // The same address again is no new version.
  expect((await reach(worker.url)).version).toBe(version);
});

describe("where private addresses may not be called,", () => {
  it("a worker on one is never reached: WORKER_ADDRESS_REFUSED", async () => {
    const lenient = hall;
    const { port } = new URL(worker.url);
    await lenient.stop(); // or it would take the job
    hall = await house.open({ allowPrivateAddresses: false });
    for (const host of ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]) {
      await reach(`http://${host}:${port}/run`);
      const { body } = await dispatch();
      expect(body.dispatch, host).toMatchObject({ state: "failed", reason: "WORKER_ADDRESS_REFUSED" });
      await ended(body);
    }
    expect(worker.received).toEqual([]);
  });

  it.each([
    ["127.0.0.1", true],
    ["127.255.255.254", true],
    ["0.0.0.0", true],
    ["10.0.0.1", true],
    ["100.64.0.1", true],
    ["169.254.169.254", true],
    ["172.16.0.1", true],
    ["172.31.255.255", true],
    ["192.168.1.1", true],
    ["192.0.0.1", true],
    ["198.18.0.1", true],
    ["224.0.0.1", true],
    ["255.255.255.255", true],
    ["::", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["::ffff:7f00:1", true],
    ["fe80::1", true],
    ["fc00::1", true],
    ["fd00:ec2::254", true],
    ["ff02::1", true],
    ["2001:db8::1", true],
    ["2002:7f00:1::", true],
    ["64:ff9b::7f00:1", true],
    ["8.8.8.8", false],
    ["100.63.255.255", false],
    ["172.32.0.1", false],
    ["2606:4700:4700::1111", false],
  ])("H-128: %s is private: %s", (address, expected) => {
    expect(isPrivate(address)).toBe(expected);
  });
});

it("after all of it every chain and the whole log verify, and each dispatch is closed by exactly one receipt", async () => {
  const chains = await verifiedLedger(house, hall);
  const chain = chains.get(tenant.id) ?? [];
  const started = chain.filter(({ dispatched_at }) => typeof dispatched_at === "string");
  const closed = chain.filter(({ kind }) => kind === "outcome").map(({ decision_id }) => decision_id);
  expect(started.length).toBeGreaterThan(20);
  expect(closed.sort()).toEqual(started.map(({ receipt_id }) => receipt_id).sort());
});

describe("a dispatch that somebody wrote into the database", () => {
  it.each([
    ["of a decision that started nothing", {}],
    ["of a denial", { capability_id: "cap.mem.delete" }],
  ])("%s does not run, and its end says why", async (_, changes) => {
    const { body } = await hall.ask<RouteAnswer>("POST", "/wcp/route", {
      key: tenant.key,
      body: request(tenant.identity, changes),
    });
    await house.admin.query(
      `BEGIN; SET LOCAL session_replication_role = replica;
       INSERT INTO hall.dispatch (tenant_id, id, leaf_index, worker_id, transport_digest, start_by)
         SELECT '${tenant.id}', '${body.decision_id}', ${body.receipt.leaf_index}, worker_id, digest, now() + interval '1 h'
         FROM hall.worker_transport WHERE tenant_id = '${tenant.id}' ORDER BY version DESC LIMIT 1;
       INSERT INTO queue.job (id, name, data) VALUES ('${body.decision_id}', 'dispatch',
         '{"tenant_id":"${tenant.id}","dispatch_id":"${body.decision_id}"}');
       COMMIT`,
    );
    hall.hall.dispatcher.wake();
    const ends = async () => {
      const { rows } = await house.admin.query<{ body: Buffer }>(
        "SELECT body FROM ledger.receipt WHERE kind = 'outcome' ORDER BY leaf_index DESC LIMIT 1",
      );
      return JSON.parse(rows[0]?.body.toString("utf8") ?? "{}");
    };
    await expect
      .poll(ends, { timeout: 20_000 })
      .toMatchObject({ decision_id: body.decision_id, status: "aborted", reason: "NOT_DECIDED" });
    expect(worker.received).toEqual([]);
  });
});
