import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NameServer, startNameServer } from "../../hall-api/test/testing/name-server.ts";
import { type OpenIdProvider, startOpenIdProvider } from "../../hall-api/test/testing/openid-provider.ts";
import { addMember } from "../../hall-api/test/testing/tenant.ts";
import { accessibilityFaults, overflow } from "./accessibility.ts";
import { openStage, type Stage } from "./stage.ts";

const PASSWORD = "copper lantern walks uphill";

let stage: Stage;
let names: NameServer;
let provider: OpenIdProvider;
let page: Page;
/** What the browser complained of: a refused script or style would be here. */
const complaints: string[] = [];

beforeAll(async () => {
  names = await startNameServer();
  stage = await openStage({
    dnsServers: [names.address],
    ssoAllowLoopback: true,
    allowPrivateAddresses: true,
  });
  provider = await startOpenIdProvider([`${stage.consoleUrl}/sign-in/sso/${stage.tenant.slug}`]);
  await addMember(stage.hall.hall, stage.tenant.id, "owner", {
    email: "owner@acme.example",
    password: PASSWORD,
  });
  await addMember(stage.hall.hall, stage.tenant.id, "approver", {
    email: "pat@acme.example",
    password: PASSWORD,
  });
  page = await stage.visit("/sign-in", { viewport: { width: 1440, height: 900 } });
  listen(page);
  await signIn(page, "owner@acme.example");
});
afterAll(async () => {
  await stage?.close();
  await provider?.close();
  await names?.close();
});

function listen(to: Page): void {
  to.setDefaultTimeout(15_000);
  to.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  to.on("pageerror", (error) => complaints.push(error.message));
}

async function signIn(of: Page, email: string): Promise<void> {
  await of.getByLabel("E-mail").fill(email);
  await of.getByLabel("Password").fill(PASSWORD);
  await of.getByRole("button", { name: "Sign in", exact: true }).click();
}

const heading = (name: string, of = page) => of.getByRole("heading", { level: 1, name, exact: true });
const press = (name: string, of = page) => of.getByRole("button", { name, exact: true }).click();

async function looks(of: Page): Promise<void> {
  expect(await accessibilityFaults(of)).toEqual([]);
  expect(await overflow(of)).toBeLessThanOrEqual(0);
}

/** From the sign-in page to the provider and back. */
async function throughProvider(of: Page, email: string, login: string): Promise<void> {
  await of.goto("/sign-in");
  await of.getByLabel("E-mail").fill(email);
  await press("Use single sign-on", of);
  await of.getByLabel("Login").fill(login);
  await press("Sign in there", of);
}

describe("an owner", () => {
  it("proves the e-mail domain by a record in the DNS, and reads what is missing until it stands", async () => {
    await page
      .getByRole("navigation", { name: "Rooms" })
      .getByRole("link", { name: "Single sign-on" })
      .click();
    await heading("Single sign-on").waitFor();
    await looks(page);
    await press("Prove a name");
    await page.getByRole("dialog").getByLabel("Name").fill("acme.example");
    await looks(page);
    await press("Give me its record");
    const row = page.getByRole("row").filter({ hasText: "acme.example" });
    await row.getByText("asked").waitFor();
    await row.getByRole("button", { name: "Record" }).click();
    await press("Look for it now");
    await page.getByText("DNS_NO_RECORD").waitFor();
    await looks(page);
    const dialog = page.getByRole("dialog");
    const shown = async (label: string) =>
      ((await dialog.getByRole("region", { name: label }).textContent()) ?? "").trim();
    names.records.set(await shown("name of the record"), [await shown("value of the record")]);
    await press("Look for it now");
    await page.getByText("DNS_PROVED").waitFor();
    await press("Close");
    await row.getByText("proved").waitFor();
  });

  it("sets the provider up, and sees what is wrong with one that is none", async () => {
    await press("Set up a provider");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Issuer").fill("http://idp.example");
    await dialog.getByLabel("Client id").fill(provider.clientId);
    await dialog.getByLabel("Client secret").fill(provider.clientSecret);
    await press("Ask the provider and keep it");
    await dialog.getByText("SSO_PROVIDER_UNUSABLE").waitFor();
    await dialog.getByLabel("Issuer").fill(provider.issuer);
    await dialog.getByLabel("People of a proved domain join without an invitation").check();
    await dialog.getByLabel("Role").selectOption("auditor");
    await looks(page);
    await press("Ask the provider and keep it");
    await page.getByText(provider.issuer).waitFor();
    await page.getByText("joins as auditor, with an e-mail of a proved domain").waitFor();
    await looks(page);
    expect(await page.content()).not.toContain(provider.clientSecret);
  });
});

