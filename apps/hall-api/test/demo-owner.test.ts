import { afterAll, beforeAll, expect, it } from "vitest";
import { seedDemo } from "../src/seed-demo.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";

let house: TestHouse;
let hall: OpenHall;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
});
afterAll(() => house?.close());

it("the demo's owner signs in by each start's link, sets a password, and signs in by that", async () => {
  let session = "";
  for (const _ of ["the first start", "a later one"]) {
    const { signInUrl } = await seedDemo(hall.hall);
    const token = new URL(signInUrl).searchParams.get("token");
    const { status, body } = await hall.ask<{ session_token: string; member: { role: string } }>(
      "POST",
      "/wcp/session/begin",
      { body: { token } },
    );
    expect([status, body.member.role]).toEqual([201, "owner"]);
    session = body.session_token;
  }
  const password = "copper lantern walks uphill";
  const set = await hall.ask("PUT", "/wcp/account/password", { key: session, body: { password } });
  expect(set.status).toBe(200);
  const begun = await hall.ask("POST", "/wcp/session/begin", {
    body: { email: "operator@demo.localhost", password },
  });
  expect(begun.status).toBe(201);
});
