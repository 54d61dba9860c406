import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { request } from "../../hall-api/test/testing/enrolled-worker.ts";
import { accessibilityFaults, overflow } from "./accessibility.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
let page: Page;

beforeAll(async () => {
  stage = await openStage();
  page = await stage.signIn({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(20_000);
  await page.goto(`/${stage.tenant.slug}/keys`);
});
afterAll(() => stage?.close());

const row = (name: string) =>
  page.getByRole("table", { name: "API keys" }).getByRole("row").filter({ hasText: name });
const button = (name: string, of = page.getByRole("dialog")) => of.getByRole("button", { name, exact: true });

async function ask(key: string, env = "dev") {
  const body = request(stage.tenant.identity, { env });
  const answer = await stage.hall.ask<{ outcome?: string; code?: string; deny_code?: string | null }>(
    "POST",
    "/wcp/route",
    { key, body },
  );
  return answer.body.code ?? answer.body.deny_code ?? answer.body.outcome;
}

/** The text that the dialog shows, once. */
async function shownKey(): Promise<string> {
  const text = await page.getByRole("region", { name: "text of the key" }).textContent();
  await button("I have it").click();
  return /hall_key_\w+/.exec(text ?? "")?.[0] as string;
}

describe("an operator", () => {
  let old: string;
  let next: string;

  it("makes a key that may ask in dev only, and reads its text once", async () => {
    await page.getByRole("button", { name: "Make a key" }).click();
    await page.getByRole("dialog", { name: "Make a key" }).waitFor();
    expect(await button("Make the key").getAttribute("aria-disabled")).toBe("true");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("textbox", { name: "Name" }).fill("nightly");
    await page.getByRole("checkbox", { name: "dev", exact: true }).check();
    await page.getByRole("textbox", { name: "From" }).fill("127.0.0.0/8\n::1");
    await page.getByRole("textbox", { name: "Requests a minute" }).fill("100");
    await page.getByText("Narrowed: in dev, from 127.0.0.0/8, ::1, 100 a minute.").waitFor();
    await button("Make the key").click();
    old = await shownKey();
    expect(await ask(old)).toBe("DISPATCH");
    expect(await ask(old, "prod")).toBe("DENY_KEY_SCOPE");
    await row("nightly").getByText("in use").waitFor();
    expect(await page.content()).not.toContain(old);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("rotates it: for the grace both hold, and the list says which was replaced", async () => {
    await button("Rotate", row("nightly")).click();
    await page.getByRole("combobox", { name: "How long the old key holds beside it" }).selectOption("900");
    expect(await accessibilityFaults(page)).toEqual([]);
    await button("Make the new key").click();
    next = await shownKey();
    expect([await ask(old), await ask(next)]).toEqual(["DISPATCH", "DISPATCH"]);
    await row("nightly").filter({ hasText: "replaced" }).waitFor();
  });

  it("sees when a key was last used", async () => {
    await stage.hall.hall.keyMeter.write();
    await page.reload();
    await row("nightly").filter({ hasText: "replaced" }).getByText("times today").waitFor();
  });

  it("revokes it with a reason, and not without one", async () => {
    await button("Revoke", row("nightly").filter({ hasText: "in use" })).click();
    expect(await button("Revoke the key").getAttribute("aria-disabled")).toBe("true");
    await page.getByRole("textbox", { name: "Reason" }).fill("no longer needed");
    await button("Revoke the key").click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await row("nightly").filter({ hasText: "revoked" }).waitFor();
    expect(await ask(next)).toBe("KEY_REVOKED");
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

it("who may not make keys is told who may", async () => {
  const auditor = await stage.signIn({}, await stage.tenant.member("auditor"));
  await auditor.goto(`/${stage.tenant.slug}/keys`);
  const make = auditor.getByRole("button", { name: "Make a key" });
  await expect
    .poll(() => make.getAttribute("title"), { timeout: 20_000 })
    .toBe("As auditor you may not make or rotate API keys: owner, admin and operator may");
  await auditor.context().close();
});

it("fits a phone", async () => {
  const phone = await stage.signIn({ viewport: { width: 390, height: 844 } });
  await phone.goto(`/${stage.tenant.slug}/keys`);
  await phone.getByText("nightly").first().waitFor();
  expect(await overflow(phone)).toBeLessThanOrEqual(0);
  await phone.context().close();
});
