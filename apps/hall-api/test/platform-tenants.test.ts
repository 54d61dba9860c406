import { randomUUID } from "node:crypto";
import { withOperator } from "@guildhall/db";
import { HALL_CHAIN, type TenantSlug } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTenant } from "../src/tenants/write-tenant.ts";
import { enrollAt } from "./testing/enrolled-worker.ts";
import { addOperator } from "./testing/platform.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type Refusal, type TestHouse } from "./testing/running-hall.ts";
import { addKey, addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { verified } from "./testing/verified.ts";

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let operator: Awaited<ReturnType<typeof addOperator>>;
let tenant: TestTenant;

const PASSWORD = "copper lantern walks uphill";
const slugOf = () => `t${randomUUID().slice(0, 13)}`;
const someone = () => `o-${randomUUID()}@example.test`;

beforeAll(async () => {
  house = await openHouse();
  [hall, second] = [await house.open(), await house.open()];
  operator = await addOperator(hall.hall);
  tenant = await addTenant(hall.hall, { name: "busy" });
});
afterAll(() => house?.close());

interface Made {
  tenant: string;
  invitation_until: string;
  receipt_id: string;
}
interface Line {
  tenant: string;
  owner: string;
  [figure: string]: unknown;
}

const create = <Body = Refusal>(slug: string, email = someone(), key = operator.session, at = hall) =>
  at.ask<Body>("POST", "/hall/tenants", {
    key,
    body: { tenant: slug, name: slug, owner: { email, display_name: "First" } },
  });
const invite = <Body = Refusal>(slug: string, email: string, key = operator.session) =>
  hall.ask<Body>("POST", `/hall/tenants/${slug}/invitation`, { key, body: { email, display_name: "First" } });
const withdraw = <Body = Refusal>(slug: string, key = operator.session) =>
  hall.ask<Body>("POST", `/hall/tenants/${slug}/invitation/withdraw`, { key, body: { reason: "a slip" } });
const get = <Body = Line>(slug: string, key = operator.session) =>
  hall.ask<Body>("GET", `/hall/tenants/${slug}`, { key });
const accept = (token: string) =>
  hall.ask<Refusal & { tenant: { slug: string } }>("POST", "/wcp/invitations/accept", {
    body: { token, display_name: "Ada", password: PASSWORD },
  });
const tokenFor = (email: string) =>
  /token=(hall_link_\w+)/.exec(hall.printed.findLast((text) => text.includes(`For ${email}:`)) ?? "")?.[1] ??
  "";
const hallReceipt = async (id: string) => {
  const { body } = await hall.ask<Parameters<typeof verified>[0]>("GET", `/hall/receipts/${id}`, {
    key: operator.session,
  });
  return verified(body, hall.verifierKey);
};

describe("a tenant that the Hall's operator makes", () => {
  it("is empty, waits for its owner, and becomes theirs by a link that nobody else sees", async () => {
    const [slug, email] = [slugOf(), someone()];
    const made = await create<Made>(slug, email);
    expect(made.status).toBe(201);
    expect(made.text).not.toContain("hall_link_");
    expect(await hallReceipt(made.body.receipt_id)).toMatchObject({
      chain: HALL_CHAIN,
      kind: "tenant",
      action: "created",
      actor: { kind: "person", id: operator.id },
      details: { slug, identities: [slug], by: "operator" },
    });
    const empty = { members: 0, agreements: 0, keys: 0, workers: 0, standing: "ok" };
    expect((await get(slug)).body).toMatchObject({ ...empty, owner: "invited" });

    expect((await accept(tokenFor(email))).body.tenant.slug).toBe(slug);
    expect((await get(slug)).body).toMatchObject({ ...empty, owner: "joined", members: 1 });
    const { body } = await second.ask<{ session_token: string; member: { role: string } }>(
      "POST",
      "/wcp/session/begin",
      { body: { email, password: PASSWORD } },
    );
    expect(body.member.role).toBe("owner");
    const workers = await second.ask<{ workers: unknown[] }>("GET", "/wcp/workers", {
      key: body.session_token,
    });
    expect(workers.body.workers).toEqual([]);
    // It signs by its own name: an owner's first key works for it.
    const key = await second.ask("POST", "/wcp/keys", {
      key: body.session_token,
      body: { name: "one", identities: [slug] },
    });
    expect(key.status).toBe(201);
  });

  it("of one name is one, however many ask at once and in whatever instance", async () => {
    const slug = slugOf();
    const asked = await Promise.all(
      [hall, second, hall, second].map((at) => create(slug, someone(), operator.session, at)),
    );
    expect(asked.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const { rows } = await house.admin.query("SELECT 1 FROM hall.tenant WHERE slug = $1", [slug]);
    expect(rows).toHaveLength(1);
  });

  it("has no name that looks like another's, nor what another signs by, nor a reserved one", async () => {
    const stem = `m${randomUUID()
      .slice(0, 8)
      .replaceAll(/[^a-f]/g, "x")}`;
    expect((await create(`${stem}-morn`)).status).toBe(201);
    for (const alike of [`${stem}-mom`, `${stem}m0rn`, `${stem}-rnorn`])
      expect(expectRefusal(await create(alike), 409, "CONFLICT").reason).toBe(
        "the name looks like another that is taken",
      );
    await addTenant(hall.hall, { name: "sign" });
    await house.admin.query("UPDATE hall.signatory_identity SET identity = 'signs-so' WHERE identity = $1", [
      "sign.test",
    ]);
    expectRefusal(await create("signs-so"), 409, "CONFLICT");
    for (const reserved of ["platform", "p1atform", "admin", "Acme", "\u0430cme", "a", "-x"])
      expectRefusal(await create(reserved), 400, "INVALID_REQUEST");
  });

  it("whose making was cut off before the letter has its owner invited again, by whom the chain then names", async () => {
    const [slug, email] = [slugOf(), someone()];
    // What a crash leaves: the tenant, and nobody in it.
    const nowMs = hall.hall.clock.now();
    const made = await withOperator(hall.hall.db, (tx) =>
      writeTenant(hall.hall, tx, {
        ...{ slug: slug as TenantSlug, name: slug, by: "operator", nowMs },
        actor: { kind: "person", id: operator.id },
      }),
    );
    await hall.hall.ledger.sealed(made.act);
    expect((await get(slug)).body).toMatchObject({ owner: "none", invitation_until: null });
    const first = await invite<Made>(slug, email);
    expect(first.status).toBe(201);
    expect(await hallReceipt(first.body.receipt_id)).toMatchObject({
      kind: "tenant",
      action: "owner_invited",
      actor: { kind: "person", id: operator.id },
    });
    const lost = tokenFor(email);
    expect((await invite(slug, email)).status).toBe(201);
    expectRefusal(await accept(lost), 401, "LINK_SPENT");
    expect((await accept(tokenFor(email))).status).toBe(201);
    // From here on, who comes is the tenant's affair.
    expectRefusal(await invite(slug, someone()), 409, "CONFLICT");
    expectRefusal(await withdraw(slug), 409, "CONFLICT");
  });

  it("whose owner's invitation is withdrawn, or has run out, waits for another", async () => {
    const [slug, email, other] = [slugOf(), someone(), someone()];
    await create(slug, email);
    expectRefusal(await invite(slug, other), 409, "CONFLICT");
    const gone = await withdraw<Made>(slug);
    expect(gone.status).toBe(200);
    expect(await hallReceipt(gone.body.receipt_id)).toMatchObject({
      action: "invitation_withdrawn",
      details: { reason: "a slip" },
    });
    expectRefusal(await accept(tokenFor(email)), 401, "LINK_SPENT");
    expectRefusal(await withdraw(slug), 404, "NOT_FOUND");
    await invite(slug, other);
    await house.admin.query(
      "UPDATE hall.sign_in_link SET expires_at = 'epoch' WHERE tenant_id = (SELECT id FROM hall.tenant WHERE slug = $1)",
      [slug],
    );
    expect((await get(slug)).body).toMatchObject({ owner: "invited", invitation_until: null });
    expectRefusal(await accept(tokenFor(other)), 401, "LINK_SPENT");
    await invite(slug, other);
    expect((await accept(tokenFor(other))).status).toBe(201);
  });
});

describe("who operates the Hall", () => {
  it("is told how many of what a tenant has, page by page, and never the Hall's own house", async () => {
    await addKey(hall.hall, tenant);
    await addMember(hall.hall, tenant.id, "owner");
    await enrollAt(hall, tenant.key, "http://127.0.0.1:9/nobody");
    const { body } = await get("busy");
    expect(body).toMatchObject({ members: 1, keys: 2, workers: 1, agreements: 0, owner: "joined" });
    expect(Date.parse(String(body.last_activity_at))).toBeGreaterThan(hall.hall.clock.now() - 600_000);
    const seen: string[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const page: { tenants: Line[]; next: string | null } = (
        await hall.ask<{ tenants: Line[]; next: string | null }>(
          "GET",
          `/hall/tenants?limit=2&after=${after}`,
          { key: operator.session },
        )
      ).body;
      expect(page.tenants.length).toBeLessThanOrEqual(2);
      seen.push(...page.tenants.map(({ tenant }) => tenant));
      after = page.next;
    }
    const { rows } = await house.admin.query<{ slug: string }>(
      `SELECT slug FROM hall.tenant WHERE slug <> 'platform' ORDER BY slug COLLATE "C"`,
    );
    expect([...seen].sort()).toEqual(rows.map(({ slug }) => slug).sort());
    expectRefusal(await get("platform"), 404, "NOT_FOUND");
  });

  it("reads no row of a tenant: neither by an operation nor in the database", async () => {
    for (const path of ["/wcp/workers", "/wcp/keys", "/wcp/decisions", "/wcp/agreements", "/alerts"])
      expectRefusal(await hall.ask("GET", path, { key: operator.session }), 403, "FORBIDDEN");
    const rows = await withOperator(hall.hall.db, async (tx) => [
      await tx.member.count({ where: { tenantId: tenant.id } }),
      await tx.session.count({ where: { tenantId: tenant.id } }),
      await tx.signInLink.count({ where: { tenantId: tenant.id } }),
    ]);
    expect(rows).toEqual([0, 0, 0]);
    await expect(withOperator(hall.hall.db, (tx) => tx.apiKey.count())).rejects.toThrow(/permission denied/);
    await expect(withOperator(hall.hall.db, (tx) => tx.worker.count())).rejects.toThrow(/permission denied/);
    // The people whom it sees are those of the Hall's own house.
    const people = await hall.ask<{ members: { id: string }[] }>("GET", "/wcp/members", {
      key: operator.session,
    });
    expect(people.body.members.map(({ id }) => id)).toContain(operator.id);
  });

  it("is nobody of a tenant, whatever their role there", async () => {
    const owner = await addMember(hall.hall, tenant.id, "owner");
    for (const key of [owner.session, tenant.key]) {
      expectRefusal(await create(slugOf(), someone(), key), 403, "FORBIDDEN");
      expectRefusal(await invite("busy", someone(), key), 403, "FORBIDDEN");
      expectRefusal(await withdraw("busy", key), 403, "FORBIDDEN");
      expectRefusal(await get<Refusal>("busy", key), 403, "FORBIDDEN");
      expectRefusal(await hall.ask("GET", "/hall/tenants", { key }), 403, "FORBIDDEN");
    }
  });

  it("as an auditor of the platform reads, and changes nothing", async () => {
    const auditor = await addOperator(hall.hall, "auditor");
    expect((await get("busy", auditor.session)).status).toBe(200);
    expectRefusal(await create(slugOf(), someone(), auditor.session), 403, "FORBIDDEN");
  });

  it("needs a fresh factor to make a tenant or to say how one stands", async () => {
    const stale = await addOperator(hall.hall);
    await house.admin.query("UPDATE hall.session SET step_up_at = now() - interval '1 hour' WHERE id = $1", [
      stale.sessionId,
    ]);
    expectRefusal(await create(slugOf(), someone(), stale.session), 403, "STEP_UP_REQUIRED");
    expectRefusal(
      await hall.ask("PUT", "/hall/tenants/busy/standing", {
        key: stale.session,
        body: { standing: "grace", reason: "x" },
      }),
      403,
      "STEP_UP_REQUIRED",
    );
  });

  it("suspends and brings back, and the receipt names the person; once removed, they do neither", async () => {
    const other = await addOperator(hall.hall);
    const stand = (standing: string, key = other.session) =>
      hall.ask<Refusal & { receipt_id: string }>("PUT", "/hall/tenants/busy/standing", {
        key,
        body: { standing, reason: "an invoice" },
      });
    const set = await stand("suspended");
    expect(set.status).toBe(200);
    expect(await hallReceipt(set.body.receipt_id)).toMatchObject({
      action: "standing_set",
      actor: { kind: "person", id: other.id },
    });
    expect((await stand("ok")).status).toBe(200);
    const removed = await hall.ask("POST", `/wcp/members/${other.id}/remove`, {
      key: operator.session,
      body: { reason: "left" },
    });
    expect(removed.status).toBe(200);
    expect((await stand("suspended")).status).toBe(401);
  });

  it("signs in as anybody does, and chooses between the platform and a tenant of theirs", async () => {
    const email = someone();
    await addOperator(hall.hall, "owner", { email, password: PASSWORD });
    await addMember(hall.hall, tenant.id, "auditor", { email });
    const begin = (where?: string) =>
      hall.ask<{ state: string; session_token: string; tenants: { slug: string }[] }>(
        "POST",
        "/wcp/session/begin",
        { body: { email, password: PASSWORD, ...(where && { tenant: where }) } },
      );
    expect((await begin()).body.tenants.map(({ slug }) => slug)).toEqual(["busy", "platform"]);
    const there = (await begin("platform")).body.session_token;
    const here = (await begin("busy")).body.session_token;
    expect((await get("busy", there)).status).toBe(200);
    expect((await get("busy", here)).status).toBe(403);
    expect((await hall.ask("GET", "/wcp/workers", { key: here })).status).toBe(200);
    expect((await hall.ask("GET", "/wcp/workers", { key: there })).status).toBe(403);
  });
});
