import { randomUUID } from "node:crypto";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, expect, it } from "vitest";
import { OPERATIONS } from "../src/operations/index.ts";
import type { Operation } from "../src/operations/operation.ts";
import { GOOD } from "./probes/cases.ts";
import { expectClean } from "./probes/count.ts";
import { leakFinder } from "./probes/judge.ts";
import { sweepRefusals, sweepVerbs } from "./probes/sweep.ts";
import { createWorld, type World } from "./probes/world.ts";
import { allRoutes, type Route, registeredRoutes } from "./testing/routes.ts";
import type { OpenHall } from "./testing/running-hall.ts";
import type { TestTenant } from "./testing/tenant.ts";

let world: World;
let hall: OpenHall;
let tenant: TestTenant;

beforeAll(async () => {
  world = await createWorld();
  ({ hall, theirs: tenant } = world);
}, 120_000);
afterAll(() => world?.close());

/** What comes to whoever has no credential: made-up ids, and a body where the input is the credential itself. */
async function asStranger({ method, path }: Route, headers: Record<string, string> = {}) {
  const name = path.replace("/trpc/", "");
  const operation = (OPERATIONS as readonly unknown[] as Operation[]).find(
    ({ rest, name: own }) => (rest?.path === path && rest.method === method) || own === name,
  );
  const input =
    operation?.permission === "grant"
      ? { grant: "made-up" }
      : operation?.permission === "public"
        ? publicInput(operation)
        : {};
  const url = path
    .replaceAll(/:[a-z_]+/g, "4e0f0a4e-3f83-4b6e-9d5b-0d7c0a6f3c11")
    .replace("/log/tile/*", "/log/tile/0/000.p/1");
  const withBody = ["POST", "PUT", "PATCH", "DELETE", "QUERY"].includes(method);
  const response = await hall.app.inject({
    method: method as InjectOptions["method"] & string,
    url,
    headers: { ...headers, ...(withBody && { "content-type": "application/json" }) },
    ...(withBody && { payload: JSON.stringify(input) }),
  });
  const body = response.headers["content-type"]?.toString().includes("json")
    ? (JSON.parse(response.body || "null") as {
        code?: string;
        error?: { data?: { hall?: { code: string } } };
      })
    : null;
  return { status: response.statusCode, code: body?.code ?? body?.error?.data?.hall?.code, response };
}

function publicInput({ name }: Operation): object {
  // Letters to one person are counted.
  if (name === "recovery.request" || name === "sso.begin") return { email: `${randomUUID()}@example.test` };
  return GOOD[name] ?? {};
}

it("this is everything that answers a stranger with something else than 401 UNAUTHENTICATED", async () => {
  const open: string[] = [];
  for (const route of allRoutes(hall.app)) {
    const { status, code } = await asStranger(route);
    // A HEAD has no body; of tRPC's one route for everything, most methods lead nowhere.
    const isClosed = status === 401 && (code === "UNAUTHENTICATED" || route.method === "HEAD");
    const isNothing = (status === 404 || status === 405) && (code === "NOT_FOUND" || route.method === "HEAD");
    if (!isClosed && !isNothing)
      open.push([route.method, route.path, status, code].filter(Boolean).join(" "));
  }
  expect(open).toMatchInlineSnapshot(`
    [
      "GET /.well-known/hall-ca.crl 200",
      "HEAD /.well-known/hall-ca.crl 200",
      "GET /.well-known/hall-ca.pem 200",
      "HEAD /.well-known/hall-ca.pem 200",
      "GET /.well-known/hall-keys.json 200",
      "HEAD /.well-known/hall-keys.json 200",
      "GET /.well-known/hall.json 200",
      "HEAD /.well-known/hall.json 200",
      "GET /.well-known/jwks.json 200",
      "HEAD /.well-known/jwks.json 200",
      "GET /health 200",
      "HEAD /health 200",
      "GET /log/checkpoint 200",
      "HEAD /log/checkpoint 200",
      "GET /log/tile/* 200",
      "HEAD /log/tile/* 200",
      "GET /openapi.json 200",
      "HEAD /openapi.json 200",
      "GET /trpc/hall.compliance 400 INVALID_REQUEST",
      "GET /trpc/hall.keys 400 INVALID_REQUEST",
      "GET /trpc/log.checkpoint 400 INVALID_REQUEST",
      "POST /trpc/signup.request 404 SIGN_UP_CLOSED",
      "POST /trpc/tenant.found 401 LINK_SPENT",
      "POST /trpc/invitation.accept 401 LINK_SPENT",
      "POST /trpc/recovery.request 200",
      "POST /trpc/recovery.complete 401 LINK_SPENT",
      "POST /trpc/key.report-leak 200",
      "POST /trpc/session.begin 401 LINK_SPENT",
      "POST /trpc/session.ask-passkey 401 SESSION_ENDED",
      "POST /trpc/session.verify-factor 401 SESSION_ENDED",
      "POST /trpc/sso.begin 404 SSO_UNKNOWN",
      "POST /trpc/sso.complete 401 SSO_REFUSED",
      "POST /wcp/grants/redeem 401 GRANT_INVALID",
      "GET /wcp/health 200",
      "HEAD /wcp/health 200",
      "POST /wcp/invitations/accept 401 LINK_SPENT",
      "POST /wcp/keys/report-leak 200",
      "POST /wcp/recovery 202",
      "POST /wcp/recovery/complete 401 LINK_SPENT",
      "POST /wcp/session/ask-passkey 401 SESSION_ENDED",
      "POST /wcp/session/begin 401 LINK_SPENT",
      "POST /wcp/session/verify-factor 401 SESSION_ENDED",
      "POST /wcp/sign-up 404 SIGN_UP_CLOSED",
      "POST /wcp/sso/begin 404 SSO_UNKNOWN",
      "POST /wcp/sso/complete 401 SSO_REFUSED",
      "POST /wcp/tenants 401 LINK_SPENT",
    ]
  `);
});

