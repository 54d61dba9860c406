import { HALL_KEY_ROLES } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { type HallKey, inOrder, lossOf } from "./key-words.ts";

describe("what a loss of a key means", () => {
  it("is one line for every role that there is", () => {
    const lines = HALL_KEY_ROLES.map(lossOf);
    expect(new Set(lines).size).toBe(HALL_KEY_ROLES.length);
    for (const line of lines) expect(line).not.toBe(lossOf("constructor"));
  });
});

it("keys in use stand before those to come, and those before the retired", () => {
  const key = (key_id: string, state: HallKey["state"], not_before: string) =>
    ({ key_id, state, not_before }) as HallKey;
  const order = inOrder([
    key("old", "retired", "2026-01-01T00:00:00.000Z"),
    key("first", "active", "2026-01-01T00:00:00.000Z"),
    key("next", "introduced", "2026-03-01T00:00:00.000Z"),
    key("second", "active", "2026-02-01T00:00:00.000Z"),
  ]);
  expect(order.map(({ key_id }) => key_id)).toEqual(["second", "first", "next", "old"]);
});
