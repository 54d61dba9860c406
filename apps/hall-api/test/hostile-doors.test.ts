import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DRAFT } from "./testing/agreement.ts";
import { expectRefusal } from "./testing/refusal.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addMember, addTenant, type TestTenant } from "./testing/tenant.ts";

/** Names and requests of RELIABILITY 3 that are made to be mistaken for others. */

let house: TestHouse;
let hall: OpenHall;
let tenant: TestTenant;
let owner: string;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  tenant = await addTenant(hall.hall);
  owner = (await addMember(hall.hall, tenant.id, "owner")).session;
});
afterAll(() => house?.close());

describe("a role's name", () => {
  it.each([
    ["H-020", "keepеr"],
    ["H-021", "\u212aeeper"],
    ["H-022", "keep\u200ber"],
    ["H-023", "\u202ekeeper"],
    ["H-024", "keeper\n"],
    ["H-025", "gardé"],
    ["H-027", "__proto__"],
    ["H-027", "hasOwnProperty"],
    ["H-027", "admin"],
    ["H-027", "owner"],
    ["H-027", "custom"],
    ["H-028", "Keeper"],
    ["H-028", " keeper"],
    ["H-029", "k".repeat(41)],
  ])("%s %j is refused", async (_, name) => {
    const body = { permissions: ["rule:read"] };
    const answer = await hall.inject("PUT", `/wcp/roles/${encodeURIComponent(name)}`, { key: owner, body });
    expectRefusal(answer, 400, "INVALID_REQUEST");
  });

  it.each(["constructor", "tostring", "valueof", "null", "undefined", "true", "new", "api"])(
    "H-027 %s is a name like any other: who holds it may what was given and nothing else",
    async (name) => {
      const body = { permissions: ["rule:read"] };
      expect((await hall.ask("PUT", `/wcp/roles/${name}`, { key: owner, body })).status).toBe(200);
      const { session } = await addMember(hall.hall, tenant.id, name);
      const statusOf = async (path: string) => (await hall.ask("GET", path, { key: session })).status;
      expect([await statusOf("/wcp/rules"), await statusOf("/wcp/members")]).toEqual([200, 403]);
    },
  );
});

describe("whom somebody invites", () => {
  const invite = (email: string, display_name: string) =>
    hall.ask<{ id: string }>("POST", "/wcp/members", {
      key: owner,
      body: { email, display_name, role: "auditor" },
    });

  it("H-025 is known by the e-mail, in one form: a name in two forms names nobody", async () => {
    const [composed, apart] = ["Ren\u00e9e", "Rene\u0301e"];
    const one = await invite("renee@example.test", composed);
    const other = await invite("other@example.test", apart);
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(other.body.id).not.toBe(one.body.id);
    // The same person again, however it is written.
    const again = await invite(" ＲＥＮＥＥ@example.test ", apart);
    expect([again.status, again.body.id]).toEqual([201, one.body.id]);
    for (const email of ["rené@example.test", "rene\u0301@example.test", "rеnee@example.test"])
      expectRefusal((await invite(email, "x")) as never, 400, "INVALID_REQUEST");
  });

  it.each([
    ["H-022", "a\u200bb"],
    ["H-023", "a\u202eb"],
    ["H-024", "a\u0000b"],
    ["H-026", "👨\u200d👩\u200d👧"],
    ["H-026", `a${"\u0301".repeat(10_000)}`],
    ["H-029", "x".repeat(65)],
  ])("%s is not called %j", async (_, name) => {
    expectRefusal((await invite("somebody@example.test", name)) as never, 400, "INVALID_REQUEST");
  });
});

it.each(["2026-02-30T00:00:00.000Z", "2036-01-01", "2036-01-01T00:00:00+00:00", "2036-01-01T24:00:00.000Z"])(
  "H-032 an agreement does not end at %s",
  async (valid_until) => {
    const answer = await hall.ask("POST", "/wcp/agreements", { key: owner, body: { ...DRAFT, valid_until } });
    const { problems } = expectRefusal(answer, 400, "INVALID_REQUEST");
    expect(problems?.map(({ path }) => path)).toEqual(["valid_until"]);
  },
);

/** What comes back on a connection of one's own, to bytes that no client would send. */
async function raw(bytes: string): Promise<string> {
  const { port } = hall.app.server.address() as AddressInfo;
  const socket = connect({ port, host: "127.0.0.1" });
  socket.write(bytes);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    socket.end();
  });
  socket.on("error", () => socket.destroy());
  await new Promise((resolve) => socket.once("close", resolve));
  return Buffer.concat(chunks).toString("utf8");
}

