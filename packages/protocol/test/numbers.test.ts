import { describe, expect, it } from "vitest";
import { canonicalJson } from "../src/index.ts";
import { FIXED, hashLines, PUBLISHED } from "./number-sequence.ts";

const MILLION = 1_000_000;

/** The file writes 0 for -0, which we refuse (erratum 7920): the only value where the two differ. */
const print = (value: number) => (Object.is(value, -0) ? "0" : canonicalJson(value));

function sums(count: number, printed: (value: number) => string): { [lines: number]: string } {
  const found: { [lines: number]: string } = {};
  hashLines(count, printed, (lines, sha256) => {
    found[lines] = sha256;
  });
  return found;
}

describe("numbers (H-065)", () => {
  it("print as RFC 8785 publishes them: the first million lines have its checksums", {
    timeout: 120_000,
  }, () => {
    const { 1000: a, 10000: b, 100000: c, [MILLION]: d } = PUBLISHED;
    expect(FIXED).toHaveLength(168);
    expect(sums(MILLION, print)).toEqual({ 1000: a, 10000: b, 100000: c, [MILLION]: d });
  });

  it("would not, if one of them printed otherwise", () => {
    const other = (value: number) => (value === 1e21 ? "1e21" : print(value));
    expect(sums(1000, other)[1000]).not.toBe(PUBLISHED[1000]);
  });

  it("of -0 are refused, not printed as 0", () => {
    expect(() => canonicalJson(-0)).toThrow(expect.objectContaining({ code: "CANONICAL_NEGATIVE_ZERO" }));
  });
});
