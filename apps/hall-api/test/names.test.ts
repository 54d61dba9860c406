import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RECHECK_MS, recheckProofs } from "../src/names/recheck-proofs.ts";
import { createTextRecords } from "../src/names/text-records.ts";
import { RECORD, withHash } from "./testing/enrolled-worker.ts";
import { type NameServer, startNameServer } from "./testing/name-server.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type Refusal, type TestHouse } from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verifiedAct } from "./testing/verified-act.ts";

let house: TestHouse;
let hall: OpenHall;
let names: NameServer;
let acme: TestTenant;
let globex: TestTenant;
let admin: string;
let other: string;

beforeAll(async () => {
  house = await openHouse();
  names = await startNameServer();
  hall = await house.open({ dnsServers: [names.address], namespaceSuffixes: ["org", "example"] });
  [acme, globex] = [
    await addTenant(hall.hall, { name: "acme" }),
    await addTenant(hall.hall, { name: "globex" }),
  ];
  admin = (await addMember(hall.hall, acme.id, "admin")).session;
  other = (await addMember(hall.hall, globex.id, "admin")).session;
});
beforeEach(() => {
  names.behaviour = "answers";
});
afterAll(async () => {
  await house?.close();
  await names?.close();
});

interface Proof {
  id: string;
  state: string;
  record: { name: string; type: string; value: string };
  expires_at: string | null;
}
interface Checked {
  domain: Proof;
  finding: { code: string; remedy: string; seen: string[] };
  receipt_id: string | null;
}

const ask = <Body = Proof>(
  name: string,
  { kind = "email", key = admin, suffix = undefined as string | undefined } = {},
) => hall.ask<Body>("POST", "/wcp/domains", { key, body: { kind, name, suffix } });
const check = <Body = Checked>(id: string, key = admin) =>
  hall.ask<Body>("POST", `/wcp/domains/${id}/check`, { key });
const release = <Body = Refusal>(id: string, key = admin) =>
  hall.ask<Body>("POST", `/wcp/domains/${id}/release`, { key, body: { reason: "sold" } });

/** Asked for, put into the DNS, and looked at. */
async function proved(name: string, options: Parameters<typeof ask>[1] = {}): Promise<Proof> {
  const { body } = await ask(name, options);
  names.records.set(body.record.name, [body.record.value]);
  const answer = await check(body.id, options.key);
  expect(answer.body.finding, answer.text).toMatchObject({ code: "DNS_PROVED" });
  return answer.body.domain;
}

