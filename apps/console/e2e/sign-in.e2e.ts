import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addAuthenticator } from "../../hall-api/test/testing/authenticator.ts";
import { addMember } from "../../hall-api/test/testing/tenant.ts";
import { accessibilityFaults } from "./accessibility.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

describe("signing in", () => {
  it("explains to a stranger how to get a link, and shows them nothing else", async () => {
    const page = await stage.visit("/");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    await page.getByText("Or open a one-time link in this browser.").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goto(`/${stage.tenant.slug}/decisions`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.context().close();
  });

  it("is spent by the button, not by whoever opens the link", async () => {
    const link = await stage.tenant.newLink();
    for (const _ of ["a mail scanner", "a preview"]) {
      const page = await stage.visit(link);
      await page.getByRole("button", { name: "Sign in" }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.context().close();
    }
    const page = await stage.visit(link);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Decisions" }).waitFor();
    await page.context().close();
  });

  it("is refused in words when the link was spent", async () => {
    const link = await stage.tenant.newLink();
    const first = await stage.visit(link);
    await first.getByRole("button", { name: "Sign in" }).click();
    await first.getByRole("heading", { level: 1, name: "Decisions" }).waitFor();
    const second = await stage.visit(link);
    await second.getByRole("button", { name: "Sign in" }).click();
    const alert = second.getByRole("alert").filter({ hasText: "link" });
    await alert.waitFor();
    expect(await alert.textContent()).toContain("This link was used before, or its time is over.");
    expect(await second.getByRole("button", { name: "Sign in" }).count()).toBe(0);
    await first.context().close();
    await second.context().close();
  });

  it("is refused in words when the link is mistyped, without spending it", async () => {
    const link = await stage.tenant.newLink();
    const page = await stage.visit(link.slice(0, -1));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This is not a whole sign-in link").waitFor();
    await page.goto(link);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Decisions" }).waitFor();
    await page.context().close();
  });

  it("keeps the session where no script can read it", async () => {
    const page = await stage.signIn();
    const cookies = await page.context().cookies();
    const session = cookies.find(({ name }) => name === "__Host-guildhall.session");
    expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax", path: "/" });
    expect(session?.value).not.toContain("hall_session_");
    const seen = await page.evaluate(async () =>
      JSON.stringify([
        document.cookie,
        { ...localStorage },
        await (await fetch("/api/auth/session")).json(),
        document.documentElement.outerHTML,
      ]),
    );
    expect(seen).not.toContain("hall_session_");
    expect(seen).not.toContain("hall_link_");
    await page.context().close();
  });

  it("ends at the Hall and in the browser when the person signs out", async () => {
    const page = await stage.signIn();
    const kept = await page.context().cookies();
    await page.getByRole("button", { name: /the operator/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect((await page.context().cookies()).some(({ name }) => name.endsWith("guildhall.session"))).toBe(
      false,
    );
    // A copy of the cookie is worth nothing: the Hall has ended the session.
    await page.context().addCookies(kept);
    await page.goto(`/${stage.tenant.slug}/decisions`);
    await page.getByRole("heading", { name: "Your session has ended" }).waitFor();
    await page.context().close();
  });
});

describe("signing in by password", () => {
  const PASSWORD = "copper lantern walks uphill";
  const person = async (email: string, tenantId = stage.tenant.id) =>
    addMember(stage.hall.hall, tenantId, "operator", { email, password: PASSWORD });

  async function fill(page: Page, email: string, password = PASSWORD): Promise<void> {
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  }

  it("leads in, and says alike what is wrong of a password and of an account", async () => {
    await person("ada@example.test");
    const page = await stage.visit("/sign-in");
    for (const [email, password] of [
      ["ada@example.test", "not it"],
      ["nobody@example.test", PASSWORD],
    ] as const) {
      await fill(page, email, password);
      await page.getByRole("alert").filter({ hasText: "That is not what signs you in here." }).waitFor();
    }
    expect(await accessibilityFaults(page)).toEqual([]);
    await fill(page, "ada@example.test");
    await page.getByRole("heading", { level: 1, name: "Decisions" }).waitFor();
    await page.context().close();
  });

  it("asks for the second factor, keeps what waits out of the page, and begins with the code", async () => {
    const { session } = await person("grace@example.test");
    const { code } = await addAuthenticator(stage.hall, session);
    const page = await stage.visit("/sign-in");
    await fill(page, "grace@example.test");
    await page.getByRole("heading", { name: "Show your second factor" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    const seen = await page.evaluate(async () =>
      JSON.stringify([
        document.cookie,
        await (await fetch("/api/auth/session")).json(),
        document.documentElement.outerHTML,
      ]),
    );
    expect(seen).not.toContain("hall_session_");
    await page.goto(`/${stage.tenant.slug}/decisions`);
    // Nothing is open yet, and the page still knows what it waits for.
    await page.getByRole("heading", { name: "Show your second factor" }).waitFor();
    await page.getByLabel("Code").fill("000000");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").filter({ hasText: "That is not what signs you in here." }).waitFor();
    await page.getByLabel("Code").fill(code(1));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Decisions" }).waitFor();
    await page.context().close();
  });

  it("asks a member of two tenants for which of them they come", async () => {
    await person("joan@example.test");
    await person("joan@example.test", stage.neighbour.id);
    const page = await stage.visit("/sign-in");
    await fill(page, "joan@example.test");
    await page.getByRole("heading", { name: "Which tenant?" }).waitFor();
    await page.getByRole("button", { name: stage.neighbour.slug }).click();
    await page.getByRole("heading", { level: 1, name: "Decisions" }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/${stage.neighbour.slug}/decisions`);
    await page.context().close();
  });
});

describe("the console's door", () => {
  it("answers no other site, whatever cookie it brings", async () => {
    const page = await stage.signIn();
    const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
    const ask = (headers: Record<string, string>) =>
      fetch(`${stage.consoleUrl}/api/trpc/session.me?input=%7B%7D`, { headers: { cookie, ...headers } });
    expect((await ask({ "sec-fetch-site": "same-origin" })).status).toBe(200);
    for (const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }, {}])
      expect((await ask(headers as Record<string, string>)).status).toBe(403);
    await page.context().close();
  });

  it("sends every page with a policy of its own, and is framed by nobody", async () => {
    const [first, second] = await Promise.all([
      fetch(`${stage.consoleUrl}/sign-in`),
      fetch(`${stage.consoleUrl}/sign-in`),
    ]);
    const policy = first.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toMatch(/script-src 'nonce-[0-9a-f-]{36}' 'strict-dynamic';/);
    expect(policy).not.toContain("unsafe");
    expect(policy).not.toBe(second.headers.get("content-security-policy"));
    expect(first.headers.get("x-content-type-options")).toBe("nosniff");
    expect(first.headers.get("referrer-policy")).toBe("no-referrer");
  });
});
