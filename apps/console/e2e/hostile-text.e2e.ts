import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addOperator } from "../../hall-api/test/testing/platform.ts";
import { addMember } from "../../hall-api/test/testing/tenant.ts";
import { revealHidden } from "../ui/code-points.ts";
import { hostileAddresses } from "./hostile/addresses.ts";
import { joinAs, writePeople, writeTenants } from "./hostile/people.ts";
import { writeAgreements, writeRules } from "./hostile/rules.ts";
import { markupOf, type Seen, watchScripts } from "./hostile/script-watch.ts";
import { type Stranger, startStranger } from "./hostile/stranger.ts";
import { ELSEWHERE, hostileTexts } from "./hostile/texts.ts";
import { writeWork } from "./hostile/work.ts";
import { createWriter, type Shown, type Writer } from "./hostile/writer.ts";
import { openStage, type Stage } from "./stage.ts";

/** H-110: whatever somebody wrote, and wherever the Hall took it, a browser shows it and runs none of it. */

const TEXTS = hostileTexts();
const NAME = "<img src=x onerror=ran(-1)>";
const OWNER = { email: "owner@example.test", display_name: NAME, password: "copper lantern walks uphill" };
const OPERATOR = { email: "operator@example.test", password: OWNER.password };

const SOON = { timeout: 20_000 };

let stage: Stage;
let stranger: Stranger;
let writer: Writer;
let ofTenant: Shown[];
let ofOperators: Shown[];
let page: Page;
let seen: Seen;
const shown = new Set<string>();

beforeAll(async () => {
  stage = await openStage({ isBare: true, ssoAllowLoopback: true, allowPrivateAddresses: true });
  const { hall } = stage.hall;
  stranger = await startStranger(stage.hall, TEXTS);
  const as = async (role: string) => (await addMember(hall, stage.tenant.id, role)).session;
  const [owner, operator, officer] = [await as("owner"), await as("operator"), await as("compliance")];
  writer = createWriter(stage.hall, TEXTS, owner);
  ofTenant = [
    ...(await writePeople(stage, writer, stranger, operator)),
    ...(await writeWork(stage, writer, stranger, { operator, officer })),
    ...(await writeRules(stage, writer)),
    ...(await writeAgreements(stage, writer, owner)),
  ];
  ofOperators = await writeTenants(stage, writer);
  await joinAs(stage, owner, OWNER);
  await addOperator(hall, "owner", OPERATOR);
});
afterAll(async () => {
  stranger?.close();
  await stage?.close();
});

async function watched(): Promise<{ page: Page; seen: Seen }> {
  const viewport = { width: 1440, height: 900 };
  const context = await stage.browser.newContext({ baseURL: stage.consoleUrl, viewport });
  const seen = await watchScripts(context, [stage.consoleUrl, stage.hall.url]);
  const page = await context.newPage();
  return { page, seen };
}

async function signedIn(who: { email: string; password: string }, title: string) {
  const { page, seen } = await watched();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password").fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  return { page, seen };
}

/** As a page shows it: hidden characters named; in a machine's text with escapes; a tenant's name composed (NFKC). */
function looksOf(text: string): string[] {
  const escaped = JSON.stringify(text).slice(1, -1);
  const unit = (one: string) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return [text, escaped, escaped.replaceAll(/[^ -~]/g, unit), text.normalize("NFKC")].map((one) =>
    revealHidden(one)
      .map(({ text, hidden }) => hidden?.codePoint ?? text)
      .join(""),
  );
}

/** @returns those that the page does not show, once it has unfolded what it folds */
async function missing(of: Page, texts: readonly string[]): Promise<string[]> {
  const main = of.getByRole("main");
  const more = main.getByRole("button", { name: /^Show (?:all )?[\d,]+ (?:characters|more)$/ });
  for (;;) {
    const text = (await main.textContent()) ?? "";
    const left = texts.filter((one) => !looksOf(one).some((look) => text.includes(look)));
    if (left.length === 0 || (await more.count()) === 0) return left;
    await more.first().click();
  }
}

async function expectInert(of: Page, seen: Seen, where: string): Promise<void> {
  expect(await markupOf(of), where).toEqual([]);
  expect(seen, where).toEqual([]);
  expect([stage.consoleUrl, stage.hall.url], where).toContain(new URL(of.url()).origin);
}