describe("an e-mail domain", () => {
  it("is proved by a text record that only this tenant was given, and the receipt names it", async () => {
    const asked = await ask("proved.example");
    expect(asked.status).toBe(201);
    expect(asked.body).toMatchObject({
      state: "asked",
      record: { name: "_guildhall-challenge.proved.example", type: "TXT" },
    });
    expect(asked.body.record.value).toMatch(/^guildhall-verification=[\w-]{32}$/);
    names.records.set(asked.body.record.name, ["v=spf1 -all", asked.body.record.value]);
    const { status, body } = await check(asked.body.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      domain: { state: "proved", expires_at: null },
      finding: { code: "DNS_PROVED" },
    });
    expect(await verifiedAct(hall, acme.key, body.receipt_id ?? "")).toMatchObject({
      kind: "tenant",
      action: "domain_proved",
      subject: asked.body.id,
      details: { kind: "email", name: "proved.example" },
    });
    // Looked at again nothing is new.
    expect((await check(asked.body.id)).body).toMatchObject({
      finding: { code: "DNS_PROVED" },
      receipt_id: null,
    });
    expectRefusal(await ask<Refusal>("proved.example"), 409, "CONFLICT");
  });

  it("is not proved by what is not there, and the answer says what was seen and what to do", async () => {
    const { body } = await ask("missing.example");
    expect((await check(body.id)).body).toMatchObject({
      domain: { state: "asked" },
      finding: { code: "DNS_NO_RECORD", seen: [] },
    });
    names.bare.add(body.record.name);
    expect((await check(body.id)).body.finding.code).toBe("DNS_NO_RECORD");
    names.records.set(body.record.name, [
      "something else",
      ["x".repeat(200), "x".repeat(200)],
      `"${body.record.value}"`,
    ]);
    const { finding } = (await check(body.id)).body;
    expect(finding).toMatchObject({
      code: "DNS_OTHER_VALUE",
      seen: ["something else", "x".repeat(120), expect.any(String)],
    });
    expect(finding.remedy).toContain("without quotes");
    // In several strings it is the same value.
    const { value } = body.record;
    names.records.set(body.record.name, [[value.slice(0, 10), value.slice(10)]]);
    expect((await check(body.id)).body.finding.code).toBe("DNS_PROVED");
  });

  it("is proved by no other tenant's record", async () => {
    const [ours, theirs] = [await ask("shared.example"), await ask("shared.example", { key: other })];
    expect(ours.body.record.value).not.toBe(theirs.body.record.value);
    names.records.set(ours.body.record.name, [ours.body.record.value]);
    expect((await check(theirs.body.id, other)).body.finding.code).toBe("DNS_OTHER_VALUE");
    expect((await check(ours.body.id)).body.finding.code).toBe("DNS_PROVED");
  });

  it("is one tenant's: another that shows the record too is told so, until the first has lost or released it", async () => {
    const ours = await proved("fought.example");
    const theirs = (await ask("fought.example", { key: other })).body;
    names.records.set(theirs.record.name, [ours.record.value, theirs.record.value]);
    expectRefusal(await check<Refusal>(theirs.id, other), 409, "CONFLICT");
    names.records.set(theirs.record.name, [theirs.record.value]);
    expect((await check(ours.id)).body).toMatchObject({ domain: { state: "lost" } });
    expect((await check(theirs.id, other)).body.domain.state).toBe("proved");
    // And now the first does not find it again.
    names.records.set(theirs.record.name, [ours.record.value, theirs.record.value]);
    expectRefusal(await check<Refusal>(ours.id), 409, "CONFLICT");
  });

  it("that is proved by two tenants at once is proved for one", async () => {
    const [ours, theirs] = [
      (await ask("raced.example")).body,
      (await ask("raced.example", { key: other })).body,
    ];
    names.records.set(ours.record.name, [ours.record.value, theirs.record.value]);
    const statuses = (await Promise.all([check(ours.id), check(theirs.id, other)])).map(
      ({ status }) => status,
    );
    expect(statuses.sort()).toEqual([200, 409]);
  });

  it("keeps its proof while no server answers, and loses it with a receipt when the record is gone for certain", async () => {
    const proof = await proved("kept.example");
    for (const [behaviour, code] of [
      ["fails", "DNS_UNANSWERED"],
      ["refuses", "DNS_UNANSWERED"],
      ["is silent", "DNS_TIMEOUT"],
    ] as const) {
      names.behaviour = behaviour;
      const { body } = await check(proof.id);
      expect(body, behaviour).toMatchObject({
        domain: { state: "proved" },
        finding: { code },
        receipt_id: null,
      });
    }
    names.behaviour = "answers";
    names.records.delete(proof.record.name);
    const lost = await check(proof.id);
    expect(lost.body).toMatchObject({ domain: { state: "lost" }, finding: { code: "DNS_NO_RECORD" } });
    expect(await verifiedAct(hall, acme.key, lost.body.receipt_id ?? "")).toMatchObject({
      action: "domain_lost",
    });
    // The same record, put back, finds it again.
    names.records.set(proof.record.name, [proof.record.value]);
    expect((await check(proof.id)).body.domain.state).toBe("proved");
  }, 30_000);

  it("is looked at again a day later, and not before", async () => {
    const proof = await proved("daily.example");
    names.records.delete(proof.record.name);
    names.asked.length = 0;
    await recheckProofs(hall.hall);
    expect(names.asked).toEqual([]);
    await house.admin.query(
      "UPDATE hall.name_proof SET checked_at = checked_at - $1::interval WHERE id = $2",
      [`${RECHECK_MS} ms`, proof.id],
    );
    expect(await recheckProofs(hall.hall)).toBe(1);
    const { body } = await hall.ask<{ domains: Proof[] }>("GET", "/wcp/domains", { key: admin });
    expect(body.domains.find(({ id }) => id === proof.id)?.state).toBe("lost");
  });

  it("is asked for again with another record; the first, and one that is a week old, prove nothing", async () => {
    const first = (await ask("again.example")).body;
    const second = (await ask("again.example")).body;
    expect(second.id).toBe(first.id);
    names.records.set(first.record.name, [first.record.value]);
    expect((await check(first.id)).body.finding.code).toBe("DNS_OTHER_VALUE");
    names.records.set(first.record.name, [second.record.value]);
    await house.admin.query("UPDATE hall.name_proof SET expires_at = now() WHERE id = $1", [first.id]);
    expect((await check(first.id)).body.finding.code).toBe("CHALLENGE_EXPIRED");
  });

  it("is released with a reason and a receipt, and then is nobody's", async () => {
    const proof = await proved("released.example");
    const { status, body } = await release<{ receipt_id: string }>(proof.id);
    expect(status).toBe(200);
    expect(await verifiedAct(hall, acme.key, body.receipt_id)).toMatchObject({
      action: "domain_released",
      details: { name: "released.example", reason: "sold" },
    });
    expectRefusal(await check<Refusal>(proof.id), 404, "NOT_FOUND");
    expect((await proved("released.example", { key: other })).state).toBe("proved");
  });

  it.each([
    "Example.com",
    "exämple.com",
    "example",
    "192.0.2.1",
    "example.com.",
    "-a.example",
    "a..example",
    "localhost",
    `${"a.".repeat(126)}example`,
    "a_b.example",
  ])("H-020, H-030: %s is no domain as it stands in the DNS", async (name) => {
    expectRefusal(await ask<Refusal>(name), 400, "INVALID_REQUEST");
  });

  it("is asked of no server that the operator did not name", async () => {
    const elsewhere = await startNameServer();
    elsewhere.records.set("x.example", ["here"]);
    expect(await createTextRecords([elsewhere.address])("x.example")).toEqual({
      state: "found",
      values: ["here"],
    });
    expect(await createTextRecords([names.address])("x.example")).toMatchObject({ state: "none" });
    await elsewhere.close();
  });

  it("may be proved by an admin, and by no operator and no key", async () => {
    const operator = (await addMember(hall.hall, acme.id, "operator")).session;
    for (const key of [operator, acme.key])
      expectRefusal(await ask<Refusal>("a.example", { key }), 403, "FORBIDDEN");
  });
});

