import { Secret, TOTP } from "otpauth";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RECORD, request, withHash } from "../../hall-api/test/testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "../../hall-api/test/testing/http-worker.ts";
import { addMember } from "../../hall-api/test/testing/tenant.ts";
import { verified } from "../../hall-api/test/testing/verified.ts";
import { openStage, type Stage } from "./stage.ts";

/**
 * From an owner alone in a tenant to work that is done, by pages and by people; then each thing that it rests on is taken
 * away, and the next decision says which.
 */

const PASSWORD = "copper lantern walks uphill";
const OFFICER = "officer@example.test";
const NOW = { timeout: 15_000 };

let stage: Stage;
let worker: HttpWorker;
let owner: Page;
let officer: Page;
let key: string;
/** What stands in for the officer's authenticator, each once. */
let recoveryCodes: string[];

beforeAll(async () => {
  stage = await openStage({ isBare: true });
  worker = await startHttpWorker(() => stage.hall.url);
  const email = "owner@example.test";
  const { id } = stage.tenant;
  const { session } = await addMember(stage.hall.hall, id, "owner", { email, password: PASSWORD });
  // What production asks for here: an agreement, and a certification for data that is not public.
  const strict = { profile_id: "prof.test.strict", name: "Strict", agreement_required: true };
  await act(session, "/wcp/profiles/prof.test.strict", {
    profile: { ...strict, certification_for: ["INTERNAL"] },
  });
  await act(session, "/wcp/environments/prod/profile", { profile_id: "prof.test.strict" });
  owner = await visitor();
  await signIn(owner, email);
  await heading(owner, "Decisions");
});
afterAll(async () => {
  await worker?.close();
  await stage?.close();
});

async function act(session: string, path: string, body: object): Promise<void> {
  const { status, text } = await stage.hall.ask("PUT", path, { key: session, body });
  expect(status, text).toBe(200);
}

async function visitor(path = "/sign-in"): Promise<Page> {
  const page = await stage.visit(path, { viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(NOW.timeout);
  return page;
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await press(page, "Sign in");
}

const at = (path: string) => `/${stage.tenant.slug}/${path}`;
const main = (page: Page) => page.getByRole("main");
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const heading = (page: Page, name: string) =>
  page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const dialog = (page: Page, name: string) => page.getByRole("dialog", { name, exact: true });
const rowOf = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });

/** As if every factor had been shown an hour ago. */
const makeStale = () => stage.admin.query("UPDATE hall.session SET step_up_at = now() - interval '1 hour'");

async function showAgain(page: Page, label: "Password" | "Code", shown: string): Promise<void> {
  const asking = dialog(page, "Show again that it is you");
  await asking.getByLabel(label).fill(shown);
  await asking.getByRole("button", { name: "Show it" }).click();
  await asking.waitFor({ state: "hidden" });
}

interface Said {
  outcome: string;
  deny_code: string | null;
  code?: string;
  decision_id: string;
  result: unknown;
  receipt: object;
  seal: object;
}

/** Asks for the work over HTTP, as an agent does. */
async function dispatch(): Promise<Said> {
  const body = request(stage.tenant.identity, { env: "prod" });
  return (await stage.hall.ask<Said>("POST", "/wcp/dispatch", { key, body })).body;
}

/** What the next decision says, which the owner reads in the list as well. */
async function decides(word: string): Promise<void> {
  const said = await dispatch();
  expect(said.code ?? said.deny_code ?? said.outcome).toBe(word);
  if (said.code !== undefined) return;
  await owner.goto(at(`decisions/${said.decision_id}`));
  await owner
    .getByText(word === "DISPATCH" ? RECORD.worker_id : word)
    .filter({ visible: true })
    .first()
    .waitFor();
}

/** @param showing what is done once the button was pressed */
async function reason(page: Page, name: string, showing = async () => {}): Promise<void> {
  const asking = dialog(page, name);
  await asking.getByLabel("Reason").fill("to see what follows");
  await asking.getByRole("button", { name, exact: true }).click();
  await showing();
  await asking.waitFor({ state: "hidden" });
}

/** @returns the address by which somebody joins: it goes to them alone */
function letterTo(email: string): string {
  const letter = stage.hall.printed.findLast((text) => text.includes(`For ${email}`)) ?? "";
  return /\n\s+(http\S+)/.exec(letter)?.[1] ?? "";
}

async function makeKey(name: string): Promise<void> {
  await owner.goto(at("keys"));
  await press(owner, "Make a key");
  await dialog(owner, "Make a key").getByRole("textbox", { name: "Name" }).fill(name);
  await press(owner, "Make the key");
  const text = await owner.getByRole("region", { name: "text of the key" }).textContent();
  key = /hall_key_\w+/.exec(text ?? "")?.[0] as string;
  await press(owner, "I have it");
}

