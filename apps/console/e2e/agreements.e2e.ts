import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { showAgain } from "../../hall-api/test/testing/agreement.ts";
import { RECORD } from "../../hall-api/test/testing/enrolled-worker.ts";
import { accessibilityFaults, overflow } from "./accessibility.ts";
import { type Actor, openStage, type Stage } from "./stage.ts";

/** Two errands of people: to agree with the Hall, and to have a worker certified by somebody else than who asks. */

let stage: Stage;
let owner: Page;
let officer: Page;
let who: Actor;
const complaints: string[] = [];

beforeAll(async () => {
  stage = await openStage();
  who = await stage.tenant.member("owner");
  owner = await signedIn(who);
  officer = await signedIn(await stage.tenant.member("compliance"));
});
afterAll(() => stage?.close());

async function signedIn(actor: Actor): Promise<Page> {
  const page = await stage.signIn({ viewport: { width: 1440, height: 900 } }, actor);
  page.setDefaultTimeout(15_000);
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  return page;
}

const at = (path: string) => `/${stage.tenant.slug}/${path}`;
const main = (page: Page) => page.getByRole("main");
const button = (page: Page, name: string) => main(page).getByRole("button", { name, exact: true });

async function said(): Promise<boolean> {
  return (await stage.tenant.dispatch({ env: "prod" })).denied;
}

describe("an agreement", () => {
  it("begins as nothing, and the page says what that means", async () => {
    await owner.goto(at("agreements"));
    await main(owner).getByText("No agreements yet").waitFor();
    expect(await accessibilityFaults(owner)).toEqual([]);
  });

  it("is drafted from a template, with everything that is missing told at once", async () => {
    await button(owner, "Draft an agreement").click();
    await button(owner, "Write the draft").click();
    await main(owner).getByText("5 fields to mend.").waitFor();
    expect(await accessibilityFaults(owner)).toEqual([]);
    await owner.getByLabel("Title").fill("Summaries in production");
    await owner.getByLabel("Signatory").fill("Acme Incorporated");
    await owner.getByLabel("Capabilities").fill("cap.doc.*");
    await owner.getByRole("checkbox", { name: "prod" }).check();
    await owner.getByRole("checkbox", { name: "INTERNAL" }).check();
    await owner.getByLabel("Work a day").fill("1000");
    await button(owner, "Write the draft").click();
    await owner.getByRole("heading", { level: 1, name: "Summaries in production" }).waitFor();
    await main(owner).getByText("at most 1000 a day").waitFor();
    await main(owner).getByText("version 1 waits for an owner to sign it.").waitFor();
    expect(await accessibilityFaults(owner)).toEqual([]);
  });

  it("is signed by nobody who may not, who is told who may", async () => {
    await officer.goto(owner.url());
    const off = button(officer, "Sign and activate");
    await off.waitFor();
    await expect
      .poll(() => off.getAttribute("title"))
      .toBe("As compliance you may not sign for the tenant: owner may");
  });

  it("is signed and activated by an owner who has read it and has just shown who they are", async () => {
    const press = button(owner, "Sign and activate");
    expect(await press.getAttribute("aria-disabled")).toBe("true");
    await showAgain(stage.hall, stage.tenant.id, false);
    await owner.getByRole("checkbox", { name: "I have read version 1" }).check();
    await press.click();
    const asking = owner.getByRole("dialog", { name: "Show again that it is you" });
    await asking.getByText("you have neither a password nor a second factor").waitFor();
    expect(await accessibilityFaults(owner)).toEqual([]);
    await asking.getByRole("button", { name: "Do nothing" }).click();
    await main(owner).getByText("Nothing was done.").waitFor();
    await showAgain(stage.hall, stage.tenant.id);
    await press.click();
    await main(owner).getByText("in force", { exact: true }).waitFor();
    await main(owner).getByText("by the Hall's key").waitFor();
    expect(await accessibilityFaults(owner)).toEqual([]);
    expect(await said()).toBe(false);
  });

  it("is suspended with a reason, and resumed", async () => {
    for (const [act, label, word] of [
      ["Suspend", "Suspend the agreement", "suspended"],
      ["Resume", "Resume the agreement", "in force"],
    ] as const) {
      await button(owner, act).click();
      const dialog = owner.getByRole("dialog", { name: label });
      await dialog.getByLabel("Reason").fill("a look at the books");
      expect(await accessibilityFaults(owner)).toEqual([]);
      await dialog.getByRole("button", { name: label }).click();
      await dialog.waitFor({ state: "hidden" });
      await main(owner).getByText(word, { exact: true }).waitFor();
    }
  });

  it("is amended by a new version, which stands once it is activated", async () => {
    await button(owner, "Amend").click();
    await owner.getByRole("heading", { level: 1, name: "Amend the agreement" }).waitFor();
    expect(await owner.getByLabel("Title").inputValue()).toBe("Summaries in production");
    await owner.getByRole("checkbox", { name: "prod" }).uncheck();
    await owner.getByRole("checkbox", { name: "dev" }).check();
    await button(owner, "Write the new version").click();
    await main(owner).getByText("version 2 waits for an owner to sign it.").waitFor();
    expect(await said()).toBe(false);
    await owner.getByRole("checkbox", { name: "I have read version 2" }).check();
    await button(owner, "Sign and activate").click();
    await main(owner).getByText("Version 2, the one that decisions look at").waitFor();
    expect(await said()).toBe(true);
  });

  it("is terminated by its title, for good", async () => {
    await button(owner, "Terminate").click();
    const dialog = owner.getByRole("dialog", { name: "Terminate the agreement" });
    await dialog.getByLabel("Reason").fill("the quarter is over");
    const press = dialog.getByRole("button", { name: "Terminate the agreement" });
    expect(await press.getAttribute("aria-disabled")).toBe("true");
    await dialog.getByLabel("Type Summaries in production").fill("Summaries in production");
    await press.click();
    await main(owner).getByText("terminated", { exact: true }).waitFor();
    expect(await button(owner, "Amend").count()).toBe(0);
    await owner.goto(at("agreements"));
    await main(owner).getByRole("link", { name: "Summaries in production" }).waitFor();
    expect(await accessibilityFaults(owner)).toEqual([]);
  });
});

