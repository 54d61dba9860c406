import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addAuthenticator } from "./testing/authenticator.ts";
import { CLIENT, type ForgingProvider, startForgingProvider } from "./testing/forging-provider.ts";
import { oneUponAnother } from "./testing/hold-log.ts";
import { type NameServer, startNameServer } from "./testing/name-server.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type Refusal, type TestHouse } from "./testing/running-hall.ts";
import {
  addOwner,
  type Begun,
  beginAt,
  completeAt,
  configure,
  type Gone,
  PASSWORD,
  proveDomain,
} from "./testing/single-sign-on.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";
import { epochOf, verifiedAct } from "./testing/verified-act.ts";

let house: TestHouse;
let hall: OpenHall;
let second: OpenHall;
let names: NameServer;
let provider: ForgingProvider;
let acme: TestTenant;
let owner: string;

/** A tenant whose provider signs people in as operators, uninvited. */
async function connected(slug: string, by: ForgingProvider): Promise<{ tenant: TestTenant; owner: string }> {
  const tenant = await addTenant(hall.hall, { name: slug });
  const { session } = await addOwner(hall, tenant, `owner@${slug}.example`);
  await proveDomain(hall, names, session, `${slug}.example`);
  const { status, text } = await configure(hall, session, settings(by));
  expect(status, text).toBe(200);
  return { tenant, owner: session };
}
const settings = (by: ForgingProvider, changes: object = {}) => ({
  ...{ issuer: by.issuer, client_id: CLIENT.id, client_secret: CLIENT.secret, join_role: "operator" },
  ...changes,
});

beforeAll(async () => {
  house = await openHouse();
  [names, provider] = [await startNameServer(), await startForgingProvider()];
  const changes = { dnsServers: [names.address], ssoAllowLoopback: true, allowPrivateAddresses: false };
  [hall, second] = [await house.open(changes), await house.open(changes)];
  ({ tenant: acme, owner } = await connected("acme", provider));
});
beforeEach(async () => {
  provider.behave();
  await house.admin.query("UPDATE hall.session SET step_up_at = now() WHERE factors <> 'sso'");
});
afterAll(async () => {
  await house?.close();
  await names?.close();
  await provider?.close();
});

const someone = (slug = "acme") => {
  const email = `m-${randomUUID()}@${slug}.example`;
  return { sub: randomUUID(), email, email_verified: true, name: "Ada Lovelace" };
};
const invite = (email: string, role = "approver") =>
  hall.ask<{ id: string }>("POST", "/wcp/members", {
    key: owner,
    body: { email, display_name: "Invited", role },
  });

/** The whole way, with what a test changes on it. */
async function signIn<Body = Begun>(
  person: ForgingProvider["person"],
  { at = hall, by = provider, tenant = "acme", answer = (text: string) => text } = {},
) {
  by.person = person;
  const domain = typeof person.email === "string" ? person.email.split("@")[1] : "acme.example";
  const { body: gone } = await beginAt(
    at,
    `somebody@${domain === "elsewhere.example" ? "acme.example" : domain}`,
  );
  return completeAt<Body>(at, { flow_token: gone.flow_token, tenant, answer: answer(by.answerTo(gone.url)) });
}
const reads = async (key: string) => (await second.ask("GET", "/wcp/rules", { key })).status;

