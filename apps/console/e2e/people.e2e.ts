import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { Secret, TOTP } from "otpauth";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addMember } from "../../hall-api/test/testing/tenant.ts";
import { accessibilityFaults, overflow } from "./accessibility.ts";
import { openStage, type Stage } from "./stage.ts";

const PASSWORD = "copper lantern walks uphill";
const OTHER = "nine crooked herons bargain";

let stage: Stage;
let page: Page;
/** What the browser complained of: a refused script or style would be here. */
const complaints: string[] = [];

beforeAll(async () => {
  stage = await openStage();
  const email = "owner@example.test";
  await addMember(stage.hall.hall, stage.tenant.id, "owner", { email, password: PASSWORD });
  page = await stage.visit("/sign-in", { viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(15_000);
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await signIn(page, email, PASSWORD);
});
afterAll(() => stage?.close());

async function signIn(of: Page, email: string, password: string): Promise<void> {
  await of.getByLabel("E-mail").fill(email);
  await of.getByLabel("Password").fill(password);
  await of.getByRole("button", { name: "Sign in" }).click();
}

const room = (name: string, of = page) =>
  of.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name, exact: true });
const heading = (name: string, of = page) => of.getByRole("heading", { level: 1, name, exact: true });
const press = (name: string, of = page) => of.getByRole("button", { name, exact: true }).click();
const linkOf = (email: string) =>
  new RegExp(`For ${email.replaceAll(".", "\\.")}: [^\\n]*\\n\\s+(\\S+)`).exec(
    stage.hall.printed.findLast((text) => text.includes(`For ${email}`)) ?? "",
  )?.[1] ?? "";

async function looks(of: Page): Promise<void> {
  expect(await accessibilityFaults(of)).toEqual([]);
  expect(await overflow(of)).toBeLessThanOrEqual(0);
}

describe("a member", () => {
  const email = `ada-${randomUUID().slice(0, 8)}@example.test`;
  let theirs: Page;

  it("is invited by the owner, who never sees the link", async () => {
    await room("Members").click();
    await heading("Members").waitFor();
    await looks(page);
    await press("Invite a member");
    await page.getByRole("dialog").getByLabel("E-mail").fill(email);
    await page.getByRole("dialog").getByLabel("Name").fill("Ada");
    await page.getByRole("dialog").getByLabel("Role").selectOption("approver");
    await looks(page);
    await press("Send the invitation");
    await page.getByRole("row").filter({ hasText: email }).getByText("invited").waitFor();
    expect(await page.content()).not.toContain("hall_link_");
  });

  it("joins by the link with a password, and signs in with it", async () => {
    theirs = await stage.visit(linkOf(email), { viewport: { width: 390, height: 844 } });
    theirs.setDefaultTimeout(15_000);
    await theirs.getByRole("heading", { name: "Join a tenant" }).waitFor();
    await looks(theirs);
    await theirs.getByLabel("Your name").fill("Ada Lovelace");
    await theirs.getByLabel("Password").fill("password1");
    await press("Join", theirs);
    await theirs.getByRole("alert").filter({ hasText: "The password can be guessed too soon." }).waitFor();
    await theirs.getByLabel("Password").fill(PASSWORD);
    await press("Join", theirs);
    await theirs.getByRole("heading", { name: "You have joined" }).waitFor();
    await theirs.getByRole("link", { name: "To the sign-in" }).click();
    await signIn(theirs, email, PASSWORD);
    await heading("Decisions", theirs).waitFor();
  });

  it("sets up an authenticator by its QR code, keeps recovery codes, and is asked for a code from then on", async () => {
    await theirs.goto(`/${stage.tenant.slug}/security`);
    await heading("Your security", theirs).waitFor();
    await looks(theirs);
    await press("Set up an authenticator", theirs);
    await theirs.getByRole("img", { name: "QR code of the authenticator's seed" }).waitFor();
    await looks(theirs);
    const seed = (await theirs.getByText(/^(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}/).textContent()) ?? "";
    const totp = new TOTP({ secret: Secret.fromBase32(seed.replaceAll(/[^A-Z2-7]/g, "")) });
    await theirs.getByRole("textbox", { name: "Code" }).fill(totp.generate());
    await press("Confirm the authenticator", theirs);
    await theirs.getByText("Keep these recovery codes now").waitFor();
    await looks(theirs);
    const codes = (await theirs.getByRole("region", { name: "codes to keep" }).textContent()) ?? "";
    const [code = ""] = /[a-z2-9]{5}(?:-[a-z2-9]{5}){3}/.exec(codes) ?? [];
    await theirs.goto(`/${stage.tenant.slug}/sessions`);
    await theirs.getByText("(this one)").waitFor();
    await looks(theirs);

    const again = await stage.visit("/sign-in");
    await signIn(again, email, PASSWORD);
    await again.getByLabel("Code").fill(code);
    await press("Sign in", again);
    await heading("Decisions", again).waitFor();
    // The other session sees it, and ends it.
    await theirs.reload();
    await press("End it", theirs);
    await again.goto(`/${stage.tenant.slug}/decisions`);
    await again.getByRole("heading", { name: "Your session has ended" }).waitFor();
    await again.context().close();
  });

  it("that is given another role signs in again", async () => {
    await page.reload();
    await page.getByRole("row").filter({ hasText: email }).getByRole("button", { name: "Role" }).click();
    await page.getByRole("dialog").getByLabel("Role").selectOption("auditor");
    await press("Give the role");
    await page.getByRole("row").filter({ hasText: email }).getByText("auditor").waitFor();
    await theirs.goto(`/${stage.tenant.slug}/decisions`);
    await theirs.getByRole("heading", { name: "Your session has ended" }).waitFor();
  });

  it("sets another password by a recovery link", async () => {
    await theirs.getByRole("link", { name: "I have lost my password" }).click();
    await theirs.getByRole("heading", { name: "Ask for a recovery link" }).waitFor();
    await looks(theirs);
    await theirs.getByLabel("E-mail").fill(email);
    await press("Send the link", theirs);
    await theirs.getByRole("heading", { name: "If there is such an account" }).waitFor();
    while (!linkOf(email).includes("/recover?")) await new Promise((resolve) => setImmediate(resolve));
    await theirs.goto(linkOf(email));
    await theirs.getByLabel("New password").fill(OTHER);
    await press("Set the password", theirs);
    await theirs.getByRole("heading", { name: "The password is set" }).waitFor();
    await theirs.getByRole("link", { name: "To the sign-in" }).click();
    await signIn(theirs, email, OTHER);
    await theirs.getByRole("heading", { name: "Show your second factor" }).waitFor();
    await theirs.context().close();
  });

  it("is removed only with a fresh factor, which the page asks for", async () => {
    const row = page.getByRole("row").filter({ hasText: email });
    await makeStale();
    await row.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill("left");
    await press("Remove the member");
    const asking = page.getByRole("dialog", { name: "Show again that it is you" });
    await asking.getByLabel("Password").waitFor();
    expect(await focused(page)).toBe("Password");
    await looks(page);
    // Who leaves has done nothing, and stands where they were.
    await page.keyboard.press("Escape");
    await asking.waitFor({ state: "hidden" });
    await page.getByText("It wants to be shown again that it is you. Nothing was done.").waitFor();
    expect(await focused(page)).toBe("Remove the member");
    await page.keyboard.press("Enter");
    await asking.getByLabel("Password").fill("not it");
    await page.keyboard.press("Enter");
    await asking.getByText("That is not what signs you in here.").waitFor();
    expect(await focused(page)).toBe("Password");
    await looks(page);
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await row.waitFor({ state: "detached" });
  });
});

