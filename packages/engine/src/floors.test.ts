import { expect, it } from "vitest";
import { strongerMethod } from "./floors.ts";

it.each([
  [null, null, null],
  [null, "runner-measured", "runner-measured"],
  ["runner-measured", null, "runner-measured"],
  ["runner-measured", "self-reported", "runner-measured"],
  ["self-reported", "runner-measured", "runner-measured"],
] as const)("of %s and %s the stronger method is %s", (a, b, stronger) => {
  expect(strongerMethod(a, b)).toBe(stronger);
});
