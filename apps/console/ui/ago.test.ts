import { expect, it } from "vitest";
import { ago } from "./ago.ts";

const NOW = Date.parse("2026-11-23T16:00:00.000Z");

it.each([
  ["2026-11-23T15:59:59.500Z", "just now"],
  ["2026-11-23T15:59:58.000Z", "2 s ago"],
  ["2026-11-23T15:46:00.000Z", "14 min ago"],
  ["2026-11-23T13:00:00.000Z", "3 h ago"],
  ["2026-11-18T16:00:00.000Z", "5 d ago"],
])("%s is %s", (instant, words) => {
  expect(ago(instant, NOW)).toBe(words);
});

it("takes what another clock puts into the future for the present", () => {
  expect(ago("2026-11-23T16:00:03.000Z", NOW)).toBe("just now");
});