describe("through its provider", () => {
  it("somebody of a proved domain joins with the role that the tenant said, and their session works in every instance", async () => {
    const person = someone();
    const { status, body, text } = await signIn(person);
    expect(status, text).toBe(201);
    expect(body).toMatchObject({
      state: "begun",
      member: { role: "operator", display_name: "Ada Lovelace" },
    });
    expect(await reads(body.session_token)).toBe(200);
    const { rows } = await house.admin.query<{ body: Buffer }>(
      "SELECT body FROM ledger.receipt WHERE tenant_id = $1 AND kind IN ('access', 'session') ORDER BY seq DESC LIMIT 2",
      [acme.id],
    );
    const acts = rows.map((row) => JSON.parse(row.body.toString()));
    expect(acts).toMatchObject([
      { kind: "session", action: "begun", details: { factors: "sso" } },
      { kind: "access", action: "joined", details: { role: "operator", by: "sso", invited: false } },
    ]);
    expect(JSON.stringify(acts)).not.toContain(person.email);
    // And again as the same member, whatever their e-mail is now.
    const again = await signIn({ ...person, email: `renamed-${randomUUID()}@elsewhere.example` });
    expect(again.body.member.id).toBe(body.member.id);
  });

  it("the code is redeemed with PKCE and the client's secret, which is stored sealed and shown to nobody", async () => {
    const person = someone();
    provider.person = person;
    const { body: gone } = await beginAt(hall, person.email);
    const sent = new URL(gone.url).searchParams;
    await completeAt(hall, {
      flow_token: gone.flow_token,
      tenant: "acme",
      answer: provider.answerTo(gone.url),
    });
    const { form, authorization } = provider.redeemed.at(-1)!;
    expect(sent.get("code_challenge_method")).toBe("S256");
    expect(
      createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url"),
    ).toBe(sent.get("code_challenge"));
    const [id, secret] = Buffer.from(authorization.replace("Basic ", ""), "base64").toString().split(":");
    expect([id, secret].map((part) => new URLSearchParams(`x=${part}`).get("x"))).toEqual([
      CLIENT.id,
      CLIENT.secret,
    ]);
    const { rows } = await house.admin.query<{ client_secret: Buffer }>(
      "SELECT client_secret FROM hall.sso_connection",
    );
    expect(rows.some((row) => row.client_secret.includes(CLIENT.secret))).toBe(false);
    const shown = await hall.ask("GET", "/wcp/sso", { key: owner });
    expect(shown.text).not.toContain("secret");
    // Neither the flow nor the verifier can be read from what the browser keeps.
    expect(Buffer.from(gone.flow_token, "base64url").toString("latin1")).not.toContain(
      form.get("code_verifier"),
    );
  });

  it("an invited e-mail joins as what it was invited as, and the invitation's link is spent with that", async () => {
    const person = someone();
    const { body: invited } = await invite(person.email);
    const link = /token=(hall_link_\w+)/.exec(hall.printed.at(-1) ?? "")?.[1] ?? "";
    const { body } = await signIn(person);
    expect(body.member).toMatchObject({ id: invited.id, role: "approver" });
    const accepted = { token: link, display_name: "Eve", password: PASSWORD };
    expectRefusal(await hall.ask("POST", "/wcp/invitations/accept", { body: accepted }), 401, "LINK_SPENT");
  });

  it("nobody joins uninvited where the tenant does not say as what", async () => {
    expect((await configure(hall, owner, settings(provider, { join_role: null }))).status).toBe(200);
    const person = someone();
    expect(expectRefusal(await signIn<Refusal>(person), 403, "SSO_PERSON_REFUSED")).toMatchObject({
      why: "not_invited",
    });
    await invite(person.email);
    expect((await signIn(person)).status).toBe(201);
    expect((await configure(hall, owner, settings(provider))).status).toBe(200);
  });

  it("who was removed does not come back by signing in again, but by an invitation", async () => {
    const person = someone();
    const { body } = await signIn(person);
    const removed = await hall.ask("POST", `/wcp/members/${body.member.id}/remove`, {
      key: owner,
      body: { reason: "left" },
    });
    expect(removed.status).toBe(200);
    expect(await reads(body.session_token)).toBe(401);
    expect(expectRefusal(await signIn<Refusal>(person), 403, "SSO_PERSON_REFUSED")).toMatchObject({
      why: "removed",
    });
    // Nor under another subject with the same e-mail.
    const other = { ...person, sub: randomUUID() };
    expect(expectRefusal(await signIn<Refusal>(other), 403, "SSO_PERSON_REFUSED")).toMatchObject({
      why: "removed",
    });
    await invite(person.email);
    expect((await signIn(person)).body.member.role).toBe("approver");
  });

  it("the keys are read anew: a rotated key signs at once, and the one before no more", async () => {
    expect((await signIn(someone())).status).toBe(201);
    provider.signs = "with a key that it does not show";
    expectRefusal(await signIn<Refusal>(someone()), 401, "SSO_REFUSED");
    provider.signs = "with its key";
    await provider.rotateKey();
    expect((await signIn(someone())).status).toBe(201);
  });

  it("a session is as fresh as the provider says that the person is, and asks for more where that is long ago", async () => {
    const acts = async (session: string) => {
      const { body } = await hall.ask<Refusal>("POST", "/wcp/sso/link", { key: session, body: {} });
      return body.code;
    };
    const fresh = await signIn(someone());
    expect(await acts(fresh.body.session_token)).not.toBe("STEP_UP_REQUIRED");
    provider.claims = { auth_time: undefined };
    const unsaid = await signIn(someone());
    expect(await acts(unsaid.body.session_token)).toBe("STEP_UP_REQUIRED");
  });

  it("who has a second factor here is asked for it all the same", async () => {
    const person = someone();
    const { body } = await signIn(person);
    const { code } = await addAuthenticator(hall, body.session_token);
    const pending = await signIn(person);
    expect(pending.body.state).toBe("factor_needed");
    const answer = await hall.ask<Begun>("POST", "/wcp/session/verify-factor", {
      body: { token: pending.body.pending_token, code: code(1) },
    });
    expect(answer.status, answer.text).toBe(201);
    // It ends with the connection like any other.
    const { rows } = await house.admin.query(
      "SELECT 1 FROM hall.session WHERE factors = 'sso+totp' AND sso_connection_id IS NOT NULL AND awaits_factor = false",
    );
    expect(rows).toHaveLength(1);
  });
});

