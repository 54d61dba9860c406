import { describe, expect, it } from "vitest";
import { longStrings, STRING_MAX_BYTES } from "./long-strings.ts";

describe("longStrings", () => {
  const fits = "x".repeat(STRING_MAX_BYTES);

  it("counts bytes, not characters", () => {
    expect(longStrings({ a: fits, b: "é".repeat(STRING_MAX_BYTES / 2) })).toEqual([]);
    expect(longStrings({ a: `${fits}x`, b: `${"é".repeat(STRING_MAX_BYTES / 2)}x` })).toMatchObject([
      { path: "a" },
      { path: "b" },
    ]);
  });

  it("looks into lists and objects, and at keys", () => {
    expect(longStrings({ a: [{ b: `${fits}x` }], c: { [`${fits}x`]: 1 } })).toMatchObject([
      { path: "a[0].b" },
      { path: "c" },
    ]);
    expect(longStrings(`${fits}x`)).toMatchObject([{ path: "$" }]);
    expect(longStrings([null, 1, true, "short"])).toEqual([]);
  });

  it("names ten at most", () => {
    expect(longStrings(Array.from({ length: 30 }, () => `${fits}x`))).toHaveLength(10);
  });
});
