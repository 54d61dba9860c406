import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addMember } from "../../hall-api/test/testing/tenant.ts";
import { accessibilityFaults, overflow } from "./accessibility.ts";
import { openStage, type Stage } from "./stage.ts";

/** A person's passkey from its making to its removal, on a device that Chromium plays itself. */

const PASSWORD = "copper lantern walks uphill";
const email = "ada@example.test";

let stage: Stage;
let page: Page;
let device: CDPSession;
let authenticatorId: string;
const complaints: string[] = [];

beforeAll(async () => {
  stage = await openStage();
  await addMember(stage.hall.hall, stage.tenant.id, "operator", { email, password: PASSWORD });
  page = await stage.visit("/sign-in", { viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(15_000);
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  device = await page.context().newCDPSession(page);
  await device.send("WebAuthn.enable");
  const options = {
    ...({ protocol: "ctap2", transport: "internal", hasResidentKey: true } as const),
    ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  };
  ({ authenticatorId } = await device.send("WebAuthn.addVirtualAuthenticator", { options }));
});
afterAll(() => stage?.close());

const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
const heading = (name: string) => page.getByRole("heading", { name, exact: true }).waitFor();
const row = () => page.getByRole("table", { name: "Your passkeys" }).getByRole("row", { name: "laptop" });
const held = async () => (await device.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
const verifies = (isUserVerified: boolean) =>
  device.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });

async function looks(): Promise<void> {
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
}

async function signIn(): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await press("Sign in");
}

async function signOut(): Promise<void> {
  await page.context().clearCookies();
  await page.goto("/sign-in");
}

it("is added on the page of one's security, once the device has verified the person", async () => {
  await signIn();
  await heading("Decisions");
  await page.goto(`/${stage.tenant.slug}/security`);
  await heading("Your security");
  await looks();
  await press("Add a passkey");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("laptop");
  await looks();
  await verifies(false);
  await press("Go on to the device");
  await dialog.getByText("The browser handed over no passkey").waitFor();
  await looks();
  expect(await held()).toEqual([]);
  await verifies(true);
  await press("Go on to the device");
  await page.getByText("Keep these recovery codes now").waitFor();
  await row().getByText("never").waitFor();
  await looks();
  expect(await held()).toMatchObject([{ rpId: "localhost" }]);
});

it("is not made behind the back of who has turned to something else", async () => {
  await device.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: false });
  await press("Add a passkey");
  await page.getByRole("dialog").getByLabel("Name").fill("phone");
  await press("Go on to the device");
  await page
    .getByRole("button", { name: "Go on to the device" })
    .and(page.getByTitle("The Hall is being asked"))
    .waitFor();
  await press("Leave it");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await device.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: true });
  await row().getByRole("button", { name: "Remove" }).click();
  await press("Keep it");
  expect(await held()).toHaveLength(1);
});

it("is asked for at the next sign-in, and signs in", async () => {
  await signOut();
  await signIn();
  await heading("Show your second factor");
  await looks();
  await verifies(false);
  await press("Use a passkey");
  await page.getByRole("alert").filter({ hasText: "The browser handed over no passkey" }).waitFor();
  await looks();
  await verifies(true);
  await press("Use a passkey");
  await heading("Decisions");
  await page.goto(`/${stage.tenant.slug}/sessions`);
  await page
    .getByRole("row")
    .filter({ hasText: "(this one)" })
    .getByText("a password and a passkey")
    .waitFor();
});

it("steps the session up where an act asks for it, and is removed", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/${stage.tenant.slug}/security`);
  await stage.admin.query("UPDATE hall.session SET step_up_at = now() - interval '1 hour'");
  await row().getByRole("button", { name: "Remove" }).click();
  await press("Remove it");
  const asking = page.getByRole("dialog", { name: "Show again that it is you" });
  await asking.getByRole("button", { name: "Use a passkey" }).waitFor();
  await looks();
  await page.keyboard.press("Enter");
  await row().waitFor({ state: "detached" });
  await looks();
  await signOut();
  await signIn();
  await heading("Decisions");
});

it("the browser had nothing to complain of", () => {
  expect(complaints.filter((text) => !text.includes("status of"))).toEqual([]);
});