describe("a certification", () => {
  it("is asked for on the worker's page, and not granted by who asked", async () => {
    await owner.goto(at(`workers/${RECORD.worker_id}`));
    await button(owner, "Ask for a certification").click();
    const dialog = owner.getByRole("dialog", { name: "Ask for a certification" });
    await dialog.getByRole("checkbox", { name: "cap.doc.summarize" }).check();
    await dialog.getByRole("checkbox", { name: "prod" }).check();
    await dialog.getByRole("checkbox", { name: "INTERNAL" }).check();
    expect(await accessibilityFaults(owner)).toEqual([]);
    await dialog.getByRole("button", { name: "Ask for it" }).click();
    await main(owner).getByText("You asked for it, so somebody else examines it.").waitFor();
    expect(await button(owner, "Grant and sign the certificate").count()).toBe(0);
    expect(await accessibilityFaults(owner)).toEqual([]);
  });

  it("is examined by an officer over what the Hall finds, and granted once all three are accepted", async () => {
    await officer.goto(at("certification"));
    await main(officer).getByRole("link", { name: RECORD.worker_id }).click();
    await officer.getByRole("table", { name: "Evidence" }).waitFor();
    const press = button(officer, "Grant and sign the certificate");
    expect(await press.getAttribute("aria-disabled")).toBe("true");
    for (const name of ["controls", "attestation", "envelope"])
      await officer.getByRole("checkbox", { name: new RegExp(name) }).check();
    expect(await accessibilityFaults(officer)).toEqual([]);
    await press.click();
    await main(officer).getByText("granted", { exact: true }).waitFor();
    await officer.goto(at(`workers/${RECORD.worker_id}`));
    await officer
      .getByRole("article", { name: /^Certificate / })
      .getByText("INTERNAL", { exact: true })
      .waitFor();
  });

  it("is refused with a reason, which who asked reads", async () => {
    await owner.goto(at(`workers/${RECORD.worker_id}`));
    await button(owner, "Ask for a certification").click();
    const dialog = owner.getByRole("dialog", { name: "Ask for a certification" });
    for (const name of ["cap.doc.classify", "dev", "RESTRICTED"])
      await dialog.getByRole("checkbox", { name, exact: true }).check();
    await dialog.getByRole("button", { name: "Ask for it" }).click();
    await button(owner, "Withdraw").waitFor();
    await officer.goto(owner.url());
    await officer.getByLabel("Reason for a refusal").fill("It names nobody who answers for it.");
    await button(officer, "Refuse").click();
    await main(officer).getByText("refused", { exact: true }).waitFor();
    await owner.reload();
    await main(owner).getByText("It names nobody who answers for it.").waitFor();
  });
});

it("the pages fit a phone, in light and in dark, and need nothing that the console's policy refuses", async () => {
  const [first] = await ids();
  for (const colorScheme of ["light", "dark"] as const) {
    const phone = await stage.signIn({ viewport: { width: 390, height: 844 }, colorScheme }, who);
    for (const path of [
      "agreements",
      `agreements/${first}`,
      "agreements/new",
      "certification",
      await requestPath(),
    ]) {
      await phone.goto(at(path));
      await phone.getByRole("heading", { level: 1 }).waitFor();
      await expect.poll(() => phone.getByRole("status", { name: /^Reading/ }).count()).toBe(0);
      expect(await overflow(phone), path).toBe(0);
      expect(await accessibilityFaults(phone), path).toEqual([]);
    }
    await phone.context().close();
  }
  expect(complaints.filter((text) => !/status of 40[1349]/.test(text))).toEqual([]);
});

async function ids(): Promise<string[]> {
  const { body } = await stage.hall.ask<{ agreements: { agreement_id: string }[] }>(
    "GET",
    "/wcp/agreements",
    {
      key: stage.tenant.key,
    },
  );
  return body.agreements.map(({ agreement_id }) => agreement_id);
}

async function requestPath(): Promise<string> {
  const { body } = await stage.hall.ask<{ requests: { request_id: string }[] }>(
    "GET",
    "/wcp/certification-requests",
    { key: stage.tenant.key },
  );
  return `certification/${body.requests[0]?.request_id}`;
}
