import { randomUUID } from "node:crypto";
import { HALL_CHAIN } from "@guildhall/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { seedDemo } from "../src/seed-demo.ts";
import { offerFirstRun } from "../src/tenants/first-run.ts";
import { addAuthenticator } from "./testing/authenticator.ts";
import { addOperator } from "./testing/platform.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type Refusal, type TestHouse } from "./testing/running-hall.ts";
import { addMember, addTenant } from "./testing/tenant.ts";

let house: TestHouse;
let hall: OpenHall;
let closed: OpenHall;

const PASSWORD = "copper lantern walks uphill";
const OTHER = "nine crooked herons bargain";
const slugOf = () => `t${randomUUID().slice(0, 13)}`;
const someone = () => `s-${randomUUID()}@example.test`;

beforeAll(async () => {
  house = await openHouse();
  [hall, closed] = [await house.open({ signUp: true, signUpsPerHour: 40 }), await house.open()];
});
afterAll(() => house?.close());

interface Founded {
  tenant: { slug: string };
  email: string;
  operates_hall: boolean;
  receipt_id: string;
}

const ask = (email: string, at = hall) =>
  at.ask<Refusal & { asked: true }>("POST", "/wcp/sign-up", { body: { email } });
const found = (token: string, changes: Record<string, unknown> = {}, at = hall) =>
  at.ask<Refusal & Founded>("POST", "/wcp/tenants", {
    body: { token, tenant: slugOf(), name: "Acme", display_name: "Ada", password: PASSWORD, ...changes },
  });
const begin = (email: string, password = PASSWORD) =>
  hall.ask<{ state: string; session_token: string; member: { role: string }; tenants?: { slug: string }[] }>(
    "POST",
    "/wcp/session/begin",
    { body: { email, password } },
  );

/** What is done behind an answer is over once its letter was printed. */
async function letterTo(email: string): Promise<string> {
  for (;;) {
    const text = hall.printed.find((one) => one.includes(`For ${email}:`));
    if (text !== undefined) return /token=(hall_link_\w+)/.exec(text)?.[1] ?? "";
    await new Promise((resolve) => setImmediate(resolve));
  }
}
async function signUp(email = someone()): Promise<{ email: string; token: string }> {
  expect((await ask(email)).status).toBe(202);
  return { email, token: await letterTo(email) };
}
/** Limits are of an hour; each test begins a new one. */
afterEach(() => house.admin.query("UPDATE hall.sign_in_count SET attempts = 0"));

