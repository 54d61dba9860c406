import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { forward } from "./forward.ts";

const CONSOLE = "http://localhost:3000";
let hall: Server;
let hallUrl: string;
let seen: IncomingMessage[] = [];

beforeAll(async () => {
  hall = createServer((request, response) => {
    seen.push(request);
    response.setHeader("content-type", "application/json");
    response.setHeader("x-request-id", "r-1");
    response.setHeader("set-cookie", "hall=1");
    response.end('{"result":{"data":1}}');
  });
  await new Promise<void>((resolve) => hall.listen(0, "127.0.0.1", resolve));
  hallUrl = `http://127.0.0.1:${(hall.address() as AddressInfo).port}`;
});
afterAll(() => hall.close());
beforeEach(() => {
  seen = [];
});

function ask(
  procedures: string,
  headers: Record<string, string> = {},
  sessionToken: string | null = "hall_session_x",
) {
  const request = new Request(`${CONSOLE}/api/trpc/${procedures}?batch=1&input=%7B%7D`, {
    headers: { "sec-fetch-site": "same-origin", cookie: "__Host-guildhall.session=secret", ...headers },
  });
  return forward(request, procedures, { hallUrl, consoleUrl: CONSOLE, sessionToken });
}

const codeOf = async (response: Response) => (await response.json()).error.data.hall.code;

describe("the console's door", () => {
  it("passes a call on with the session, and its answer back", async () => {
    const answer = await ask("decision.list,session.me");
    expect(await answer.json()).toEqual({ result: { data: 1 } });
    expect(seen[0]?.url).toBe("/trpc/decision.list,session.me?batch=1&input=%7B%7D");
    expect(seen[0]?.headers.authorization).toBe("Bearer hall_session_x");
    expect(answer.headers.get("x-request-id")).toBe("r-1");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("says where a call came from, as its own server wrote it down, and nothing where it did not", async () => {
    await ask("session.me", { "x-forwarded-for": "198.51.100.7, 203.0.113.9", "x-real-ip": "198.51.100.7" });
    expect(seen[0]?.headers["x-forwarded-for"]).toBe("198.51.100.7, 203.0.113.9");
    expect(seen[0]?.headers["x-real-ip"]).toBeUndefined();
    await ask("session.me");
    expect(seen[1]?.headers["x-forwarded-for"]).toBeUndefined();
  });

  it("gives the Hall none of the browser's cookies and the browser none of the Hall's", async () => {
    const answer = await ask("session.me");
    expect(seen[0]?.headers.cookie).toBeUndefined();
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  it("H-108 refuses what another site sent", async () => {
    const strangers: Record<string, string>[] = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
      { "sec-fetch-site": "same-origin", origin: "https://evil.example" },
    ];
    for (const headers of strangers)
      expect(await codeOf(await ask("session.me", headers))).toBe("CROSS_SITE");
    const bare = new Request(`${CONSOLE}/api/trpc/session.me`);
    expect(
      await codeOf(await forward(bare, "session.me", { hallUrl, consoleUrl: CONSOLE, sessionToken: "x" })),
    ).toBe("CROSS_SITE");
    expect(seen).toHaveLength(0);
  });

  it("asks the Hall nothing for somebody who is not signed in", async () => {
    const answer = await ask("session.me", {}, null);
    expect(answer.status).toBe(401);
    expect(seen).toHaveLength(0);
  });

  it("never lets a script begin a session, alone or in a batch, and goes nowhere but to procedures", async () => {
    for (const path of [
      "session.begin",
      "decision.list,session.begin",
      "../wcp/dispatch",
      "session.me/..",
      "a.b?c",
      "",
    ])
      expect(await codeOf(await ask(path))).toBe("NO_SUCH_DOOR");
    expect(seen).toHaveLength(0);
  });

  it("says in tRPC's form that the Hall does not answer", async () => {
    const request = new Request(`${CONSOLE}/api/trpc/session.me`, {
      headers: { "sec-fetch-site": "same-origin" },
    });
    const answer = await forward(request, "session.me", {
      hallUrl: "http://127.0.0.1:1",
      consoleUrl: CONSOLE,
      sessionToken: "x",
    });
    expect(answer.status).toBe(502);
    expect(await codeOf(answer)).toBe("HALL_UNREACHABLE");
  });

  it("refuses a body that is too large", async () => {
    const request = new Request(`${CONSOLE}/api/trpc/session.end`, {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin" },
      body: "x".repeat(70_000),
    });
    const answer = await forward(request, "session.end", { hallUrl, consoleUrl: CONSOLE, sessionToken: "x" });
    expect(answer.status).toBe(413);
  });

  it("lets a rule bundle of 8 MB pass to those that take one, and to nobody else", async () => {
    const send = (procedures: string, bytes: number) => {
      const request = new Request(`${CONSOLE}/api/trpc/${procedures}`, {
        method: "POST",
        headers: { "sec-fetch-site": "same-origin" },
        body: "x".repeat(bytes),
      });
      return forward(request, procedures, { hallUrl, consoleUrl: CONSOLE, sessionToken: "x" });
    };
    const bundle = 8 * 1024 * 1024;
    expect((await send("draft.save", bundle)).status).toBe(200);
    expect((await send("rule.review", bundle)).status).toBe(200);
    expect((await send("rule.review", bundle + 65_537)).status).toBe(413);
    expect((await send("profile.define", bundle)).status).toBe(413);
    expect((await send("rule.review,session.end", 70_000)).status).toBe(413);
  });
});