async function askForCertification(): Promise<void> {
  await owner.goto(at(`workers/${RECORD.worker_id}`));
  await press(owner, "Ask for a certification");
  const asking = dialog(owner, "Ask for a certification");
  for (const name of ["cap.doc.summarize", "prod", "INTERNAL"])
    await asking.getByRole("checkbox", { name, exact: true }).check();
  await asking.getByRole("button", { name: "Ask for it" }).click();
  await main(owner).getByText("You asked for it, so somebody else examines it.").waitFor();
}

/** By somebody else than who asked. @param showing what is done once the button was pressed */
async function grantIt(showing = async () => {}): Promise<void> {
  await officer.goto(at("certification"));
  await main(officer).getByRole("link", { name: RECORD.worker_id }).first().click();
  for (const name of ["controls", "attestation", "envelope"])
    await officer.getByRole("checkbox", { name: new RegExp(name) }).check();
  await press(officer, "Grant and sign the certificate");
  await showing();
  await main(officer).getByText("granted", { exact: true }).waitFor();
}

describe("from nothing to work that is done", () => {
  it("a member is invited, joins by a password, and signs in with an authenticator", async () => {
    await owner.goto(at("members"));
    await press(owner, "Invite a member");
    const asking = dialog(owner, "Invite a member");
    await asking.getByLabel("E-mail").fill(OFFICER);
    await asking.getByLabel("Name").fill("Ida");
    await asking.getByLabel("Role").selectOption("compliance");
    await press(owner, "Send the invitation");
    await rowOf(owner, OFFICER).getByText("invited").waitFor();

    officer = await visitor(letterTo(OFFICER));
    await officer.getByLabel("Your name").fill("Ida Rhodes");
    await officer.getByLabel("Password").fill(PASSWORD);
    await press(officer, "Join");
    await officer.getByRole("link", { name: "To the sign-in" }).click();
    await signIn(officer, OFFICER);
    await heading(officer, "Decisions");
    await officer.goto(at("security"));
    await press(officer, "Set up an authenticator");
    const seed = (await officer.getByText(/^(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}/).textContent()) ?? "";
    const totp = new TOTP({ secret: Secret.fromBase32(seed.replaceAll(/[^A-Z2-7]/g, "")) });
    await officer.getByRole("textbox", { name: "Code" }).fill(totp.generate());
    await press(officer, "Confirm the authenticator");
    const codes = (await officer.getByRole("region", { name: "recovery codes" }).textContent()) ?? "";
    recoveryCodes = codes.match(/[a-z2-9]{5}(?:-[a-z2-9]{5}){3}/g) ?? [];
    await officer.getByRole("button", { name: /^Ida/ }).click();
    await officer.getByRole("menuitem", { name: "Sign out" }).click();

    await signIn(officer, OFFICER);
    // One step ahead, because each code counts once.
    await officer.getByLabel("Code").fill(totp.generate({ timestamp: Date.now() + 30_000 }));
    await press(officer, "Sign in");
    await heading(officer, "Decisions");
  });

  it("an agreement is drafted, and signed by who shows again that it is them", async () => {
    await owner.goto(at("agreements/new"));
    await owner.getByLabel("Title").fill("Summaries in production");
    await owner.getByLabel("Signatory").fill("Acme Incorporated");
    await owner.getByLabel("Capabilities").fill("cap.doc.*");
    await owner.getByRole("checkbox", { name: "prod" }).check();
    await owner.getByRole("checkbox", { name: "INTERNAL" }).check();
    await press(owner, "Write the draft");
    await main(owner).getByText("version 1 waits for an owner to sign it.").waitFor();
    await makeStale();
    await owner.getByRole("checkbox", { name: "I have read version 1" }).check();
    await press(owner, "Sign and activate");
    await showAgain(owner, "Password", PASSWORD);
    await main(owner).getByText("in force", { exact: true }).waitFor();
  });

  it("a key is made, a worker enrolled and its address set; what is still missing is told one by one", async () => {
    await makeKey("agent");
    expect(await dispatch()).toMatchObject({ deny_code: "DENY_NO_AVAILABLE_WORKER" });

    await owner.goto(at("workers"));
    await press(owner, "Enroll a worker");
    const form = dialog(owner, "Enroll a worker");
    await form.getByLabel("Record").fill(withHash(RECORD));
    await form.getByRole("button", { name: "Enroll", exact: true }).click();
    await owner.getByRole("link", { name: RECORD.worker_id }).click();
    await press(owner, "Set the address");
    const asking = dialog(owner, "Set the worker's address");
    await asking.getByLabel("Address").fill(worker.url);
    await asking.getByRole("button", { name: "Set the address" }).click();
    await asking.waitFor({ state: "hidden" });
    await decides("DENY_CERTIFICATION_REQUIRED");
  });

  it("its certification is asked for by one and granted by another, who shows that it is them", async () => {
    await askForCertification();
    await makeStale();
    await grantIt(() => showAgain(officer, "Code", recoveryCodes.pop() ?? ""));
  });

  it("the work is dispatched and done, under a receipt that a stranger verifies", async () => {
    const said = await dispatch();
    expect(said).toMatchObject({ outcome: "DISPATCH", deny_code: null, result: { words: 3 } });
    expect(worker.runs).toHaveLength(1);
    const receipt = await verified(said, stage.hall.verifierKey);
    expect(receipt).toMatchObject({ kind: "decision" });
    await owner.goto(at(`decisions/${said.decision_id}`));
    await owner.getByText(RECORD.worker_id).filter({ visible: true }).first().waitFor();
  });
});

