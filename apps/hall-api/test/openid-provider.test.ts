import { afterAll, beforeAll, expect, it } from "vitest";
import { createStateAuditor } from "../src/ledger/state-auditor.ts";
import { type NameServer, startNameServer } from "./testing/name-server.ts";
import { type OpenIdProvider, startOpenIdProvider } from "./testing/openid-provider.ts";
import { raising } from "./testing/raising.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type Refusal, type TestHouse } from "./testing/running-hall.ts";
import { addOwner, beginAt, completeAt, configure, PASSWORD, proveDomain } from "./testing/single-sign-on.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";

/** Against a provider that somebody else wrote: it keeps to the letter, and refuses what does not. */

let house: TestHouse;
let hall: OpenHall;
let names: NameServer;
let provider: OpenIdProvider;
let tenant: TestTenant;
let owner: string;

beforeAll(async () => {
  house = await openHouse();
  names = await startNameServer();
  provider = await startOpenIdProvider([`${house.settings.consoleUrl}/sign-in/sso/acme`]);
  hall = await house.open({
    ...{ dnsServers: [names.address], ssoAllowLoopback: true, allowPrivateAddresses: false },
  });
  tenant = await addTenant(hall.hall, { name: "acme" });
  ({ session: owner } = await addOwner(hall, tenant, "owner@acme.example"));
  await proveDomain(hall, names, owner, "acme.example");
  const { issuer, clientId: client_id, clientSecret: client_secret } = provider;
  settings = { issuer, client_id, client_secret, join_role: "auditor" };
  const { status, text } = await configure(hall, owner, settings);
  expect(status, text).toBe(200);
});
let settings: object;
afterAll(async () => {
  await house?.close();
  await names?.close();
  await provider?.close();
});

it("somebody goes there, signs in, comes back, and is the same member the next time", async () => {
  provider.people.set("ada", { email: "ada@acme.example", email_verified: true, name: "Ada Lovelace" });
  const members: string[] = [];
  for (let time = 0; time < 2; time++) {
    const { body: gone } = await beginAt(hall, "ada@acme.example");
    const answer = await provider.walk(gone.url, "ada");
    const done = await completeAt(hall, { flow_token: gone.flow_token, tenant: "acme", answer });
    expect(done.status, done.text).toBe(201);
    expect(done.body.member).toMatchObject({ display_name: "Ada Lovelace", role: "auditor" });
    members.push(done.body.member.id);
  }
  expect(new Set(members).size).toBe(1);
});

it("whose e-mail it has not verified is nobody here", async () => {
  provider.people.set("eve", { email: "eve@acme.example", email_verified: false, name: "Eve" });
  const { body: gone } = await beginAt(hall, "eve@acme.example");
  const answer = await provider.walk(gone.url, "eve");
  const refused = await completeAt<Refusal>(hall, { flow_token: gone.flow_token, tenant: "acme", answer });
  expect(expectRefusal(refused, 403, "SSO_PERSON_REFUSED")).toMatchObject({ why: "unverified_email" });
});

it("a code is spent by its first use there too, and its verifier is asked for", async () => {
  const [{ body: ours }, { body: theirs }] = [
    await beginAt(hall, "ada@acme.example"),
    await beginAt(hall, "ada@acme.example"),
  ];
  const code = new URLSearchParams(await provider.walk(theirs.url, "ada")).get("code") ?? "";
  const answer = new URLSearchParams(await provider.walk(ours.url, "ada"));
  answer.set("code", code);
  const handedIn = { flow_token: ours.flow_token, tenant: "acme", answer: answer.toString() };
  const refusal = expectRefusal(await completeAt<Refusal>(hall, handedIn), 401, "SSO_REFUSED");
  expect(refusal).toMatchObject({ step: "token", reason: "the provider answers invalid_grant" });
});

it("its rows are what the receipts say: who joined, what a session rests on, what ended with it", async () => {
  const auditor = createStateAuditor(raising(hall));
  expect(await auditor.audit()).toEqual([]);
  await addMember(hall.hall, tenant.id, "operator", { email: "bob@acme.example", password: PASSWORD });
  const required = await configure<{ sessions_ended: number }>(hall, owner, {
    ...settings,
    is_required: true,
  });
  expect(required.body.sessions_ended).toBe(1);
  expect(await auditor.audit()).toEqual([]);
  const body = { reason: "moved away" };
  const removed = await hall.ask<{ sessions_ended: number }>("POST", "/wcp/sso/remove", { key: owner, body });
  expect(removed.body.sessions_ended).toBe(2);
  expect(await auditor.audit()).toEqual([]);
  // Had a session gone on, it would have been found.
  await house.admin.query("UPDATE hall.session SET ended_at = NULL WHERE factors = 'sso'");
  expect(await auditor.audit()).not.toEqual([]);
});
