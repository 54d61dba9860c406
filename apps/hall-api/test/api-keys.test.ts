import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSecret } from "../src/identity/api-key.ts";
import { KEY_SCOPES } from "../src/identity/permissions.ts";
import { enrollAt, request } from "./testing/enrolled-worker.ts";
import {
  type Answer,
  type OpenHall,
  openHouse,
  type Refusal,
  type TestHouse,
} from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";
import { epochOf, verifiedAct } from "./testing/verified-act.ts";

/** Keys as people make, rotate and end them, and what each lets its holder do. */

let house: TestHouse;
let hall: OpenHall;
/** Behind a proxy that it trusts. */
let proxied: OpenHall;
let tenant: TestTenant;
let session: string;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  proxied = await house.open({ trustedProxies: ["127.0.0.0/8"] });
  tenant = await addTenant(hall.hall);
  ({ session } = await addMember(hall.hall, tenant.id));
  await enrollAt(hall, tenant.key, "http://127.0.0.1:9/nobody");
});
afterAll(() => house?.close());

interface Made {
  id: string;
  key: string;
  expires_at: string | null;
  receipt_id: string;
}

interface Decided {
  code?: string;
  outcome: string;
  deny_code: string | null;
  decision_id: string;
  deny_reason_if_denied: { message: string } | null;
  receipt: { decision: { inputs: Record<string, unknown> }; actor: { id: string } };
  seal: object;
}

async function make(options: object = {}): Promise<Made> {
  const body = { name: "agent", identities: [tenant.identity], ...options };
  const made = await hall.ask<Made>("POST", "/wcp/keys", { key: session, body });
  expect(made.status, made.text).toBe(201);
  return made.body;
}

function route(key: string, changes: object = {}, headers: Record<string, string> = {}) {
  return hall.ask<Decided>("POST", "/wcp/route", {
    key,
    body: request(tenant.identity, { ...changes }),
    headers,
  });
}

async function listed(id: string) {
  const { body } = await hall.ask<{ keys: Record<string, unknown>[] }>("GET", "/wcp/keys", { key: session });
  return body.keys.find((key) => key.id === id);
}