describe("signing up", () => {
  it("is off unless it was set, and a link of before founds nothing then", async () => {
    expectRefusal(await ask(someone(), closed), 404, "SIGN_UP_CLOSED");
    expect(closed.printed).toEqual([]);
    const { token } = await signUp();
    expectRefusal(await found(token, {}, closed), 404, "SIGN_UP_CLOSED");
    expect((await found(token)).status).toBe(201);
  });

  it("ends in an empty tenant with one owner, who signs in by the password they set", async () => {
    const { email, token } = await signUp();
    const slug = slugOf();
    const { status, body } = await found(token, { tenant: slug });
    expect([status, body.tenant.slug, body.email, body.operates_hall]).toEqual([201, slug, email, false]);
    const { body: began } = await begin(email);
    expect(began.member.role).toBe("owner");
    const people = await hall.ask<{ members: object[] }>("GET", "/wcp/members", { key: began.session_token });
    expect(people.body.members).toHaveLength(1);
    const workers = await hall.ask<{ workers: object[] }>("GET", "/wcp/workers", {
      key: began.session_token,
    });
    expect(workers.body.workers).toEqual([]);
    // The owner of a tenant operates no Hall.
    expectRefusal(await hall.ask("GET", "/hall/tenants", { key: began.session_token }), 403, "FORBIDDEN");
  });

  it("stands in the Hall's chain without the e-mail, and in the tenant's from its first entry", async () => {
    const { email, token } = await signUp();
    const { body } = await found(token);
    const { rows } = await house.admin.query<{ body: Buffer; tenant_id: string }>(
      "SELECT tenant_id, body FROM ledger.receipt ORDER BY leaf_index DESC LIMIT 6",
    );
    const acts = rows.map(({ body }) => JSON.parse(body.toString()));
    expect(
      acts
        .map(({ kind, action }) => `${kind} ${action}`)
        .reverse()
        .slice(-4),
    ).toEqual(["access sign_up_asked", "tenant created", "access invited", "access joined"]);
    expect(acts[0].receipt_id).toBe(body.receipt_id);
    for (const { body } of rows) expect(body.toString()).not.toContain(email);
  });

  it("answers the same for an e-mail that is known, whose account its own password must open", async () => {
    const tenant = await addTenant(hall.hall);
    const email = someone();
    await addMember(hall.hall, tenant.id, "auditor", { email, password: PASSWORD });
    const [known, unknown] = [await ask(email), await ask(someone())];
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
    const token = await letterTo(email);
    const slug = slugOf();
    expectRefusal(await found(token, { tenant: slug, password: OTHER }), 401, "SIGN_IN_REFUSED");
    // Whoever could not show it has taken no name.
    const { rows } = await house.admin.query("SELECT 1 FROM hall.tenant WHERE slug = $1", [slug]);
    expect(rows).toEqual([]);
    expect((await found(token, { tenant: slug })).status).toBe(201);
    expect((await begin(email)).body.tenants?.map((one) => one.slug)).toContain(slug);
  });

  it("is bounded: by e-mail, by address, and by the hour, and one address does not use up the hour", async () => {
    const email = someone();
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push((await ask(email)).status);
    expect(answers).toEqual([202, 202, 202, 429]);
    let passed = 4;
    for (; passed < 60; passed++) if ((await ask(someone())).status === 429) break;
    expect(passed).toBe(20);
    // From elsewhere the hour is still open, until it is full.
    const elsewhere = await house.open({ signUp: true, signUpsPerHour: 25, trustedProxies: ["127.0.0.0/8"] });
    const from = (address: string) =>
      elsewhere.ask("POST", "/wcp/sign-up", {
        body: { email: someone() },
        headers: { "x-forwarded-for": address },
      });
    const statuses = [];
    for (let n = 0; n < 8; n++) statuses.push((await from(`203.0.113.${n}`)).status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(6);
    expect(statuses.at(-1)).toBe(429);
    await elsewhere.stop();
  });

  it("works by a link once, and by the newest alone", async () => {
    const { email, token: old } = await signUp();
    hall.printed.length = 0;
    const { token } = await signUp(email);
    expectRefusal(await found(old), 401, "LINK_SPENT");
    const both = await Promise.all([found(token), found(token)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 401]);
    expectRefusal(await found(token), 401, "LINK_SPENT");
    const { rows } = await house.admin.query("SELECT 1 FROM hall.member WHERE email = $1", [email]);
    expect(rows).toHaveLength(1);
  });

  it("by a link that has run out, or is none, leads nowhere, and the e-mail is forgotten", async () => {
    const { email, token } = await signUp();
    await house.admin.query("UPDATE hall.founding_link SET expires_at = 'epoch' WHERE email = $1", [email]);
    expectRefusal(await found(token), 401, "LINK_SPENT");
    for (const none of ["", "hall_link_x", token.replace(/.$/, "0")])
      expect((await found(none)).status).toBe(401);
    await signUp();
    const { rows } = await house.admin.query("SELECT 1 FROM hall.founding_link WHERE email = $1", [email]);
    expect(rows).toEqual([]);
  });

  it("takes no name that is taken, looks like one, or is reserved, and the link lives on", async () => {
    const { token } = await signUp();
    await found(token.replace(/^/, ""), { tenant: "admin" }).then((answer) =>
      expectRefusal(answer, 400, "INVALID_REQUEST"),
    );
    const taken = slugOf();
    const other = await signUp();
    expect((await found(other.token, { tenant: taken })).status).toBe(201);
    expectRefusal(await found(token, { tenant: taken }), 409, "CONFLICT");
    expectRefusal(await found(token, { name: "\u0410cme" }), 400, "INVALID_REQUEST");
    expectRefusal(await found(token, { password: "password1" }), 422, "PASSWORD_WEAK");
    expectRefusal(await found(token, { email: someone() }), 400, "INVALID_REQUEST");
    expect((await found(token)).status).toBe(201);
  });

  it("that was cut off after the tenant was made goes on with the same link", async () => {
    const { email, token } = await signUp();
    const slug = slugOf();
    // As if the process had ended before the owner was invited: nothing but the tenant is there.
    await house.admin.query(
      `WITH t AS (INSERT INTO hall.tenant (id, slug, name) VALUES (gen_random_uuid(), $1, 'Cut') RETURNING id),
         v AS (INSERT INTO hall.snapshot_version (tenant_id) SELECT id FROM t),
         h AS (INSERT INTO ledger.chain_head (tenant_id) SELECT id FROM t)
       UPDATE hall.founding_link SET founded = (SELECT id FROM t) WHERE email = $2`,
      [slug, email],
    );
    const { status, body } = await found(token);
    expect([status, body.tenant.slug]).toEqual([201, slug]);
    expectRefusal(await found(token), 401, "LINK_SPENT");
  });
});

describe("where the house asks for a second factor", () => {
  it("an owner who has just founded sets one up before anything else", async () => {
    const strict = await house.open({ signUp: true, secondFactorRoles: ["owner"] });
    const { email, token } = await signUp();
    expect((await found(token)).status).toBe(201);
    const { session_token: key } = (await begin(email)).body;
    expectRefusal(await strict.ask("GET", "/wcp/members", { key }), 403, "SECOND_FACTOR_REQUIRED");
    const { code } = await addAuthenticator(strict, key);
    const { body: waits } = await strict.ask<{ pending_token: string }>("POST", "/wcp/session/begin", {
      body: { email, password: PASSWORD },
    });
    const { body: began } = await strict.ask<{ session_token: string }>(
      "POST",
      "/wcp/session/verify-factor",
      { body: { token: waits.pending_token, code: code(1) } },
    );
    expect((await strict.ask("GET", "/wcp/members", { key: began.session_token })).status).toBe(200);
    await strict.stop();
  });
});

describe("the first start", () => {
  const tokenOf = (url: string | undefined) => new URL(url ?? "").searchParams.get("token") ?? "";

  it("prints a link, each start another, and only the newest makes the first operator, who owns a tenant too", async () => {
    // Demo people are a tenant's, and operate nothing.
    await seedDemo(hall.hall);
    const old = await offerFirstRun(hall.hall);
    const link = await offerFirstRun(closed.hall);
    expect(link?.url).toMatch(/^http:\/\/console\.test\/first-run\?token=hall_link_/);
    const email = someone();
    expectRefusal(await found(tokenOf(old?.url), { email }), 401, "LINK_SPENT");
    expectRefusal(await found(tokenOf(link?.url)), 400, "INVALID_REQUEST");
    const slug = slugOf();
    // Sign-up is off there, and that does not matter.
    const made = await found(tokenOf(link?.url), { email, tenant: slug }, closed);
    expect([made.status, made.body.operates_hall, made.body.tenant.slug]).toEqual([201, true, slug]);
    const { body } = await begin(email);
    expect(body.tenants?.map((one) => one.slug)).toEqual(["platform", slug].sort());
    const there = await hall.ask<{ session_token: string }>("POST", "/wcp/session/begin", {
      body: { email, password: PASSWORD, tenant: "platform" },
    });
    const key = there.body.session_token;
    expect((await hall.ask("GET", "/hall/tenants", { key })).status).toBe(200);
    expect((await hall.ask("GET", `/hall/tenants/${slug}`, { key })).body).toMatchObject({
      members: 1,
      owner: "joined",
    });
    // Used: it leads nowhere, and no start offers another.
    expectRefusal(await found(tokenOf(link?.url), { email }), 401, "LINK_SPENT");
    expect(await offerFirstRun(hall.hall)).toBeNull();
  });

  it("makes one operator of several who come at once with links that all work", async () => {
    const other = await openHouse();
    const one = await other.open();
    const urls = [await offerFirstRun(one.hall), await offerFirstRun(one.hall)];
    // A replaced link that works again: what two instances that start at once could leave.
    await other.admin.query("UPDATE hall.founding_link SET expires_at = now() + interval '1 hour'");
    const answers = await Promise.all(
      urls.map((link) => found(tokenOf(link?.url), { email: someone() }, one)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401]);
    const { rows } = await other.admin.query("SELECT 1 FROM hall.member WHERE tenant_id = $1", [HALL_CHAIN]);
    expect(rows).toHaveLength(1);
    await other.close();
  });

  it("is over where somebody operates the Hall", async () => {
    const other = await openHouse();
    const one = await other.open();
    const link = await offerFirstRun(one.hall);
    await addOperator(one.hall);
    expect(await offerFirstRun(one.hall)).toBeNull();
    expectRefusal(await found(tokenOf(link?.url), { email: someone() }, one), 401, "LINK_SPENT");
    await other.close();
  });
});