describe("somebody of that domain", () => {
  it("signs in through the provider, and is a member with the role that the tenant said", async () => {
    provider.people.set("ada", { email: "ada@acme.example", email_verified: true, name: "Ada Lovelace" });
    const theirs = await stage.visit("/sign-in", { viewport: { width: 390, height: 844 } });
    listen(theirs);
    await theirs.getByRole("button", { name: "Use single sign-on" }).waitFor();
    await looks(theirs);
    await throughProvider(theirs, "ada@acme.example", "ada");
    await heading("Decisions", theirs).waitFor();
    const kept = (await theirs.context().cookies()).find(({ name }) => name === "__Host-guildhall.sso");
    expect(kept).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax" });
    expect(theirs.url()).not.toContain("code=");
    await page.goto(`/${stage.tenant.slug}/members`);
    const row = page.getByRole("row").filter({ hasText: "ada@acme.example" });
    await row.getByText("Ada Lovelace").waitFor();
    await row.getByText("auditor").waitFor();
    await theirs.context().close();
  });

  it("who is not what the tenant asks for is told why, and is not signed in", async () => {
    provider.people.set("eve", { email: "eve@elsewhere.example", email_verified: true, name: "Eve" });
    const theirs = await stage.visit("/sign-in");
    listen(theirs);
    await throughProvider(theirs, "eve@acme.example", "eve");
    await theirs.getByRole("heading", { name: "You are not signed in" }).waitFor();
    await theirs.getByText("Your e-mail is of a domain that this tenant has not proved.").waitFor();
    await looks(theirs);
    // What comes back to a browser that did not go there signs nobody in.
    const stranger = await stage.visit(`/sign-in/sso/${stage.tenant.slug}?code=x&state=y`);
    await stranger.getByRole("heading", { name: "You are not signed in" }).waitFor();
    await stranger.goto("/sign-in");
    await stranger.getByLabel("E-mail").fill("a@nobody.example");
    await press("Use single sign-on", stranger);
    await stranger
      .getByText("No tenant of this Hall signs people of that domain in through a provider.")
      .waitFor();
    await theirs.context().close();
    await stranger.context().close();
  });

  it("who has a password here is not taken over, links the provider, and comes in by it from then on", async () => {
    provider.people.set("pat", { email: "pat@acme.example", email_verified: true, name: "Pat" });
    const theirs = await stage.visit("/sign-in");
    listen(theirs);
    await throughProvider(theirs, "pat@acme.example", "pat");
    await theirs
      .getByText("There is a member with your e-mail who signs in with a password or a link.")
      .waitFor();
    await theirs.getByRole("link", { name: "To the sign-in" }).click();
    await signIn(theirs, "pat@acme.example");
    await heading("Decisions", theirs).waitFor();
    await theirs.goto(`/${stage.tenant.slug}/security`);
    await press("Link the provider", theirs);
    // The provider knows them from a moment ago.
    await theirs.getByRole("heading", { name: "Your provider is linked" }).waitFor();
    await looks(theirs);
    await theirs.getByRole("link", { name: "Back to your security" }).click();
    await heading("Your security", theirs).waitFor();
    await theirs.context().close();
    const again = await stage.visit("/sign-in");
    listen(again);
    await throughProvider(again, "pat@acme.example", "pat");
    await heading("Decisions", again).waitFor();
    await again.context().close();
  });
});

describe("the owner again", () => {
  it("requires it, and a member's password opens nothing more while the owner's does", async () => {
    await page.goto(`/${stage.tenant.slug}/single-sign-on`);
    await press("Change the provider");
    await page.getByLabel("Members of a proved domain sign in no other way").check();
    await looks(page);
    await press("Ask the provider and keep it");
    await page.getByText("closed for members of proved domains; open for owners").waitFor();
    const theirs = await stage.visit("/sign-in");
    await signIn(theirs, "pat@acme.example");
    await theirs
      .getByText("Your tenant signs people in through its own provider, and in no other way.")
      .waitFor();
    await looks(theirs);
    await signIn(theirs, "owner@acme.example");
    await heading("Decisions", theirs).waitFor();
    await theirs.context().close();
  });

  it("removes the provider, and who came in by it is out", async () => {
    await page.reload();
    const theirs = await stage.visit("/sign-in");
    await throughProvider(theirs, "ada@acme.example", "ada");
    await heading("Decisions", theirs).waitFor();
    // An open page sees by itself that its session has ended, and would go to the sign-in under the test's feet.
    await theirs.goto("about:blank");
    await press("Remove the provider");
    await page.getByRole("dialog").getByLabel("Reason").fill("moved away");
    await page.getByRole("dialog").getByRole("button", { name: "Remove the provider" }).click();
    await page.getByText("No provider is set up.").waitFor();
    await theirs.goto(`${stage.consoleUrl}/${stage.tenant.slug}/decisions`);
    await theirs.getByRole("heading", { name: "Your session has ended" }).waitFor();
    await theirs.context().close();
  });

  it("the browser had nothing to complain of", () => {
    expect(complaints.filter((text) => !text.includes("status of"))).toEqual([]);
  });
});
