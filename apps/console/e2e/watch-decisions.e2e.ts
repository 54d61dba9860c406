import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibilityFaults, overflow } from "./accessibility.ts";
import { live, openStage, type Stage } from "./stage.ts";

let stage: Stage;
let page: Page;
/** What the browser complained of: a refused script or style would be here. */
const complaints: string[] = [];

beforeAll(async () => {
  stage = await openStage();
  page = await stage.signIn({ viewport: { width: 1440, height: 900 } });
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
});
afterAll(() => stage?.close());

const list = () => page.getByRole("table", { name: "Decisions, newest first" });
const newest = () => list().getByRole("link").first();

describe("watching decisions", () => {
  it("teaches the first question while there is none", async () => {
    await page.getByRole("heading", { name: "No decisions yet" }).waitFor();
    expect(
      await page.getByRole("region", { name: "command that asks for a decision" }).textContent(),
    ).toContain(`curl -s ${stage.hall.url}/wcp/dispatch`);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("shows a dispatch within two seconds of its answer", async () => {
    const { denied } = await stage.tenant.dispatch();
    const answeredAt = Date.now();
    expect(denied).toBe(false);
    await list()
      .getByRole("row", { name: /Allowed.*cap\.doc\.summarize/ })
      .waitFor({ timeout: 2000 });
    expect(Date.now() - answeredAt).toBeLessThan(2000);
  });

  it("shows what was denied, and why", async () => {
    await stage.tenant.dispatch({ capability_id: "cap.doc.sumarize", env: "prod" });
    const row = list().getByRole("row", { name: /Denied.*cap\.doc\.sumarize.*DENY_NO_MATCHING_RULE/ });
    await row.waitFor({ timeout: 2000 });
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("keeps the environment in the address, and shows only its rows", async () => {
    await page.getByRole("group", { name: "Environment" }).getByRole("button", { name: "prod" }).click();
    await page.waitForURL("**/decisions?env=prod");
    await expect.poll(() => list().getByRole("link").count()).toBe(1);
    await page.goBack();
    await page.goto(`/${stage.tenant.slug}/decisions`);
    await expect.poll(() => list().getByRole("link").count()).toBe(2);
  });

  it("finds rows by words, from the keyboard", async () => {
    await live(page);
    await page.keyboard.press("/");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("type"))).toBe("search");
    await page.keyboard.type("denied sumarize");
    await page.getByRole("heading", { name: "No decision fits" }).waitFor();
    await page.getByRole("searchbox").fill("deny sumarize");
    await expect.poll(() => list().getByRole("link").count()).toBe(1);
    await page.getByRole("searchbox").fill("");
    await expect.poll(() => list().getByRole("link").count()).toBe(2);
    await page.getByRole("searchbox").blur();
  });

  it("opens a decision by arrow and enter, beside the list", async () => {
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      await list().getByRole("link").nth(1).textContent(),
    );
    await page.keyboard.press("Enter");
    await page.waitForURL("**/decisions/*");
    await page.getByRole("heading", { level: 1, name: "Allowed" }).waitFor();
    expect(await list().isVisible()).toBe(true);
  });
});

describe("one decision", () => {
  it("is read as the steps that were taken", async () => {
    const steps = page.getByRole("list", { name: "Steps of the decision" }).getByRole("listitem");
    expect(await steps.count()).toBe(16);
    expect(await steps.first().textContent()).toContain("The request follows RouteInput.");
  });

  it("is verified in this browser, all four quarters", async () => {
    await page.getByRole("status").filter({ hasText: "Verified, in this browser" }).waitFor();
    const seal = page.getByRole("img", { name: /^Seal: Verified\./ }).first();
    expect(await seal.getAttribute("aria-label")).toContain(
      "body passed, chain passed, inclusion passed, checkpoint passed",
    );
    // The Hall's words and the sealed receipt say the same.
    expect(await page.getByText("differ from the sealed receipt").count()).toBe(0);
    await page.getByText("pinned in this browser").first().waitFor();
  });

  it("is closed by a second receipt, with what the worker answered", async () => {
    const work = page.getByRole("region", { name: "Work" });
    await work.getByText("succeeded").waitFor();
    expect(await work.getByRole("region", { name: "answer of the worker" }).textContent()).toContain(
      '"words": 3',
    );
    await work.getByRole("img", { name: /^Seal: Verified/ }).waitFor();
  });

  it("shows a tampered copy in red, with what was changed", async () => {
    await page.getByText("Check a copy").click();
    const copy = page.getByRole("textbox", { name: "Copy of the receipt" });
    await page.getByRole("button", { name: "Check this copy" }).click();
    await page.getByText("This copy is genuine").waitFor();
    const text = await copy.inputValue();
    await copy.fill(text.replace('"outcome": "ALLOW"', '"outcome": "DENY"'));
    await page.getByRole("button", { name: "Check this copy" }).click();
    const verdict = page.getByRole("region", { name: "Verdict on the copy" });
    await verdict.getByText("This copy does not verify").waitFor();
    expect(await verdict.getByRole("list", { name: "Values that differ" }).textContent()).toContain(
      "decision.outcome",
    );
    expect(await verdict.getByRole("listitem").filter({ hasText: /^Body/ }).textContent()).toMatch(
      /failed.*[0-9a-f]{64}.*[0-9a-f]{64}/s,
    );
    expect(await verdict.getByRole("img").getAttribute("aria-label")).toContain("body failed, chain open");
    const red = await verdict.evaluate((element) => getComputedStyle(element).borderLeftColor);
    const word = await verdict
      .getByText("This copy does not verify")
      .evaluate((element) => getComputedStyle(element).color);
    expect(red).toBe(word);
    // The seal of the decision itself still stands.
    await page
      .getByRole("img", { name: /^Seal: Verified\./ })
      .first()
      .waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("refuses a seal under another key than the pinned one, until a person has compared the two", async () => {
    const forged = await page.evaluate(() => {
      const name = Object.keys(localStorage).find((key) => key.startsWith("guildhall.key."))!;
      const pin = JSON.parse(localStorage.getItem(name)!);
      const [origin] = pin.key.split("+");
      // A vkey of 32 other bytes; its hash need not fit, because it is compared as a text.
      localStorage.setItem(name, JSON.stringify({ ...pin, key: `${origin}+00000000+AAAA` }));
      return pin.key as string;
    });
    await page.reload();
    await page.getByRole("alert").filter({ hasText: "has changed" }).waitFor();
    await page
      .getByRole("img", { name: /^Seal: Not checked: the key changed/ })
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Compare and pin the new key" }).click();
    const dialog = page.getByRole("dialog", { name: "Pin the new key" });
    await dialog.getByRole("textbox").fill("0000 0000 0000 0000");
    expect(await dialog.getByRole("button", { name: "Pin the new key" }).getAttribute("aria-disabled")).toBe(
      "true",
    );
    const fingerprint = await page.evaluate(async (key) => {
      const bytes = Uint8Array.from(atob(key.split("+").slice(2).join("+")), (c) => c.charCodeAt(0)).slice(1);
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      return [...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }, forged);
    await dialog.getByRole("textbox").fill(fingerprint);
    await dialog.getByRole("button", { name: "Pin the new key" }).click();
    await page
      .getByRole("img", { name: /^Seal: Verified\./ })
      .first()
      .waitFor();
  });

  it("follows the log to a new key of the Hall, with nobody asked", async () => {
    const { hall } = stage;
    await hall.ask("POST", "/hall/keys/log/rotate", { key: hall.operatorToken, body: { reason: "yearly" } });
    await page.reload();
    await page.getByText("The log's own entries lead to it from").first().waitFor();
    await page
      .getByRole("img", { name: /^Seal: Verified\./ })
      .first()
      .waitFor();
    expect(await page.getByRole("alert").filter({ hasText: "has changed" }).count()).toBe(0);
  });

  it("says of a denial what was asked, what stopped it, and what would change it", async () => {
    const { decision_id } = await stage.tenant.dispatch({ capability_id: "cap.doc.sumarize", env: "prod" });
    await page.goto(`/${stage.tenant.slug}/decisions/${decision_id}`);
    await page.getByRole("heading", { level: 1, name: "Denied" }).waitFor();
    const words = await page.getByRole("article").textContent();
    expect(words).toContain("Asked: cap.doc.sumarize in prod with INTERNAL data at P2.");
    expect(words).toContain("No rule lets this capability run here.");
    expect(words).toContain("Ask for a capability the Hall knows");
    const steps = page.getByRole("list", { name: "Steps of the decision" });
    expect(await steps.getByRole("listitem").filter({ hasText: "failed" }).textContent()).toContain("Rule");
    await page.getByRole("status").filter({ hasText: "Verified, in this browser" }).waitFor();
    expect(await page.getByText("differ from the sealed receipt").count()).toBe(0);
  });

  it("closes on Escape and gives the focus back to its row", async () => {
    await page.keyboard.press("Escape");
    await page.waitForURL(`**/${stage.tenant.slug}/decisions`);
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("A");
  });

  it("is not found where it is another tenant's, and neither is the other tenant", async () => {
    const { decision_id } = await stage.neighbour.dispatch();
    await page.goto(`/${stage.tenant.slug}/decisions/${decision_id}`);
    await page.getByRole("heading", { name: "No such decision here" }).waitFor();
    await page.goto(`/${stage.tenant.slug}/decisions/0193512f-4c00-7000-8000-000000000000`);
    await page.getByRole("heading", { name: "No such decision here" }).waitFor();
    await page.goto(`/${stage.neighbour.slug}/decisions`);
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  });
});

describe("the frame", () => {
  it("has its errands under ⌘K", async () => {
    await page.goto(`/${stage.tenant.slug}/log`);
    await page.getByRole("heading", { level: 1, name: "Log" }).waitFor();
    await live(page);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("Control+k");
    const palette = page.getByRole("dialog", { name: "Commands" });
    await palette.getByRole("combobox").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.type("go to dec");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/${stage.tenant.slug}/decisions`);
    await list().waitFor();
  });

  it("keeps the theme that somebody chose", async () => {
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("toggle");
    await page.keyboard.press("Enter");
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await list().waitFor();
    expect(await ground()).toBe(dark);
  });

  it("says how the Hall stands", () => live(page));

  it("fits a phone, without scrolling sideways, and moves nothing for who wants no motion", async () => {
    const phone = await stage.signIn({ viewport: { width: 390, height: 844 }, reducedMotion: "reduce" });
    await phone.getByRole("table").waitFor();
    expect(await overflow(phone)).toBe(0);
    expect(await accessibilityFaults(phone)).toEqual([]);
    await phone.getByRole("table").getByRole("link").last().click();
    await phone.getByRole("status").filter({ hasText: "Verified" }).waitFor();
    expect(await phone.getByRole("table").isVisible()).toBe(false);
    await phone.getByText("Check a copy").click();
    expect(await overflow(phone)).toBe(0);
    expect(await accessibilityFaults(phone)).toEqual([]);
    const moving = await phone.evaluate(
      () =>
        [...document.querySelectorAll("*")].filter(
          (one) => getComputedStyle(one).transitionProperty !== "none",
        ).length,
    );
    expect(moving).toBe(0);
    await phone.getByRole("button", { name: "Open navigation" }).click();
    await phone.getByRole("dialog", { name: "Navigation" }).getByRole("link", { name: "Log" }).click();
    await phone.getByRole("heading", { level: 1, name: "Log" }).waitFor();
    expect(await overflow(phone)).toBe(0);
    await phone.context().close();
  });

  it("has no script or style that its own policy refuses", () => {
    expect(complaints.filter((text) => !/status of 40[134]/.test(text))).toEqual([]);
  });
});

describe("when the Hall goes away", () => {
  it("keeps the rows, says they are old, and refuses new sign-ins in words", async () => {
    const link = await stage.tenant.newLink();
    await page.goto(`/${stage.tenant.slug}/decisions`);
    await newest().waitFor();
    await stage.hall.stop();
    await page.getByText("The Hall does not answer. The rows are as of").waitFor();
    await page.getByRole("status").filter({ hasText: "unreachable" }).waitFor();
    expect(await newest().isVisible()).toBe(true);
    const stranger = await stage.visit(link);
    await stranger.getByRole("button", { name: "Sign in" }).click();
    await stranger.getByText("The Hall does not answer, so nobody can sign in now.").waitFor();
    await stranger.getByRole("button", { name: "Sign in" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "The decisions could not be read" }).waitFor();
  });
});
