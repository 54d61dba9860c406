import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HallClient, HallClientError } from "../src/index.ts";
import { type HallStandIn, INPUT, openHall, sendJson } from "./hall-stand-in.ts";

let hall: HallStandIn;
let client: HallClient;
beforeEach(async () => {
  hall = await openHall();
  client = new HallClient({
    url: hall.url,
    apiKey: "hall_key_secret",
    verifierKey: hall.key,
    timeoutMs: 400,
  });
});
afterEach(() => hall.close());

describe("a refusal of the Hall", () => {
  it("is thrown with its code, status, remedy, request id and whatever else it says", async () => {
    hall.instead = (response) =>
      sendJson(
        response,
        403,
        {
          error: "The credential is not allowed to do this.",
          code: "FORBIDDEN",
          remedy: "Use another key.",
          request_id: "req-7",
          permission: "decision:make",
        },
        { "retry-after": "30" },
      );
    const error = await client.route(INPUT).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(HallClientError);
    expect(error).toMatchObject({
      code: "FORBIDDEN",
      status: 403,
      remedy: "Use another key.",
      requestId: "req-7",
      retryAfterS: 30,
      detail: { permission: "decision:make" },
      verdict: null,
      message: "FORBIDDEN: The credential is not allowed to do this.",
    });
  });

  it("is thrown under a code that this client has never heard of", async () => {
    hall.instead = (response) => sendJson(response, 418, { error: "Tea.", code: "JSON_TEAPOT" });
    await expect(client.route(INPUT)).rejects.toMatchObject({
      code: "JSON_TEAPOT",
      status: 418,
      remedy: null,
    });
  });

  it("is told from what some proxy answers in the Hall's place", async () => {
    for (const text of ["<html>502</html>", "", "null", "[]", "{}", '{"code":7}', '{"code":"no code"}']) {
      hall.instead = (response) => response.writeHead(502).end(text);
      await expect(client.route(INPUT), text).rejects.toMatchObject({ code: "ANSWER_MALFORMED" });
    }
  });
});

describe("what is not an answer", () => {
  it("is a redirect: it is not followed, and the key goes nowhere else", async () => {
    let asked = 0;
    const elsewhere = createServer((_, response) => {
      asked++;
      response.end("{}");
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    for (const status of [301, 302, 303, 307, 308, 300, 304]) {
      hall.instead = (response) => response.writeHead(status, { location }).end();
      await expect(client.route(INPUT), `${status}`).rejects.toMatchObject({
        code: "REDIRECT_REFUSED",
        status,
      });
    }
    expect(asked).toBe(0);
    await new Promise((resolve) => elsewhere.close(resolve));
  });

  it("is JSON that says two things", async () => {
    for (const text of ['{"denied":true,"denied":false}', '{"a":1}{}', '{"__proto__":{}}', "\ufeff{}"]) {
      hall.instead = (response) => response.writeHead(200).end(text);
      await expect(client.route(INPUT), text).rejects.toMatchObject({
        code: "ANSWER_MALFORMED",
        message: expect.stringContaining("JSON_"),
      });
    }
  });

  it("is more than any Hall answers, also where it comes small and unfolds", async () => {
    hall.instead = (response) => response.writeHead(200).end(`{"a":"${"x".repeat(5_000_000)}"}`);
    await expect(client.route(INPUT)).rejects.toMatchObject({ code: "ANSWER_TOO_LARGE" });
    const small = gzipSync(`{"a":"${"x".repeat(50_000_000)}"}`);
    expect(small.length).toBeLessThan(100_000);
    hall.instead = (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(small);
    await expect(client.route(INPUT)).rejects.toMatchObject({ code: "ANSWER_TOO_LARGE" });
  });

  it("is silence, before the answer and in the middle of it", async () => {
    hall.instead = () => undefined;
    await expect(client.route(INPUT)).rejects.toMatchObject({ code: "HALL_TIMEOUT", status: null });
    hall.instead = (response) => response.writeHead(200).write('{"receipt":');
    await expect(client.route(INPUT)).rejects.toMatchObject({ code: "HALL_TIMEOUT" });
  });

  it("is a connection that breaks, or that nobody takes", async () => {
    hall.instead = (response) => response.destroy();
    await expect(client.route(INPUT)).rejects.toMatchObject({ code: "HALL_UNREACHABLE" });
    await hall.close();
    const error = await client.route(INPUT).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "HALL_UNREACHABLE", remedy: expect.stringContaining("address") });
    expect(JSON.stringify(error)).not.toContain("secret");
  });
});

it("a caller who gives up gets its own reason back", async () => {
  hall.instead = () => undefined;
  const patience = new AbortController();
  const asking = client.route(INPUT, { signal: patience.signal });
  patience.abort(new Error("enough"));
  await expect(asking).rejects.toThrow("enough");
  await expect(client.getReceipt("a", { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
});

it("a fetch of the caller's own is the one that is used", async () => {
  const asked: string[] = [];
  const own = new HallClient({
    url: "https://hall.invalid",
    apiKey: "k",
    verifierKey: hall.key,
    fetch: (input, init) => {
      asked.push(String(input));
      return fetch(`${hall.url}${new URL(String(input)).pathname}`, init);
    },
  });
  await expect(own.route(INPUT)).resolves.toMatchObject({ denied: false });
  expect(asked).toEqual(["https://hall.invalid/wcp/route"]);
});
