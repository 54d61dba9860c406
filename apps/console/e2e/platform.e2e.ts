import { randomUUID } from "node:crypto";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { offerFirstRun } from "../../hall-api/src/tenants/first-run.ts";
import { accessibilityFaults, overflow } from "./accessibility.ts";
import { openStage, type Stage } from "./stage.ts";

const PASSWORD = "copper lantern walks uphill";
const FOUNDER = "first@example.test";

let stage: Stage;
let page: Page;
/** What the browser complained of: a refused script or style would be here. */
const complaints: string[] = [];

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const heading = (name: string, of = page) => of.getByRole("heading", { level: 1, name, exact: true });
const press = (name: string, of: Page | Locator = page) =>
  of.getByRole("button", { name, exact: true }).click();
const row = (name: string) => page.getByRole("row").filter({ hasText: name });
const linkOf = (email: string) =>
  new RegExp(`For ${email.replaceAll(".", "\\.")}: [^\\n]*\\n\\s+(\\S+)`).exec(
    stage.hall.printed.findLast((text) => text.includes(`For ${email}`)) ?? "",
  )?.[1] ?? "";

async function open(path: string, size = { width: 390, height: 844 }): Promise<Page> {
  const opened = await stage.visit(path, { viewport: size });
  opened.setDefaultTimeout(15_000);
  opened.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  opened.on("pageerror", (error) => complaints.push(error.message));
  return opened;
}

async function signIn(of: Page, email: string, tenant?: string): Promise<void> {
  await of.getByLabel("E-mail").fill(email);
  await of.getByLabel("Password").fill(PASSWORD);
  await press("Sign in", of);
  if (tenant !== undefined) await press(tenant, of);
}

async function looks(of: Page): Promise<void> {
  expect(await accessibilityFaults(of)).toEqual([]);
  expect(await overflow(of)).toBeLessThanOrEqual(0);
}

async function found(of: Page, slug: string, name: string): Promise<void> {
  await of.getByLabel("Name of the tenant").fill(name);
  await of.getByLabel("Its name in addresses").fill(slug);
  await of.getByLabel("Your name").fill("Ada Lovelace");
  await of.getByLabel("Password").fill(PASSWORD);
}

describe("the first who operates a Hall", () => {
  it("comes by the link of its first start, and has an account and a tenant then", async () => {
    const link = await offerFirstRun(stage.hall.hall);
    const theirs = await open(link?.url ?? "");
    await heading("The first start of this Hall", theirs).waitFor();
    await looks(theirs);
    await found(theirs, "p1atform", "House of the first");
    await theirs.getByLabel("Your e-mail").fill(FOUNDER);
    await press("Found the tenant", theirs);
    await theirs.getByText("this name, or what looks like it, is reserved").waitFor();
    await looks(theirs);
    await theirs.getByLabel("Its name in addresses").fill("first-house");
    await press("Found the tenant", theirs);
    await heading("The tenant is founded", theirs).waitFor();
    await looks(theirs);
    await theirs.goto(link?.url ?? "");
    await found(theirs, "second-house", "Again");
    await theirs.getByLabel("Your e-mail").fill(FOUNDER);
    await press("Found the tenant", theirs);
    await theirs.getByRole("alert").filter({ hasText: "used or has expired" }).waitFor();
    await theirs.context().close();
  });

  it("signs in for the platform and sees every tenant with how many of what it has", async () => {
    page = await open("/sign-in", { width: 1440, height: 900 });
    await signIn(page, FOUNDER, "platform");
    await heading("Tenants").waitFor();
    await row("acme").waitFor();
    await looks(page);
    const cells = (await row("acme").getByRole("cell").allTextContents()).map((text) => text.trim());
    expect(cells.slice(3, 7)).toEqual(["members1", "agreements0", "keys1", "workers1"]);
    expect(await page.getByRole("navigation", { name: "Rooms" }).getByRole("link").allTextContents()).toEqual(
      ["Guildhall", "Tenants", "Operators", "Your sessions", "Your security"],
    );
  });

  it("finds no page of a tenant there, and their own pages", async () => {
    for (const [room, title] of [
      ["Operators", "Operators"],
      ["Your sessions", "Your sessions"],
      ["Your security", "Your security"],
    ] as const) {
      await page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: room }).click();
      await heading(title).waitFor();
      await looks(page);
    }
    await page.goto("/acme/workers");
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await page.content()).not.toContain("org.example");
    await page.goto("/platform/workers");
    await page.getByText("Not for your role").waitFor();
  });
});