describe("what it rests on is taken away, and the next decision says so", () => {
  it("the certificate", async () => {
    await officer.goto(at(`workers/${RECORD.worker_id}`));
    await press(officer, "Revoke");
    const asking = dialog(officer, "Revoke the certificate");
    await asking.getByRole("combobox", { name: "Reason" }).selectOption("privilege_withdrawn");
    await asking.getByRole("button", { name: "Revoke the certificate" }).click();
    await asking.waitFor({ state: "hidden" });
    await decides("DENY_CERTIFICATION_REVOKED");
    await askForCertification();
    await grantIt();
    await decides("DISPATCH");
  });

  it("the agreement", async () => {
    await owner.goto(at("agreements"));
    await main(owner).getByRole("link", { name: "Summaries in production" }).click();
    await makeStale();
    // A brake asks for nothing; letting it go does.
    await press(owner, "Suspend");
    await reason(owner, "Suspend the agreement");
    const agreement = owner.url();
    await decides("DENY_AGREEMENT_NOT_IN_FORCE");
    await owner.goto(agreement);
    await press(owner, "Resume");
    await reason(owner, "Resume the agreement", () => showAgain(owner, "Password", PASSWORD));
    await decides("DISPATCH");
  });

  it("the key", async () => {
    await owner.goto(at("keys"));
    const row = owner.getByRole("table", { name: "API keys" }).getByRole("row").filter({ hasText: "agent" });
    await row
      .filter({ hasText: key.slice(0, 13) })
      .getByRole("button", { name: "Revoke" })
      .click();
    await reason(owner, "Revoke the key");
    await decides("KEY_REVOKED");
    await makeKey("successor");
    await decides("DISPATCH");
  });

  it("the worker, for a while and for good", async () => {
    await owner.goto(at(`workers/${RECORD.worker_id}`));
    await press(owner, "Suspend");
    await reason(owner, "Suspend the worker");
    await decides("DENY_NO_AVAILABLE_WORKER");
    await main(owner).getByText("is suspended or retired").filter({ visible: true }).first().waitFor();
    await owner.goto(at(`workers/${RECORD.worker_id}`));
    await press(owner, "Resume");
    await reason(owner, "Resume the worker");
    await decides("DISPATCH");
    await owner.goto(at(`workers/${RECORD.worker_id}`));
    await press(owner, "Retire");
    await reason(owner, "Retire the worker");
    await decides("DENY_NO_AVAILABLE_WORKER");
  });

  it("the sessions of a member, who signs in again; then the member, who does not", async () => {
    await owner.goto(at("members"));
    await rowOf(owner, OFFICER).getByRole("button", { name: "End sessions" }).click();
    await press(owner, "End the sessions");
    await dialog(owner, "End every session").waitFor({ state: "hidden" });
    await officer.goto(at("workers"));
    await officer.getByRole("heading", { name: "Your session has ended" }).waitFor();
    await signIn(officer, OFFICER);
    await officer.getByLabel("Code").fill(recoveryCodes.pop() ?? "");
    await press(officer, "Sign in");
    await heading(officer, "Decisions");

    await rowOf(owner, OFFICER).getByRole("button", { name: "Remove" }).click();
    await reason(owner, "Remove the member");
    await rowOf(owner, OFFICER).waitFor({ state: "detached" });
    await officer.goto(at("workers"));
    await officer.getByRole("heading", { name: "Your session has ended" }).waitFor();
    await signIn(officer, OFFICER);
    await officer.getByText("That is not what signs you in here.").waitFor();
  });
});