it("what is open shows nothing of a tenant", async () => {
  const finder = leakFinder(world.canaries);
  for (const route of allRoutes(hall.app)) {
    const { response } = await asStranger(route);
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, one]) => [name, `${one}`]),
    );
    const reply = { status: response.statusCode, headers, text: response.body };
    expect(finder.leaksIn(reply, { sees: null }), `${route.method} ${route.path}`).toEqual([]);
  }
});

it("what opens nothing, or nothing any more, is refused everywhere with one answer, whatever it names", async ({
  task,
}) => {
  const sweep = await sweepRefusals(world, leakFinder(world.canaries), world.dead);
  expectClean(sweep, 8000, task);
}, 180_000);

it("a verb that a path does not know answers everybody alike, whatever the path names", async ({ task }) => {
  const credentials = [...world.dead.slice(0, 1), ...world.living.slice(0, 1)];
  expectClean(await sweepVerbs(world, leakFinder(world.canaries), credentials), 2000, task);
}, 60_000);

it("headers that name somebody do not make a stranger known", async () => {
  const headers = {
    "x-tenant-id": tenant.id,
    "x-forwarded-for": "127.0.0.1",
    "x-original-url": "/health",
    "x-http-method-override": "GET",
    "x-api-key": tenant.key,
    cookie: `session=${tenant.key}; hall_session=${tenant.key}`,
  };
  for (const route of registeredRoutes(hall.app)) {
    if (route.path.startsWith("/trpc/")) continue;
    const [plain, dressed] = [await asStranger(route), await asStranger(route, headers)];
    expect([dressed.status, dressed.code], `${route.method} ${route.path}`).toEqual([
      plain.status,
      plain.code,
    ]);
  }
});

it("the cookie of the public registry's clients counts on that wire's routes alone, and never for a page", async () => {
  const cookie = { cookie: `a=b; pyhall_session=${tenant.key}` };
  const read: string[] = [];
  for (const route of registeredRoutes(hall.app)) {
    if (route.path.startsWith("/trpc/") || route.method !== "GET" || route.path.includes(":")) continue;
    const plain = await asStranger(route);
    if (plain.status !== 401) continue;
    if ((await asStranger(route, cookie)).status === 200) read.push(route.path);
    const fromPage = await asStranger(route, { ...cookie, origin: "https://elsewhere.example" });
    expect(fromPage.status, route.path).toBe(401);
  }
  expect(read.sort()).toEqual([
    "/alerts",
    "/api/account/standing",
    "/dispatches",
    "/dispatches/active",
    "/status",
    "/workers",
  ]);
  const other = { ...cookie, authorization: "Bearer made-up" };
  expect((await asStranger({ method: "GET", path: "/workers" } as Route, other)).status).toBe(401);
});

it.each([
  ["no scheme", (key: string) => key],
  ["another scheme", (key: string) => `Basic ${key}`],
  ["two keys", (key: string) => `Bearer ${key}, Bearer ${key}`],
  ["a space in the key", (key: string) => `Bearer ${key.slice(0, 20)} ${key.slice(20)}`],
  ["upper case", (key: string) => `Bearer ${key.toUpperCase()}`],
])("an Authorization header with %s is refused with 401", async (_, header) => {
  const answer = await hall.ask("GET", "/wcp/workers", { headers: { authorization: header(tenant.key) } });
  expect(answer.status).toBe(401);
});

it("a key in the query is never read", async () => {
  const answer = await hall.ask("GET", `/wcp/workers?key=${tenant.key}&authorization=Bearer%20${tenant.key}`);
  expect(answer.status).toBe(401);
});
