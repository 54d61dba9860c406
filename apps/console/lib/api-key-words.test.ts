import { expect, it } from "vitest";
import { SCOPE_GROUPS as GROUPS } from "../../hall-api/src/identity/key-scopes.ts";
import { isLive, KEY_STATES, limitOf, linesOf, narrowings, SCOPE_GROUPS } from "./api-key-words.ts";

it("the form offers the Hall's scopes, all and no others", () => {
  expect([...SCOPE_GROUPS].sort()).toEqual(Object.keys(GROUPS).sort());
});

it("says what narrows a key, and nothing of one that nothing narrows", () => {
  const free = {
    environments: null,
    addresses: null,
    agent: null,
    requests_per_minute: null,
    requests_per_day: null,
  };
  expect(narrowings(free)).toEqual([]);
  expect(narrowings({ ...free, environments: ["dev"], agent: "a", requests_per_minute: 6 })).toEqual([
    "in dev",
    "for the agent a",
    "6 a minute",
  ]);
});

it("a key whose successor is there can still be ended, one that is gone can not", () => {
  const states = Object.keys(KEY_STATES) as (keyof typeof KEY_STATES)[];
  expect(states.filter((state) => isLive({ state }))).toEqual(["in_use", "expires_soon", "replaced"]);
});

it("reads a limit and a list as they are typed", () => {
  expect([limitOf(""), limitOf(" 60 "), limitOf("0"), limitOf("1.5"), limitOf("many")]).toEqual([
    null,
    60,
    undefined,
    undefined,
    undefined,
  ]);
  expect(linesOf(" 192.0.2.0/24\n\n2001:db8::/32 ")).toEqual(["192.0.2.0/24", "2001:db8::/32"]);
});