describe("a tenant that the operator makes", () => {
  const email = `owner-${randomUUID().slice(0, 8)}@example.test`;

  it("is refused under a name that looks like another's, and made under its own", async () => {
    await page.goto("/platform/tenants");
    await press("Make a tenant");
    const dialog = page.getByRole("dialog");
    await looks(page);
    await dialog.getByLabel("Name", { exact: true }).fill("Initech");
    await dialog.getByLabel("Name in addresses").fill("acrne");
    await dialog.getByLabel("E-mail of the first owner").fill(email);
    await dialog.getByLabel("Their name").fill("Bill");
    await press("Make it and invite the owner");
    await dialog.getByText("The name looks like another that is taken.").waitFor();
    await looks(page);
    await dialog.getByLabel("Name in addresses").fill("initech");
    await press("Make it and invite the owner");
    await row("initech").getByText("invited").waitFor();
    expect(await page.content()).not.toContain("hall_link_");
  });

  it("can have its invitation withdrawn and sent anew, until the owner has come", async () => {
    await page.getByRole("link", { name: "initech" }).click();
    await heading("Initech").waitFor();
    await looks(page);
    await press("Withdraw the invitation");
    await page.getByRole("dialog").getByLabel("Reason").fill("a slip");
    await press("Withdraw it");
    await page.getByText("nobody invited").waitFor();
    await press("Invite an owner");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("E-mail of the first owner").fill(email);
    await dialog.getByLabel("Their name").fill("Bill");
    await press("Send the link");
    await page.getByText(/^works until/).waitFor();
  });

  it("is the owner's once they accept: an empty Hall", async () => {
    const theirs = await open(linkOf(email));
    await heading("Join a tenant", theirs).waitFor();
    await theirs.getByLabel("Your name").fill("Bill Lumbergh");
    await theirs.getByLabel("Password").fill(PASSWORD);
    await press("Join", theirs);
    await heading("You have joined", theirs).waitFor();
    await theirs.getByRole("link", { name: "To the sign-in" }).click();
    await signIn(theirs, email);
    await heading("Decisions", theirs).waitFor();
    for (const [path, empty] of [
      ["workers", "No workers yet"],
      ["agreements", "No agreements yet"],
    ] as const) {
      await theirs.goto(`/initech/${path}`);
      await theirs.getByRole("heading", { name: empty }).waitFor();
      await looks(theirs);
    }
    // The pages of the platform are nobody's who is not of it.
    await theirs.goto("/initech/tenants");
    await theirs.getByRole("heading", { level: 1 }).waitFor();
    expect(await theirs.content()).not.toContain("globex");
    await theirs.context().close();
    await page.reload();
    await page.getByText("joined").waitFor();
    expect(await page.getByRole("button", { name: "Withdraw the invitation" }).count()).toBe(0);
  });

  it("is suspended with a reason, which the next request meets, and brought back", async () => {
    await page.goto("/platform/tenants/acme");
    await press("Suspend");
    const dialog = page.getByRole("dialog");
    await looks(page);
    await dialog.getByLabel("Reason").fill("an invoice");
    await press("Suspend", page.getByRole("dialog"));
    await page.getByText("suspended", { exact: true }).waitFor();
    expect((await stage.tenant.dispatch()).denied).toBe(true);
    await press("Set ok");
    await page.getByRole("dialog").getByLabel("Reason").fill("it is paid");
    await press("Set ok", page.getByRole("dialog"));
    await page.getByText("ok", { exact: true }).waitFor();
    expect((await stage.tenant.dispatch()).denied).toBe(false);
  });
});

describe("signing up", () => {
  const email = `new-${randomUUID().slice(0, 8)}@example.test`;

  it("is closed unless the Hall opened it, and says so", async () => {
    const theirs = await open("/sign-up");
    await heading("Sign up", theirs).waitFor();
    await looks(theirs);
    await theirs.getByLabel("E-mail").fill(email);
    await press("Send the link", theirs);
    await theirs.getByRole("alert").filter({ hasText: "Nobody signs up to this Hall" }).waitFor();
    await looks(theirs);
    await theirs.context().close();
  });

  it("ends in an empty tenant whose owner signs in", async () => {
    stage.hall.hall.settings.signUp = true;
    const theirs = await open("/sign-up");
    await theirs.getByLabel("E-mail").fill(email);
    await press("Send the link", theirs);
    await heading("A link is on its way", theirs).waitFor();
    await looks(theirs);
    while (linkOf(email) === "") await new Promise((resolve) => setImmediate(resolve));
    await theirs.goto(linkOf(email));
    await heading("Found your tenant", theirs).waitFor();
    await looks(theirs);
    await found(theirs, "umbrella", "Umbrella");
    await press("Found the tenant", theirs);
    await heading("The tenant is founded", theirs).waitFor();
    await theirs.getByRole("link", { name: "To the sign-in" }).click();
    await signIn(theirs, email);
    await heading("Decisions", theirs).waitFor();
    await theirs.goto("/umbrella/members");
    await theirs.getByText("(you)").waitFor();
    await theirs.context().close();
    await page.goto("/platform/tenants");
    await row("umbrella").getByText("joined").waitFor();
  });
});

it("the browser had nothing to complain of", () => {
  expect(complaints.filter((text) => !text.includes("status of"))).toEqual([]);
});