async function look(of: Page, seen: Seen, { path, texts, opens = [] }: Shown): Promise<void> {
  const headers = (await of.goto(path))?.headers() ?? {};
  const policy = headers["content-security-policy"] ?? "";
  expect(policy, path).toMatch(
    /^default-src 'none'; script-src 'nonce-[^']+' 'strict-dynamic'; .*base-uri 'none'/,
  );
  // Objects, frames and all that is not named are default-src's, which is nothing.
  expect(policy, path).not.toMatch(/unsafe|object-src|frame-src|\*/);
  expect(headers["x-content-type-options"], path).toBe("nosniff");
  await of.getByRole("heading", { level: 1 }).first().waitFor();
  await expect.poll(() => missing(of, texts), { ...SOON, message: path }).toEqual([]);
  for (const text of texts) shown.add(text);
  for (const name of opens) {
    await of.getByRole("main").getByRole("button", { name, exact: true, disabled: false }).last().click();
    await of.getByRole("dialog").last().waitFor();
    await expectInert(of, seen, `${path} ${name}`);
    await of.keyboard.press("Escape");
  }
  for (const tab of await of.getByRole("tab").all()) {
    await tab.click();
    await expectInert(of, seen, `${path} ${await tab.textContent()}`);
  }
  await expectInert(of, seen, path);
}

describe("hostile texts", () => {
  it("are five hundred at least, none twice, and run where a page takes them for markup", async () => {
    const shapes = new Set(TEXTS.map((text) => text.replace(/ran\(\d+\)/, "")));
    expect(shapes.size).toBe(TEXTS.length);
    expect(shapes.size).toBeGreaterThanOrEqual(500);

    const { page, seen } = await watched();
    const blank = { contentType: "text/html", body: "<!doctype html><main></main>" };
    await page.route("http://control.test/", (route) => route.fulfill(blank));
    await page.route(new RegExp(`//${ELSEWHERE}/`), (route) => route.fulfill({ status: 204 }));
    await page.goto("http://control.test/");
    await page.evaluate((texts) => {
      for (const text of texts) document.body.append(document.createRange().createContextualFragment(text));
    }, TEXTS);
    const count = (what: string) => new Set(seen.filter((one) => one.startsWith(what))).size;
    await expect.poll(() => count("ran "), SOON).toBeGreaterThanOrEqual(100);
    await expect.poll(() => count(`asked http://${ELSEWHERE}`), SOON).toBeGreaterThanOrEqual(1);
    expect((await markupOf(page)).length).toBeGreaterThanOrEqual(200);
    process.stdout.write(`${shapes.size} hostile texts, of which ${count("ran ")} ran as markup\n`);
    await page.context().close();
  });
});

describe("in the console", () => {
  it("H-110 are text on every page of a tenant, for an owner whose own name is one", async () => {
    ({ page, seen } = await signedIn(OWNER, "Decisions"));
    await page.getByRole("button", { name: NAME }).click();
    await expectInert(page, seen, "the menu of the person");
    for (const one of ofTenant) await look(page, seen, one);
  });

  it("H-110 are text for whoever operates the Hall", async () => {
    const theirs = await signedIn(OPERATOR, "Tenants");
    for (const one of ofOperators) await look(theirs.page, theirs.seen, one);
    await theirs.page.context().close();
  });

  it("H-110 were each shown as they were written; what the Hall would not take it refused with a code", () => {
    expect(TEXTS.filter((text) => !shown.has(text))).toEqual([]);
    const list = (counts: Map<string, number>) => [...counts].map((one) => one.join(" ")).join(", ");
    process.stdout.write(`taken: ${list(writer.taken)}\nrefused: ${list(writer.refused)}\n`);
    for (const field of ["e-mail", "role's name", "worker's id", "domain", "provider's sign-in"])
      expect(writer.taken.has(field), field).toBe(false);
  });

  it("H-110 in its addresses and in the Hall's lead nowhere and draw nothing", async () => {
    const addresses = hostileAddresses(stage.tenant.slug, stage.hall.url, TEXTS);
    const tabs = await Promise.all(Array.from({ length: 6 }, () => page.context().newPage()));
    const visits = tabs.map(async (tab, which) => {
      for (const address of addresses.filter((_, n) => n % tabs.length === which)) {
        await tab.goto(address, { waitUntil: "networkidle" });
        await expectInert(tab, seen, address);
      }
    });
    await Promise.all(visits);
  });
});
