import { isPrintable } from "@guildhall/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../test/runs.ts";
import { sanitise, shown, shownList } from "./sanitise.ts";

describe("sanitise", () => {
  it("removes control, line-breaking, bidi and invisible characters and keeps the rest", () => {
    const hostile = "a\u0000b\nc\u007fd\u0085e\u2028f\u2029g\u202eh\u2066i\u200bj\ufeffk\ud800l";
    expect(sanitise(hostile)).toBe("abcdefghijkl");
    expect(sanitise("Grüße, 世界 👋")).toBe("Grüße, 世界 👋");
  });

  it("leaves nothing that the protocol would not call printable", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 60 }), (text) => {
        const clean = sanitise(text);
        expect(clean.trim() === "" || isPrintable(clean)).toBe(true);
        if (isPrintable(text)) expect(clean).toBe(text);
      }),
      { numRuns: runs(1_000) },
    );
  });
});

describe("shown", () => {
  it("cuts long text, and never through a character", () => {
    expect(shown("x".repeat(300))).toBe(`${"x".repeat(256)}…`);
    expect(shown("x".repeat(256))).toBe("x".repeat(256));
    const cut = shown(`${"x".repeat(255)}👋 and more`);
    expect(cut).toBe(`${"x".repeat(255)}…`);
    expect(cut.isWellFormed()).toBe(true);
  });

  it("names five of a list and counts the others", () => {
    expect(shownList(["a", "b"])).toBe("a, b");
    expect(shownList(["a", "b", "c", "d", "e"])).toBe("a, b, c, d, e");
    expect(shownList(["a", "b", "c", "d", "e", "f", "g"])).toBe("a, b, c, d, e and 2 more");
  });
});