/** The name of what has the focus. */
function focused(of: Page): Promise<string | null | undefined> {
  return of.evaluate(() => {
    const at = document.activeElement;
    return at instanceof HTMLInputElement ? at.labels?.[0]?.textContent : at?.textContent;
  });
}

/** As if the owner's factor had been shown an hour ago. */
async function makeStale(): Promise<void> {
  await stage.admin.query("UPDATE hall.session SET step_up_at = now() - interval '1 hour'");
}

describe("roles", () => {
  it("of the tenant's own are made of permissions, changed and retired", async () => {
    await room("Roles").click();
    await heading("Roles").waitFor();
    await looks(page);
    await press("Make a role");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("key-keeper");
    await dialog.getByLabel("key:create").check();
    await looks(page);
    await press("Make the role");
    const row = page.getByRole("row").filter({ hasText: "key-keeper" });
    await row.getByText("key:create").waitFor();
    await row.getByRole("button", { name: "Retire" }).click();
    await press("Retire the role");
    await row.getByText("retired").waitFor();
  });

  it("are not for an auditor to make, and the button says who may", async () => {
    const auditor = await stage.signIn({}, await stage.tenant.member("auditor"));
    await auditor.goto(`/${stage.tenant.slug}/roles`);
    const button = auditor.getByRole("button", { name: "Make a role" });
    expect(await button.getAttribute("title")).toBe("As auditor you may not make or change roles: owner may");
    await auditor.goto(`/${stage.tenant.slug}/security`);
    await auditor.getByRole("heading", { name: "You have no account" }).waitFor();
    await auditor.context().close();
  });
});

describe("where a person comes from", () => {
  it("stands in the list of their sessions", async () => {
    await page.goto(`/${stage.tenant.slug}/sessions`);
    await page
      .getByRole("row")
      .filter({ hasText: "(this one)" })
      .getByText(/127\.0\.0\.1|::1/)
      .waitFor();
  });

  it("is where they connect to the console from, whatever they write of themselves", async () => {
    await attemptFrom("127.0.0.7", "203.0.113.9");
    const { rows } = await stage.admin.query(
      "SELECT address FROM hall.sign_in_failure ORDER BY at DESC LIMIT 1",
    );
    expect(rows).toEqual([{ address: "127.0.0.7" }]);
  });
});

/** Somebody on another address of this machine, who tries a password and claims to be elsewhere. */
async function attemptFrom(localAddress: string, claimed: string): Promise<void> {
  const headers = { "x-forwarded-for": claimed };
  const csrf = await send(localAddress, "/api/auth/csrf", { headers });
  const { csrfToken } = JSON.parse(csrf.text) as { csrfToken: string };
  const fields = { email: "nobody@example.test", password: PASSWORD, tenant: "", csrfToken, json: "true" };
  const cookie = csrf.cookies.map((line) => line.split(";", 1)[0]).join("; ");
  const { text } = await send(localAddress, "/api/auth/callback/password", {
    headers: { ...headers, cookie, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });
  expect(text).toContain("SIGN_IN_REFUSED");
}

function send(
  localAddress: string,
  path: string,
  { headers, body }: { headers: Record<string, string>; body?: string },
): Promise<{ text: string; cookies: string[] }> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const asked = request(`${stage.consoleUrl}${path}`, { localAddress, method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => resolve({ text, cookies: answer.headers["set-cookie"] ?? [] }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

it("the browser had nothing to complain of", () => {
  expect(complaints.filter((text) => !text.includes("status of"))).toEqual([]);
});
