import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HallClient } from "../src/index.ts";
import { type HallStandIn, openHall, sendJson } from "./hall-stand-in.ts";

let hall: HallStandIn;
beforeEach(async () => {
  hall = await openHall();
});
afterEach(() => hall.close());

describe("ask", () => {
  it("sends any question with the key, and gives the answer as it is", async () => {
    hall.instead = (response) => sendJson(response, 200, { rules: 3, unknown: ["as", "it", "is"] });
    const body = { bundle: '{"rules":[]}', last: 7 };
    const address = { url: `${hall.url}/halls/a`, apiKey: "hall_key_test" };
    const answer = await HallClient.ask(address, { method: "POST", path: "wcp/rules/simulate", body });
    expect(answer).toEqual({ rules: 3, unknown: ["as", "it", "is"] });
    expect(hall.requests[0]).toMatchObject({
      method: "POST",
      path: "/halls/a/wcp/rules/simulate",
      headers: { authorization: "Bearer hall_key_test", "content-type": "application/json" },
      text: JSON.stringify(body),
    });
  });

  it("sends no body where there is none", async () => {
    hall.instead = (response) => sendJson(response, 200, {});
    await HallClient.ask({ url: hall.url }, { method: "GET", path: "wcp/rules" });
    expect(hall.requests[0]).toMatchObject({ method: "GET", text: "" });
    expect(hall.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(hall.requests[0]?.headers).not.toHaveProperty("content-type");
  });

  it("throws what the Hall refuses, and whatever is no answer", async () => {
    hall.instead = (response) =>
      sendJson(response, 422, { error: "No.", code: "BUNDLE_INVALID", problems: [], request_id: "r" });
    const question = { method: "GET", path: "x" } as const;
    await expect(HallClient.ask({ url: hall.url }, question)).rejects.toMatchObject({
      code: "BUNDLE_INVALID",
      status: 422,
      detail: { problems: [] },
    });
    hall.instead = (response) => response.writeHead(302, { location: "http://127.0.0.1:9/" }).end();
    await expect(HallClient.ask({ url: hall.url }, question)).rejects.toMatchObject({
      code: "REDIRECT_REFUSED",
    });
  });

  it("reads answers up to the size that was said, and 4 MB where nothing was", async () => {
    hall.instead = (response) => sendJson(response, 200, { bundle: "x".repeat(5 * 1024 * 1024) });
    const question = { method: "GET", path: "x" } as const;
    await expect(HallClient.ask({ url: hall.url }, question)).rejects.toMatchObject({
      code: "ANSWER_TOO_LARGE",
      message: "The Hall's answer is over 4194304 bytes long.",
    });
    const large = { url: hall.url, answerMaxBytes: 8 * 1024 * 1024 };
    await expect(HallClient.ask(large, question)).resolves.toHaveProperty("bundle");
  });
});
