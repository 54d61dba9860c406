import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import { nameSender } from "./name-sender.ts";

function named(said: string | undefined, remoteAddress: string | undefined): string | string[] | undefined {
  const request = {
    headers: said === undefined ? {} : { "x-forwarded-for": said },
    socket: { remoteAddress },
  } as IncomingMessage;
  nameSender(request);
  return request.headers["x-forwarded-for"];
}

it("whoever connects stands at the end of the way, whatever they say of themselves", () => {
  expect(named(undefined, "203.0.113.9")).toBe("203.0.113.9");
  expect(named("198.51.100.7", "203.0.113.9")).toBe("198.51.100.7, 203.0.113.9");
  expect(named("", "203.0.113.9")).toBe(", 203.0.113.9");
});

it("a socket that is gone already is nobody in particular, and not who the request names", () => {
  expect(named("198.51.100.7", undefined)).toBe("198.51.100.7, unknown");
});