describe("a key that is made", () => {
  it("is what was asked for, in the list and in its receipt, which tells no address", async () => {
    const terms = {
      environments: ["prod", "dev"],
      addresses: ["192.0.2.0/24", "2001:db8::/32", "127.0.0.1"],
      agent: "invoice-reader",
      requests_per_minute: 60,
      requests_per_day: 1000,
    };
    const { id, receipt_id } = await make({ scopes: ["route", "read"], expires_in_seconds: 3600, ...terms });
    const told = {
      ...terms,
      environments: ["dev", "prod"],
      addresses: [...terms.addresses.slice(0, 2), "127.0.0.1/32"],
    };
    expect(await listed(id)).toMatchObject({
      ...told,
      state: "expires_soon",
      last_used_at: null,
      used_today: 0,
    });
    const act = await verifiedAct(hall, tenant.key, receipt_id);
    const { addresses: _, ...kept } = told;
    expect(act.details).toMatchObject({
      ...kept,
      addresses_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(JSON.stringify(act)).not.toContain("192.0.2");
  });

  it("keeps the permissions that its scopes stand for", async () => {
    const scopes = async (...names: string[]) => (await listed((await make({ scopes: names })).id))?.scopes;
    expect(await scopes("route")).toEqual(["decision:make"]);
    expect(await scopes("dispatch")).toEqual(["dispatch:start", "dispatch:read"]);
    expect(await scopes("enroll")).toEqual(["worker:read", "worker:enroll"]);
    expect(await scopes("attest")).toEqual(["attestation:read", "attestation:register"]);
    expect(await scopes("export")).toEqual(["dispatch:read", "receipt:read"]);
    expect(await scopes("read")).toEqual(KEY_SCOPES.filter((scope) => scope.endsWith(":read")));
    expect(await scopes("route", "decision:make", "receipt:read")).toEqual(["decision:make", "receipt:read"]);
  });

  it.each([
    ["environments", []],
    ["environments", ["moon"]],
    ["addresses", []],
    ["addresses", ["10.0.0.1/8"]],
    ["addresses", ["10.0.0.0/33"]],
    ["addresses", ["0x7f.1"]],
    ["addresses", ["010.0.0.1"]],
    ["addresses", ["::ffff:10.0.0.1"]],
    ["addresses", ["fe80::1%eth0"]],
    ["addresses", ["2001:db8::1/32"]],
    ["addresses", ["10.0.0.0/08"]],
    ["agent", "a\u202eb"],
    ["agent", "4e0f0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11"],
    ["requests_per_minute", 0],
    ["requests_per_day", 1.5],
    ["scopes", ["key:create"]],
  ])("is refused with %s %j", async (field, value) => {
    const body = { name: "n", identities: [tenant.identity], [field]: value };
    const { status, body: refusal } = await hall.ask("POST", "/wcp/keys", { key: session, body });
    expect(status).toBe(400);
    expect(refusal.problems?.[0]?.path).toMatch(new RegExp(`^${field}`));
  });
});

describe("a decision that a key may not ask for", () => {
  it("is denied with a receipt where the environment is not the key's", async () => {
    const { key, id } = await make({ scopes: ["route"], environments: ["stage"] });
    const { status, body } = await route(key);
    expect([status, body.outcome, body.deny_code]).toEqual([200, "DENY", "DENY_KEY_SCOPE"]);
    const receipt = await verified(body, hall.verifierKey);
    expect(receipt).toMatchObject({ actor: { kind: "key", id } });
    expect(body.receipt.decision.inputs).toMatchObject({ env: "dev", key_environments: ["stage"] });
    expect((await route(key, { env: "stage" })).body.outcome).toBe("DISPATCH");
  });

  it.each([
    ["route", "decision:make"],
    ["dispatch", "dispatch:start"],
  ])("is denied with a receipt where the key lacks the scope: %s", async (path, scope) => {
    const { key } = await make({ scopes: ["read"] });
    const { status, body } = await hall.ask<Decided>("POST", `/wcp/${path}`, {
      key,
      body: request(tenant.identity),
    });
    expect([status, body.outcome, body.deny_code]).toEqual([200, "DENY", "DENY_KEY_SCOPE"]);
    expect(body.deny_reason_if_denied?.message).toContain(scope);
    await verified(body, hall.verifierKey);
  });

  it("is derived again as it was", async () => {
    const { key } = await make({ scopes: ["route"], environments: ["stage"], agent: "a" });
    const { body } = await route(key);
    const replayed = await hall.ask<{ replay: { outcome: string } }>(
      "GET",
      `/wcp/decisions/${body.decision_id}/replay`,
      {
        key: tenant.key,
      },
    );
    expect(replayed.text).toContain('"same"');
  });

  it("is refused and not decided where a person asks", async () => {
    const { status, body } = await hall.ask("POST", "/wcp/route", {
      key: session,
      body: request(tenant.identity),
    });
    expect([status, body.code]).toEqual([403, "FORBIDDEN"]);
  });

  it("tells nothing of what another key asked under the same idempotency key", async () => {
    const wide = await make({ scopes: ["route"] });
    const narrow = await make({ scopes: ["route"], environments: ["stage"] });
    const headers = { "idempotency-key": "one-and-the-same" };
    expect((await route(wide.key, {}, headers)).body.outcome).toBe("DISPATCH");
    const again = await route(narrow.key, {}, headers);
    expect([again.status, again.body.code]).toEqual([422, "IDEMPOTENCY_MISMATCH"]);
    expect((await route(wide.key, {}, headers)).body.outcome).toBe("DISPATCH");
  });
});

it("a key that names an agent says so in each receipt", async () => {
  const { key } = await make({ scopes: ["route"], agent: "invoice-reader" });
  expect((await route(key)).body.receipt.decision.inputs.agent).toBe("invoice-reader");
  expect((await route(tenant.key)).body.receipt.decision.inputs).not.toHaveProperty("agent");
});

describe("a key with an address list", () => {
  const elsewhere = { addresses: ["192.0.2.0/24", "2001:db8::/32"], scopes: ["route"] };

  it("is refused from anywhere else, with no decision made", async () => {
    const { key } = await make(elsewhere);
    const answer = await route(key);
    expect([answer.status, answer.body.code]).toEqual([403, "KEY_ADDRESS"]);
    expect(answer.text).not.toContain("192.0.2");
    const here = await make({ addresses: ["127.0.0.0/8"], scopes: ["route"] });
    expect((await route(here.key)).status).toBe(200);
  });

  it.each([["x-forwarded-for"], ["x-real-ip"], ["forwarded"]])(
    "is not let in by a header that nobody vouches for: H-102 %s",
    async (name) => {
      const { key } = await make(elsewhere);
      const value = name === "forwarded" ? "for=192.0.2.7" : "192.0.2.7";
      expect((await route(key, {}, { [name]: value })).status).toBe(403);
    },
  );

  it.each([
    ["192.0.2.7", 200],
    ["::ffff:192.0.2.7", 200],
    ["2001:db8:1::5", 200],
    ["198.51.100.7", 403],
    ["192.0.2.7, 198.51.100.7", 403],
    ["198.51.100.7, 192.0.2.7", 200],
    ["nonsense", 403],
  ])(
    "is judged behind a trusted proxy by the last address that no proxy wrote for itself: %s",
    async (forwarded, status) => {
      const { key } = await make(elsewhere);
      const answer = await proxied.ask("POST", "/wcp/route", {
        key,
        body: request(tenant.identity),
        headers: { "x-forwarded-for": forwarded },
      });
      expect(answer.status).toBe(status);
    },
  );
});

interface Rotated extends Made {
  replaces: string;
  replaced_until: string;
}

function rotate(id: string, graceSeconds: number) {
  return hall.ask<Rotated>("POST", `/wcp/keys/${id}/rotate`, {
    key: session,
    body: { grace_seconds: graceSeconds },
  });
}

describe("a key that is rotated", () => {
  it("holds beside its successor for the grace, and each decision names the key that asked", async () => {
    const old = await make({
      scopes: ["route"],
      agent: "a",
      environments: ["dev"],
      expires_in_seconds: 7200,
    });
    const epoch = await epochOf(house, tenant.id);
    const { status, body: next } = await rotate(old.id, 3600);
    expect(status).toBe(201);
    expect(await epochOf(house, tenant.id)).toBe(epoch + 1);
    for (const { key, id } of [old, next])
      expect((await route(key)).body).toMatchObject({ outcome: "DISPATCH", receipt: { actor: { id } } });
    expect(await listed(old.id)).toMatchObject({
      state: "replaced",
      replaced_by: next.id,
      expires_at: next.replaced_until,
    });
    expect(await listed(next.id)).toMatchObject({
      scopes: ["decision:make"],
      agent: "a",
      environments: ["dev"],
    });
    const act = await verifiedAct(hall, tenant.key, next.receipt_id);
    expect(act).toMatchObject({
      kind: "key",
      action: "rotated",
      subject: old.id,
      details: { successor: next.id, replaced_until: next.replaced_until },
    });
    expect(JSON.stringify(act)).not.toContain(next.key);
  });

  it("never holds longer than it would have", async () => {
    const old = await make({ expires_in_seconds: 60 });
    const { body: next } = await rotate(old.id, 86_400);
    expect(next.replaced_until).toBe(old.expires_at);
  });

  it("ends at once without a grace", async () => {
    const old = await make({ scopes: ["route"] });
    const { body: next } = await rotate(old.id, 0);
    const answer = await route(old.key);
    expect([answer.status, answer.body.code]).toEqual([401, "KEY_REVOKED"]);
    expect((await route(next.key)).status).toBe(200);
  });

  it("is not rotated twice, nor after its end, nor for more than a day, nor by a key", async () => {
    const old = await make();
    const { body: next } = await rotate(old.id, 60);
    const refusalOf = async (id: string, grace: number, key = session) => {
      const { status, body } = await hall.ask("POST", `/wcp/keys/${id}/rotate`, {
        key,
        body: { grace_seconds: grace },
      });
      return [status, body.code];
    };
    expect(await refusalOf(old.id, 60)).toEqual([409, "CONFLICT"]);
    await hall.ask("POST", `/wcp/keys/${next.id}/revoke`, { key: session, body: {} });
    expect(await refusalOf(next.id, 60)).toEqual([409, "CONFLICT"]);
    expect(await refusalOf((await make()).id, 86_401)).toEqual([400, "INVALID_REQUEST"]);
    expect(await refusalOf((await make()).id, 60, tenant.key)).toEqual([403, "FORBIDDEN"]);
  });

  it("by two people at once gets one successor", async () => {
    const old = await make();
    const answers = await Promise.all(Array.from({ length: 6 }, () => rotate(old.id, 60)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    const { rows } = await house.admin.query(
      "SELECT 1 FROM hall.api_key WHERE id = (SELECT replaced_by FROM hall.api_key WHERE id = $1)",
      [old.id],
    );
    expect(rows).toHaveLength(1);
  });

  it("is refused by every instance once the grace is over", async () => {
    const old = await make({ scopes: ["route"] });
    const { body: next } = await rotate(old.id, 1);
    const until = Date.parse(next.replaced_until);
    for (const at of [hall, proxied]) {
      let last: Answer<Decided>;
      do {
        last = await at.ask("POST", "/wcp/route", { key: old.key, body: request(tenant.identity) });
        if (last.status !== 200) continue;
        const { decided_at } = (await verified(last.body, hall.verifierKey)) as { decided_at: string };
        expect(Date.parse(decided_at)).toBeLessThan(until);
      } while (last.status === 200);
      expect([last.status, last.body.code]).toEqual([401, "KEY_EXPIRED"]);
    }
    expect(await listed(old.id)).toMatchObject({ state: "expired" });
  }, 15_000);
});

describe("a leaked key", () => {
  const report = (key: string, at: OpenHall = hall, headers: Record<string, string> = {}) =>
    at.ask<Partial<Refusal>>("POST", "/wcp/keys/report-leak", { body: { key }, headers });

  it("is revoked by whoever holds its text, in every instance, with a receipt and an alert", async () => {
    const leaked = await make({ scopes: ["route"], name: "ci" });
    expect((await route(leaked.key)).status).toBe(200);
    const epoch = await epochOf(house, tenant.id);
    const { status, text } = await report(leaked.key);
    expect([status, text]).toEqual([200, '{"received":true}']);
    expect(await epochOf(house, tenant.id)).toBe(epoch + 1);
    for (const at of [hall, proxied]) {
      const refused = await at.ask("POST", "/wcp/route", { key: leaked.key, body: request(tenant.identity) });
      expect([refused.status, refused.body.code]).toEqual([401, "KEY_REVOKED"]);
    }
    const { body } = await hall.ask<{ alerts: { alert_id: string; code: string; message: string }[] }>(
      "GET",
      "/alerts",
      { key: session },
    );
    expect(body.alerts[0]).toMatchObject({ code: "KEY_LEAKED", message: expect.stringContaining("key ci") });
    const alert = await verifiedAct(hall, tenant.key, body.alerts[0]!.alert_id);
    expect(alert).toMatchObject({ kind: "alert", action: "raised", subject: leaked.id });
    expect(alert.actor).toEqual({ kind: "hall", id: "leak-report" });
    const { rows } = await house.admin.query(
      "SELECT body FROM ledger.receipt WHERE kind = 'key' AND leaf_index = $1",
      [alert.leaf_index - 1],
    );
    expect(JSON.parse(rows[0].body)).toMatchObject({
      action: "revoked",
      subject: leaked.id,
      actor: alert.actor,
    });
  });

  it("answers the same for a key that never was, one revoked before, and what is none; and nothing changes", async () => {
    const other = await house.open();
    const gone = await make();
    await report(gone.key, other);
    const size = async () => (await house.admin.query("SELECT tree_size FROM ledger.log_head")).rows[0];
    const before = await size();
    const texts = [gone.key, newSecret("key"), session, `${tenant.key}x`, tenant.key.toUpperCase(), ""];
    for (const text of texts) {
      const answer = await report(text, other);
      expect([answer.status, answer.text], text).toEqual([200, '{"received":true}']);
    }
    expect(await size()).toEqual(before);
    expect((await route(tenant.key)).status).toBe(200);
    await other.stop();
  });

  it("is reported ten times a minute from one address; all of a /64 are one, and others are not", async () => {
    const at = await house.open({ trustedProxies: ["127.0.0.0/8"] });
    const from = async (address: string) => {
      const { status, headers, body } = await report(newSecret("key"), at, { "x-forwarded-for": address });
      return status === 429 ? [429, body.code, Number(headers.get("retry-after")) > 0] : [status];
    };
    for (let i = 0; i < 10; i++) expect(await from(`2001:db8:1:2::${i}`)).toEqual([200]);
    expect(await from("2001:db8:1:2:ffff::1")).toEqual([429, "RATE_LIMITED", true]);
    expect(await from("2001:db8:1:3::1")).toEqual([200]);
    expect(await from("192.0.2.1")).toEqual([200]);
  });
});
