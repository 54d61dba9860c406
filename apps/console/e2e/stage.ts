import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { enrollAt, request } from "../../hall-api/test/testing/enrolled-worker.ts";
import { startHttpWorker } from "../../hall-api/test/testing/http-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "../../hall-api/test/testing/running-hall.ts";
import { addLink, addMember, addTenant, type TestTenant } from "../../hall-api/test/testing/tenant.ts";

/** A Hall with a worker, the console in front of it, and a browser: what an errand needs. */
export interface Stage {
  consoleUrl: string;
  hall: OpenHall;
  /** A superuser of the database, to set the scene and never to serve. */
  admin: TestHouse["admin"];
  /** Whose worker is enrolled and who signs in, unless an errand says otherwise. */
  tenant: Actor;
  /** Another tenant of the same Hall. */
  neighbour: Actor;
  browser: Browser;
  /** A fresh browser profile at the console, nobody signed in. */
  visit(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** A fresh browser profile, signed in by a link of its own and on the list of decisions. */
  signIn(options?: BrowserContextOptions, who?: Actor): Promise<Page>;
  close(): Promise<void>;
}

export interface Actor extends TestTenant {
  slug: string;
  /** The address that an operator would hand over: it signs in once. */
  newLink(): Promise<string>;
  /** Somebody else of the same tenant, with another role. */
  member(role: Role): Promise<Actor>;
  /** Asks for work over HTTP, as an agent does. */
  dispatch(changes?: Record<string, unknown>): Promise<{ decision_id: string; denied: boolean }>;
}

type Role = NonNullable<Parameters<typeof addMember>[2]>;

const CONSOLE = fileURLToPath(new URL("..", import.meta.url));
const CHROMIUM = "/usr/bin/chromium";
const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
}

/** @param isBare without a worker: what the tenant has then, an errand gives it; the rest is what the Hall is set to */
export async function openStage({
  isBare = false,
  ...changes
}: { isBare?: boolean } & Parameters<TestHouse["open"]>[0] = {}): Promise<Stage> {
  if (!existsSync(`${CONSOLE}.next/BUILD_ID`))
    throw new Error("The console is not built. Run: npm run build -w @guildhall/console");
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const house = await openHouse();
    closing.push(() => house.close());
    const consoleUrl = `http://localhost:${await freePort()}`;
    // As `npm start` has it: the console on this machine says whom it passes on.
    const trustedProxies = ["127.0.0.1/32", "::1/128"];
    const hall = await house.open({ consoleUrl, trustedProxies, ...changes });
    const tenant = await actor(hall, consoleUrl, "acme");
    const neighbour = await actor(hall, consoleUrl, "globex");
    if (!isBare) {
      const worker = await startHttpWorker(() => hall.url);
      closing.push(() => worker.close());
      await enrollAt(hall, tenant.key, worker.url);
    }

    const web = await startConsole(consoleUrl, hall.url);
    closing.push(() => end(web));
    const browser = await launchBrowser();
    closing.push(() => browser.close());

    const visit: Stage["visit"] = async (path, options = {}) => {
      const context = await browser.newContext({ baseURL: consoleUrl, ...options });
      const page = await context.newPage();
      await page.goto(path);
      return page;
    };
    const signIn: Stage["signIn"] = async (options, who = tenant) => {
      const page = await visit(await who.newLink(), options);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { level: 1, name: "Decisions" }).waitFor();
      await live(page);
      return page;
    };
    return { consoleUrl, hall, admin: house.admin, tenant, neighbour, browser, visit, signIn, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The server draws a page; keys and buttons work once the browser runs it, and then it tells the Hall's age. */
export function live(page: Page): Promise<void> {
  const age = /^sealed (?:just now|\d+ (?:s|min) ago)$/;
  return page.getByRole("status").filter({ hasText: age }).waitFor();
}

async function actor(hall: OpenHall, consoleUrl: string, slug: string): Promise<Actor> {
  const tenant = await addTenant(hall.hall, { name: slug });
  return actorOf(hall, consoleUrl, tenant, slug, "operator");
}

async function actorOf(
  hall: OpenHall,
  consoleUrl: string,
  tenant: TestTenant,
  slug: string,
  role: Role,
): Promise<Actor> {
  const member = await addMember(hall.hall, tenant.id, role);
  return {
    ...tenant,
    slug,
    newLink: async () => `${consoleUrl}/sign-in?token=${await addLink(hall.hall, tenant.id, member.id)}`,
    member: (other) => actorOf(hall, consoleUrl, tenant, slug, other),
    async dispatch(changes = {}) {
      const body = request(tenant.identity, changes);
      const answer = await hall.ask<{ decision_id: string; denied: boolean }>("POST", "/wcp/dispatch", {
        key: tenant.key,
        body,
      });
      if (answer.status >= 300) throw new Error(`no decision was made: ${answer.text}`);
      return answer.body;
    },
  };
}

async function startConsole(consoleUrl: string, hallUrl: string): Promise<ChildProcess> {
  const web = spawn(process.execPath, ["server.ts", "--port", new URL(consoleUrl).port], {
    cwd: CONSOLE,
    env: {
      ...process.env,
      NEXT_TELEMETRY_DISABLED: "1",
      NEXTAUTH_URL: consoleUrl,
      HALL_API_URL: hallUrl,
      HALL_CONSOLE_SECRET: "a secret of the tests, and of nothing else",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  for (let tries = 0; tries < 150; tries++) {
    if (web.exitCode !== null) throw new Error(`the console ended (exit ${web.exitCode})`);
    const answered = await fetch(`${consoleUrl}/sign-in`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return web;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await end(web);
  throw new Error("the console did not answer within 30 s");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 5000);
  await gone;
  clearTimeout(late);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "localhost", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