describe("H-116: what a provider sends is refused", () => {
  const CASES: [what: string, reason: RegExp, forged: Partial<ForgingProvider>][] = [
    ["with another nonce", /nonce/, { claims: { nonce: "another" } }],
    ["without a nonce", /nonce/, { claims: { nonce: undefined } }],
    ["signed by nothing (alg none)", /no algorithm/, { signs: "with nothing" }],
    ["signed by the client's secret (HS256)", /no algorithm/, { signs: "with the client's secret" }],
    ["signed by a key that it does not show", /signature/, { signs: "with a key that it does not show" }],
    ["for another audience", /aud/, { claims: { aud: "another" } }],
    [
      "for several, and not for us by azp",
      /azp/,
      { claims: { aud: [CLIENT.id, "another"], azp: "another" } },
    ],
    ["for us, and issued to another (azp)", /azp/, { claims: { azp: "another" } }],
    ["that has ended", /exp/, { claims: { exp: Math.floor(Date.now() / 1000) - 120 } }],
    ["without an end", /exp/, { claims: { exp: undefined } }],
    ["issued an hour ago", /iat/, { claims: { iat: Math.floor(Date.now() / 1000) - 3600 } }],
    ["issued in an hour", /iat/, { claims: { iat: Math.floor(Date.now() / 1000) + 3600 } }],
    ["of another issuer", /iss/, { claims: { iss: "https://another.example" } }],
    ["without a subject", /sub/, { claims: { sub: undefined } }],
    ["with a subject longer than any", /sub/, { claims: { sub: "s".repeat(256) } }],
  ];
  it.each(CASES)("a token %s, and the same without it signs in", async (_, reason, forged) => {
    const person = someone();
    Object.assign(provider, forged);
    const refusal = expectRefusal(await signIn<Refusal>(person), 401, "SSO_REFUSED");
    expect(refusal).toMatchObject({ step: "id_token", reason: expect.stringMatching(reason) });
    provider.behave();
    expect((await signIn(person)).status).toBe(201);
  });

  const changed = (name: string, value: string | null) => (text: string) => {
    const answer = new URLSearchParams(text);
    if (value === null) answer.delete(name);
    else answer.set(name, value);
    return answer.toString();
  };
  it.each([
    ["another state", changed("state", "another")],
    ["no state", changed("state", null)],
    ["two states", (text: string) => `${text}&state=another`],
    ["no code", changed("code", null)],
    ["another issuer's name (mix-up)", changed("iss", "https://another.example")],
    ["no issuer's name, where it promised one", changed("iss", null)],
    ["an error of the provider", () => "error=access_denied"],
  ])("an answer with %s", async (_, answer) => {
    const before = provider.redeemed.length;
    expectRefusal(await signIn<Refusal>(someone(), { answer }), 401, "SSO_REFUSED");
    // The code was not even handed in.
    expect(provider.redeemed.length).toBe(before);
  });

  it("an answer a second time, also at another instance", async () => {
    provider.person = someone();
    const { body: gone } = await beginAt(hall, "a@acme.example");
    const handedIn = { flow_token: gone.flow_token, tenant: "acme", answer: provider.answerTo(gone.url) };
    const statuses = await Promise.all(
      [hall, second].map(async (at) => (await completeAt(at, handedIn)).status),
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expectRefusal(await completeAt<Refusal>(second, handedIn), 401, "SSO_REFUSED");
  });

  it("an answer from a browser that did not begin it, that changed what it keeps, or came too late", async () => {
    provider.person = someone();
    const [{ body: ours }, { body: theirs }] = [
      await beginAt(hall, "a@acme.example"),
      await beginAt(hall, "a@acme.example"),
    ];
    const answer = provider.answerTo(ours.url);
    const late = sealedLater(ours);
    for (const flow_token of [
      theirs.flow_token,
      `${ours.flow_token.startsWith("A") ? "B" : "A"}${ours.flow_token.slice(1)}`,
      ours.flow_token.slice(0, 20),
      "x",
      late,
    ])
      expectRefusal(
        await completeAt<Refusal>(hall, { flow_token, tenant: "acme", answer }),
        401,
        "SSO_REFUSED",
      );
    expect((await completeAt(hall, { flow_token: ours.flow_token, tenant: "acme", answer })).status).toBe(
      201,
    );
  });

  /** The same flow, over an hour ago. */
  function sealedLater({ flow_token }: Gone): string {
    const key = hall.hall.factorKey;
    const flow = JSON.parse(
      Buffer.from(key.decrypt(Buffer.from(flow_token, "base64url"), "single sign-on flow")).toString(),
    );
    const over = Buffer.from(JSON.stringify({ ...flow, expires_ms: Date.now() - 3_600_000 }));
    return Buffer.from(key.encrypt(over, "single sign-on flow")).toString("base64url");
  }

  it("an answer that came for another tenant, or a code that another tenant's connection was given", async () => {
    const rival = await startForgingProvider();
    await connected("rival", rival);
    provider.person = someone();
    const { body: ours } = await beginAt(hall, "a@acme.example");
    const answer = provider.answerTo(ours.url);
    expectRefusal(
      await completeAt<Refusal>(hall, { flow_token: ours.flow_token, tenant: "rival", answer }),
      401,
      "SSO_REFUSED",
    );
    const { body: theirs } = await beginAt(hall, "a@rival.example");
    // The rival's code under our state: its nonce is of another sign-in.
    const code = new URLSearchParams(provider.answerTo(theirs.url)).get("code") ?? "";
    const refusal = expectRefusal(
      await completeAt<Refusal>(hall, {
        ...{ flow_token: ours.flow_token, tenant: "acme" },
        answer: changed("code", code)(answer),
      }),
      401,
      "SSO_REFUSED",
    );
    expect(refusal).toMatchObject({ reason: expect.stringMatching(/nonce/) });
    await rival.close();
  });

  it.each([
    ["unverified", { email_verified: false }, "unverified_email"],
    ["verified by a text", { email_verified: "true" }, "unverified_email"],
    ["of which nobody says that it is verified", { email_verified: undefined }, "unverified_email"],
    ["of a domain that is not the tenant's", { email: "ada@elsewhere.example" }, "foreign_domain"],
    ["of a subdomain", { email: "ada@sub.acme.example" }, "foreign_domain"],
    ["that is none", { email: "ada" }, "no_email"],
    ["that is missing", { email: undefined }, "no_email"],
  ])("an e-mail %s", async (_, changes, why) => {
    provider.claims = changes;
    const refusal = expectRefusal(await signIn<Refusal>(someone()), 403, "SSO_PERSON_REFUSED");
    expect(refusal).toMatchObject({ why });
    expect(Object.keys(await membersWithoutAccounts())).toEqual([]);
  });

  async function membersWithoutAccounts(): Promise<object> {
    const { rows } = await house.admin.query(
      "SELECT m.email FROM hall.member m WHERE m.email LIKE '%elsewhere%' OR m.email LIKE '%@sub.%'",
    );
    return Object.fromEntries(rows.map(({ email }) => [email, true]));
  }

  it("another subject with the e-mail of somebody who is a member: nobody is taken over", async () => {
    const person = someone();
    const { body } = await signIn(person);
    const refusal = expectRefusal(
      await signIn<Refusal>({ ...person, sub: randomUUID() }),
      403,
      "SSO_PERSON_REFUSED",
    );
    expect(refusal).toMatchObject({ why: "other_way_of_sign_in" });
    expect((await signIn(person)).body.member.id).toBe(body.member.id);
  });

  it("the same e-mail and the same subject from another tenant's provider make another account, and open nothing here", async () => {
    const person = someone();
    const { body } = await signIn(person);
    const evil = await startForgingProvider();
    await connected("evil", evil);
    const refusal = expectRefusal(
      await signInAt<Refusal>(evil, "evil", { ...person }),
      403,
      "SSO_PERSON_REFUSED",
    );
    expect(refusal).toMatchObject({ why: "foreign_domain" });
    const theirs = await signInAt(evil, "evil", { ...person, email: "ada@evil.example" });
    expect(theirs.body.member.id).not.toBe(body.member.id);
    const { rows } = await house.admin.query("SELECT id FROM hall.account WHERE subject = $1", [person.sub]);
    expect(rows).toHaveLength(2);
    await evil.close();
  });

  async function signInAt<Body = Begun>(
    by: ForgingProvider,
    tenant: string,
    person: ForgingProvider["person"],
  ) {
    by.person = person;
    const { body: gone } = await beginAt(hall, `somebody@${tenant}.example`);
    return completeAt<Body>(hall, { flow_token: gone.flow_token, tenant, answer: by.answerTo(gone.url) });
  }

  it("failures stand in the security log, without what was sent", async () => {
    provider.claims = { nonce: "another" };
    await signIn(someone());
    const { body, text } = await hall.ask<{ failures: { reason: string }[] }>(
      "GET",
      "/hall/sign-in-failures",
      {
        key: hall.operatorToken,
      },
    );
    expect(body.failures[0]?.reason, text).toBe("single sign-on: SSO_REFUSED");
  });
});

describe("somebody who is a member already and signs in by a password", () => {
  it("is not taken over by the provider's word, links it themself, and then comes in either way", async () => {
    const person = someone();
    const { session, id } = await addMember(hall.hall, acme.id, "compliance", {
      email: person.email,
      password: PASSWORD,
    });
    const refusal = expectRefusal(await signIn<Refusal>(person), 403, "SSO_PERSON_REFUSED");
    expect(refusal).toMatchObject({ why: "other_way_of_sign_in" });

    const { body: gone } = await hall.ask<Gone>("POST", "/wcp/sso/link", { key: session, body: {} });
    const handedIn = { flow_token: gone.flow_token, tenant: "acme", answer: provider.answerTo(gone.url) };
    const linked = await completeAt(hall, handedIn);
    expect(linked.body.state, linked.text).toBe("linked");
    expect(await verifiedAct(hall, acme.key, linked.body.receipt_id)).toMatchObject({
      kind: "access",
      action: "provider_linked",
      subject: id,
    });
    expectRefusal(await completeAt<Refusal>(hall, handedIn), 409, "CONFLICT");
    expect((await signIn(person)).body.member).toMatchObject({ id, role: "compliance" });
    const password = await hall.ask<Begun>("POST", "/wcp/session/begin", {
      body: { email: person.email, password: PASSWORD },
    });
    expect(password.body.member.id).toBe(id);
  });

  it("who comes in by the provider's word cannot set the password of an account that has one", async () => {
    const person = someone();
    const { session } = await addMember(hall.hall, acme.id, "compliance", {
      email: person.email,
      password: PASSWORD,
    });
    provider.person = person;
    const { body: gone } = await hall.ask<Gone>("POST", "/wcp/sso/link", { key: session, body: {} });
    const answer = provider.answerTo(gone.url);
    await completeAt(hall, { flow_token: gone.flow_token, tenant: "acme", answer });
    const bySso = (await signIn(person)).body.session_token;
    await house.admin.query("UPDATE hall.session SET step_up_at = now()");
    const change = { password: `another ${randomUUID()}` };
    const refused = await hall.ask("PUT", "/wcp/account/password", { key: bySso, body: change });
    expectRefusal(refused, 403, "FORBIDDEN");
    expect((await hall.ask("PUT", "/wcp/account/password", { key: session, body: change })).status).toBe(200);
  });

  it("links nothing once the session that asked has ended, nor an identity that is somebody's", async () => {
    const { session } = await addMember(hall.hall, acme.id, "operator", {
      email: someone().email,
      password: PASSWORD,
    });
    const taken = someone();
    await signIn(taken);
    const { body: gone } = await hall.ask<Gone>("POST", "/wcp/sso/link", { key: session, body: {} });
    provider.person = taken;
    const answer = provider.answerTo(gone.url);
    expectRefusal(
      await completeAt<Refusal>(hall, { flow_token: gone.flow_token, tenant: "acme", answer }),
      409,
      "CONFLICT",
    );
    await hall.ask("POST", "/wcp/session/end", { key: session, body: {} });
    provider.person = someone();
    expectRefusal(
      await completeAt<Refusal>(hall, {
        flow_token: gone.flow_token,
        tenant: "acme",
        answer: provider.answerTo(gone.url),
      }),
      401,
      "SESSION_ENDED",
    );
  });
});

describe("a connection", () => {
  it("is set up by an owner alone, with a fresh factor, and leaves a receipt without address or secret", async () => {
    const admin = (await addMember(hall.hall, acme.id, "admin")).session;
    expectRefusal(await configure(hall, admin, settings(provider)), 403, "FORBIDDEN");
    expectRefusal(await configure(hall, acme.key, settings(provider)), 403, "FORBIDDEN");
    const before = await epochOf(house, acme.id);
    const { body } = await configure<{ receipt_id: string }>(hall, owner, settings(provider));
    const act = await verifiedAct(hall, acme.key, body.receipt_id);
    expect(act).toMatchObject({
      kind: "config",
      action: "sso_configured",
      details: {
        join_role: "operator",
        is_required: false,
        provider_digest: expect.stringMatching(/^sha256:/),
      },
    });
    expect(JSON.stringify(act)).not.toMatch(/127\.0\.0\.1|secret/);
    expect(await epochOf(house, acme.id)).toBe(before + 1);
    await house.admin.query("UPDATE hall.session SET step_up_at = now() - interval '1 hour'");
    expectRefusal(await configure(hall, owner, settings(provider)), 403, "STEP_UP_REQUIRED");
  });

  it.each(["owner", "admin"])("makes nobody %s uninvited", async (join_role) => {
    expectRefusal(await configure(hall, owner, settings(provider, { join_role })), 403, "FORBIDDEN");
  });

  it("makes nobody uninvited what decides over people", async () => {
    const define = { permissions: ["member:invite"] };
    await hall.ask("PUT", "/wcp/roles/inviter", { key: owner, body: define });
    expectRefusal(
      await configure(hall, owner, settings(provider, { join_role: "inviter" })),
      403,
      "FORBIDDEN",
    );
    expectRefusal(
      await configure(hall, owner, settings(provider, { join_role: "nobody" })),
      404,
      "NOT_FOUND",
    );
  });

  it("keeps its secret where none is sent, and wants one for another client", async () => {
    const { client_secret: _, ...without } = settings(provider);
    expect((await configure(hall, owner, without)).status).toBe(200);
    expect((await signIn(someone())).status).toBe(201);
    expectRefusal(await configure(hall, owner, { ...without, client_id: "another" }), 400, "INVALID_REQUEST");
  });

  it("that leads to another provider or is removed ends the sessions that it began, in every instance, and no other", async () => {
    const own = await startForgingProvider();
    const { tenant, owner } = await connected("moving", own);
    const enter = async (by: ForgingProvider) => {
      by.person = someone("moving");
      const { body: gone } = await beginAt(hall, by.person.email as string);
      return { gone, answer: by.answerTo(gone.url) };
    };
    const begun = async (by: ForgingProvider) => {
      const { gone, answer } = await enter(by);
      return (await completeAt(hall, { flow_token: gone.flow_token, tenant: "moving", answer })).body
        .session_token;
    };
    const first = await begun(own);
    const waiting = await enter(own);
    expect(await reads(first)).toBe(200);
    const moved = await configure<{ sessions_ended: number }>(hall, owner, settings(provider));
    expect(moved.body.sessions_ended).toBe(1);
    expect(await reads(first)).toBe(401);
    // What had gone to the former provider comes back to nothing.
    const late = { flow_token: waiting.gone.flow_token, tenant: "moving", answer: waiting.answer };
    expectRefusal(await completeAt<Refusal>(hall, late), 401, "SSO_REFUSED");
    const next = await begun(provider);
    const removed = await hall.ask<{ sessions_ended: number; receipt_id: string }>(
      "POST",
      "/wcp/sso/remove",
      {
        key: owner,
        body: { reason: "moved away" },
      },
    );
    expect(removed.body.sessions_ended).toBe(1);
    expect(await verifiedAct(hall, tenant.key, removed.body.receipt_id)).toMatchObject({
      kind: "config",
      action: "sso_removed",
    });
    expect(await reads(next)).toBe(401);
    expect(await reads(owner)).toBe(200);
    expectRefusal(await beginAt<Refusal>(hall, "a@moving.example"), 404, "SSO_UNKNOWN");
    expectRefusal(
      await hall.ask("POST", "/wcp/sso/remove", { key: owner, body: { reason: "again" } }),
      404,
      "NOT_FOUND",
    );
    await own.close();
  });

  it.each(["before", "after"])(
    "that is removed just %s somebody comes in by it leaves them no session",
    async (when) => {
      const slug = `removed-${when}`;
      const { owner } = await connected(slug, provider);
      const person = someone(slug);
      await signIn(person, { tenant: slug });
      const come = () => signIn<Begun & Refusal>(person, { tenant: slug });
      const remove = () =>
        second.ask<Refusal>("POST", "/wcp/sso/remove", { key: owner, body: { reason: "moved away" } });
      if (when === "after") {
        const [begun, removed] = await oneUponAnother(house.admin, come, remove);
        expect([begun.status, removed.status]).toEqual([201, 200]);
        expect(await reads(begun.body.session_token)).toBe(401);
      } else {
        const [, refused] = await oneUponAnother(house.admin, remove, come);
        expect(expectRefusal(refused, 401, "SSO_REFUSED").reason).toMatch(/set up anew/);
      }
    },
  );

  it("that is required closes every other way in for members of its domain, and leaves owners theirs", async () => {
    const { tenant, owner } = await connected("strict", provider);
    const [inside, outside] = ["ada@strict.example", "bob@other.example"];
    const member = await addMember(hall.hall, tenant.id, "operator", { email: inside, password: PASSWORD });
    await addMember(hall.hall, tenant.id, "operator", { email: outside, password: PASSWORD });
    const begin = (email: string) =>
      hall.ask("POST", "/wcp/session/begin", { body: { email, password: PASSWORD } });
    expect((await begin(inside)).status).toBe(201);
    const required = await configure<{ sessions_ended: number }>(
      hall,
      owner,
      settings(provider, { is_required: true }),
    );
    expect(required.body.sessions_ended, required.text).toBe(2);
    expect(await reads(member.session)).toBe(401);
    expectRefusal(await begin(inside), 403, "SSO_REQUIRED");
    expect((await begin(outside)).status).toBe(201);
    expect((await begin("owner@strict.example")).status).toBe(201);
    // An invitation is not taken up with a password that would open nothing.
    await hall.ask("POST", "/wcp/members", {
      key: owner,
      body: { email: "new@strict.example", display_name: "New", role: "operator" },
    });
    const token = /token=(hall_link_\w+)/.exec(hall.printed.at(-1) ?? "")?.[1] ?? "";
    const accepted = { token, display_name: "New", password: PASSWORD };
    expectRefusal(await hall.ask("POST", "/wcp/invitations/accept", { body: accepted }), 403, "SSO_REQUIRED");
    expect((await configure(hall, owner, settings(provider, { is_required: false }))).status).toBe(200);
    expect((await begin(inside)).status).toBe(201);
  });

  it("is required only by an owner whose way back asks no provider, for a domain that is proved", async () => {
    const tenant = await addTenant(hall.hall, { name: "bare" });
    const required = settings(provider, { is_required: true });
    const byLinks = await addMember(hall.hall, tenant.id, "owner");
    expectRefusal(await configure(hall, byLinks.session, required), 409, "CONFLICT");
    const withoutPassword = await addMember(hall.hall, tenant.id, "owner", { email: "o@bare.example" });
    expectRefusal(await configure(hall, withoutPassword.session, required), 409, "CONFLICT");
    const { session } = await addOwner(hall, tenant, "owner@bare.example");
    expectRefusal(await configure(hall, session, required), 409, "CONFLICT");
    await proveDomain(hall, names, session, "bare.example");
    expect((await configure(hall, session, required)).status).toBe(200);
  });

  it("whose domain lost its record lets nobody new in, and who is known still comes", async () => {
    const { owner } = await connected("losing", provider);
    const known = someone("losing");
    const enter = async (person: ForgingProvider["person"]) => {
      provider.person = person;
      const { body: gone } = await beginAt(hall, person.email as string);
      return completeAt<Begun & Refusal>(hall, {
        ...{ flow_token: gone.flow_token, tenant: "losing", answer: provider.answerTo(gone.url) },
      });
    };
    expect((await enter(known)).status).toBe(201);
    names.records.delete("_guildhall-challenge.losing.example");
    const { body } = await hall.ask<{ domains: { id: string }[] }>("GET", "/wcp/domains", { key: owner });
    await hall.ask("POST", `/wcp/domains/${body.domains[0]?.id}/check`, { key: owner });
    expect((await enter(someone("losing"))).body).toMatchObject({ why: "foreign_domain" });
    expect((await enter(known)).status).toBe(201);
  });
});

describe("a provider that cannot be used is refused with the step and the reason", () => {
  it.each([
    ["over plain http elsewhere", "http://idp.example", { step: "address" }],
    ["on a private address", "https://10.0.0.1", { step: "reach", reason: "ADDRESS_REFUSED" }],
    ["at a cloud's metadata", "https://169.254.169.254", { step: "reach", reason: "ADDRESS_REFUSED" }],
    ["with a password in its address", "https://u:p@idp.example", { step: "address" }],
    ["where nobody answers", "http://127.0.0.1:9", { step: "reach", reason: "UNREACHABLE" }],
  ])("%s", async (_, issuer, detail) => {
    expect(
      expectRefusal(
        await configure(hall, owner, settings(provider, { issuer })),
        502,
        "SSO_PROVIDER_UNUSABLE",
      ),
    ).toMatchObject(detail);
  });

  const DOCUMENTS: [what: string, detail: object, changed: Partial<ForgingProvider>][] = [
    ["of another issuer", { step: "discovery" }, { discovery: { issuer: "https://another.example" } }],
    [
      "whose keys are at a private address",
      { step: "reach", reason: "ADDRESS_REFUSED" },
      { discovery: { jwks_uri: "https://192.168.0.1/jwks" } },
    ],
    [
      "whose codes are redeemed at a private address",
      { step: "reach", reason: "ADDRESS_REFUSED" },
      { discovery: { token_endpoint: "https://[fd00::1]/token" } },
    ],
    [
      "whose codes are redeemed over plain http",
      { step: "address" },
      { discovery: { token_endpoint: "http://idp.example/token" } },
    ],
    ["without keys", { step: "discovery" }, { discovery: { jwks_uri: undefined } }],
    ["larger than any", { step: "reach", reason: "ANSWER_TOO_LARGE" }, { serves: "too much" }],
    ["that is none", { step: "discovery" }, { serves: "rubbish" }],
    ["that is elsewhere: nothing follows a redirect", { step: "discovery" }, { serves: "a redirect" }],
  ];
  it.each(DOCUMENTS)("a document %s", async (_, detail, changed) => {
    const person = someone();
    provider.person = person;
    const { body: gone } = await beginAt(hall, person.email);
    const answer = provider.answerTo(gone.url);
    Object.assign(provider, changed);
    const refused = await completeAt<Refusal>(hall, { flow_token: gone.flow_token, tenant: "acme", answer });
    expect(expectRefusal(refused, 502, "SSO_PROVIDER_UNUSABLE")).toMatchObject(detail);
    provider.behave();
    provider.person = person;
    expect((await completeAt(hall, { flow_token: gone.flow_token, tenant: "acme", answer })).status).toBe(
      201,
    );
  });

  it("plain http on loopback too, where no setting allows it", async () => {
    const strict = await house.open({ dnsServers: [names.address], ssoAllowLoopback: false });
    expectRefusal(await configure(strict, owner, settings(provider)), 502, "SSO_PROVIDER_UNUSABLE");
    expectRefusal(await beginAt<Refusal>(strict, "a@acme.example"), 502, "SSO_PROVIDER_UNUSABLE");
    await strict.stop();
  });
});