describe("a namespace", () => {
  const enroll = (worker_id: string, key: string) =>
    hall.ask("POST", "/enroll", { key, body: withHash({ ...RECORD, worker_id }) });

  it("is proved by the domain of its name, and from then on nobody else enrolls under it", async () => {
    const proof = await proved("org.proven", { kind: "namespace" });
    expect(proof.record.name).toBe("_guildhall-challenge.proven.org");
    const { body } = await hall.ask<{ namespaces: { namespace: string; tenant: string }[] }>(
      "GET",
      "/hall/namespaces",
      {
        key: hall.operatorToken,
      },
    );
    expect(body.namespaces).toContainEqual(
      expect.objectContaining({ namespace: "org.proven", tenant: "acme" }),
    );
    expectRefusal(await enroll("org.proven.worker", globex.key), 403, "NAMESPACE_REFUSED");
    expectRefusal(await enroll("org.pr0ven.worker", globex.key), 403, "NAMESPACE_REFUSED");
    expect((await enroll("org.proven.worker", acme.key)).status).toBe(201);
  });

  it("is proved under another suffix where the operator lets it, and under no other", async () => {
    const { body } = await ask("x.login", { kind: "namespace", suffix: "example" });
    expect(body.record.name).toBe("_guildhall-challenge.login.example");
    expectRefusal(
      await ask<Refusal>("x.other", { kind: "namespace", suffix: "dev" }),
      400,
      "INVALID_REQUEST",
    );
  });

  it("that looks like another's, or was another's within a year, is not proved by any record", async () => {
    await proved("org.walls", { kind: "namespace" });
    const body = { tenant: "acme", namespace: "org.former" };
    await hall.ask("POST", "/hall/namespaces", { key: hall.operatorToken, body });
    await hall.ask("POST", "/hall/namespaces/org.former/release", {
      key: hall.operatorToken,
      body: { reason: "x" },
    });
    for (const [name, reason] of [
      ["org.wa11s", "looks like another"],
      ["org.walls", "registered before"],
      ["org.former", "released less than a year ago"],
    ] as const) {
      const asked = (await ask(name, { kind: "namespace", key: other })).body;
      names.records.set(asked.record.name, [asked.record.value]);
      expect(expectRefusal(await check<Refusal>(asked.id, other), 409, "CONFLICT"), name).toMatchObject({
        reason,
      });
    }
  });

  it("that the operator has released is not taken again by a record that still stands", async () => {
    const proof = await proved("org.gone", { kind: "namespace" });
    const released = await hall.ask("POST", "/hall/namespaces/org.gone/release", {
      key: hall.operatorToken,
      body: { reason: "x" },
    });
    expect(released.status).toBe(200);
    expect((await check(proof.id)).body.finding.code).toBe("DNS_PROVED");
    expectRefusal(
      await hall.ask("POST", "/hall/namespaces/org.gone/release", {
        key: hall.operatorToken,
        body: { reason: "x" },
      }),
      404,
      "NOT_FOUND",
    );
  });

  it("that the operator registered for the tenant may be proved besides", async () => {
    const body = { tenant: "acme", namespace: "org.both" };
    await hall.ask("POST", "/hall/namespaces", { key: hall.operatorToken, body });
    expect((await proved("org.both", { kind: "namespace" })).state).toBe("proved");
  });
});