it.each([
  "//wcp/members",
  "/wcp//members",
  "/wcp/./members",
  "/wcp/x/../members",
  "/wcp/%2e%2e/wcp/members",
  "/wcp%2fmembers",
  "/wcp/members/",
  "/wcp/members;a=b",
  "/WCP/members",
  "/wcp/members%00",
  "/wcp/members%20",
  "/health/../wcp/members",
  "/health/%2e%2e/wcp/members",
  "/.well-known/../wcp/members",
])("H-103 %s opens nothing to a stranger, nor to somebody", async (path) => {
  const ask = (one: string, headers = "") => raw(`GET ${one} HTTP/1.1\r\nHost: hall.test\r\n${headers}\r\n`);
  const credential = `Authorization: Bearer ${owner}\r\n`;
  expect(await ask("/wcp/members", credential)).toMatch(/^HTTP\/1\.1 200 /);
  for (const headers of ["", credential])
    expect(await ask(path, headers)).toMatch(/^HTTP\/1\.1 (?:400|401|404) /);
});

describe("H-105 a credential", () => {
  const head = "GET /wcp/workers HTTP/1.1\r\nHost: hall.test\r\n";

  it("that comes twice is none, whichever of them is good", async () => {
    const good = `Authorization: Bearer ${tenant.key}\r\n`;
    expect(await raw(`${head}${good}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
    for (const other of [good, "authorization: Bearer x\r\n"])
      for (const both of [good + other, other + good]) {
        const answer = await raw(`${head}${both}\r\n`);
        expect(answer).toMatch(/^HTTP\/1\.1 401 /);
        expect(answer).toContain('"UNAUTHENTICATED"');
      }
  });

  it("of 10 MB is not read to its end", async () => {
    const answer = await raw(`${head}Authorization: Bearer ${"x".repeat(10_000_000)}\r\n\r\n`);
    expect(answer).toMatch(/^(?:HTTP\/1\.1 431 |$)/);
    expect((await hall.ask("GET", "/health")).status).toBe(200);
  });

  it("in the query, in a body, in a cookie or in another header is none", async () => {
    const { key } = tenant;
    for (const [path, headers] of [
      [`/wcp/workers?api_key=${key}`, {}],
      [`/wcp/workers?access_token=${key}`, {}],
      ["/wcp/workers", { "x-api-key": key }],
      ["/wcp/workers", { "proxy-authorization": `Bearer ${key}` }],
      ["/wcp/workers", { cookie: `authorization=Bearer ${key}` }],
    ] as const)
      expectRefusal(await hall.ask("GET", path, { headers }), 401, "UNAUTHENTICATED");
  });
});

describe("H-108 a page of another site", () => {
  it.each<Record<string, string>>([
    { origin: "null" },
    { origin: "https://elsewhere.example" },
    { "sec-fetch-site": "cross-site" },
  ])("cannot act for somebody by what a browser sends by itself: %j", async (headers) => {
    const cookie = `pyhall_session=${owner}; hall_session=${owner}; __Host-guildhall.session=${owner}`;
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
    ]) {
      const answer = await hall.ask("POST", "/wcp/session/end", {
        body: "{}",
        headers: { ...headers, cookie, "content-type": type },
      });
      expect([401, 415]).toContain(answer.status);
    }
    const json = await hall.ask("POST", "/wcp/session/end", { body: {}, headers: { ...headers, cookie } });
    expectRefusal(json, 401, "UNAUTHENTICATED");
    expect((await hall.ask("GET", "/wcp/members", { key: owner })).status).toBe(200);
  });

  it("is allowed nothing by the Hall's headers", async () => {
    for (const method of ["OPTIONS", "GET"]) {
      const headers = { origin: "https://elsewhere.example", "access-control-request-method": "POST" };
      const answer = await hall.inject(method, "/wcp/members", { key: owner, headers });
      expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });
});

describe("H-114 whoever sends slowly", () => {
  it("is let go of, while others are answered", async () => {
    const { server } = hall.app;
    expect(server.headersTimeout).toBe(10_000);
    server.headersTimeout = 500;
    const { port } = server.address() as AddressInfo;
    const slow = Array.from({ length: 50 }, () => connect({ port, host: "127.0.0.1" }));
    for (const socket of slow) {
      socket.on("error", () => socket.destroy());
      socket.resume().write("GET /health HTTP/1.1\r\nHost: hall.test\r\nX-Slow: ");
    }
    const drip = setInterval(() => {
      for (const socket of slow) if (!socket.destroyed) socket.write("x");
    }, 100);
    const closed = Promise.all(slow.map((socket) => once(socket, "close")));
    expect((await hall.ask("GET", "/health")).status).toBe(200);
    await closed;
    clearInterval(drip);
    server.headersTimeout = 10_000;
  });
});
