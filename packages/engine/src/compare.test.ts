import { describe, expect, it } from "vitest";
import { firstDifference, sameVerdict, type Verdict } from "./compare.ts";

describe("the first difference", () => {
  it("is none between equal values, however their keys stand", () => {
    expect(firstDifference({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 })).toBeNull();
    expect(firstDifference("x", "x")).toBeNull();
  });

  it("is named by its path, by sorted keys, with both sides as JSON", () => {
    const before = {
      outcome: "ALLOW",
      inputs: { env: "dev", epoch: 1 },
      candidates: [{ skip_reason: null }],
    };
    const after = { outcome: "DENY", inputs: { env: "dev", epoch: 2 }, candidates: [{ skip_reason: null }] };
    expect(firstDifference(before, after)).toEqual({ path: "inputs.epoch", before: "1", after: "2" });
    expect(firstDifference(before, { ...before, candidates: [{ skip_reason: "banned" }] })).toEqual({
      path: "candidates[0].skip_reason",
      before: "null",
      after: '"banned"',
    });
  });

  it("tells a side that has nothing there", () => {
    expect(firstDifference({ a: 1 }, {})).toEqual({ path: "a", before: "1", after: null });
    expect(firstDifference({}, { a: 1 })).toEqual({ path: "a", before: null, after: "1" });
    expect(firstDifference([1], [1, 2])).toEqual({ path: "[1]", before: null, after: "2" });
  });

  it("tells a list from an object, and an object from nothing", () => {
    expect(firstDifference({ a: [] }, { a: {} })).toEqual({ path: "a", before: "[]", after: "{}" });
    expect(firstDifference({ a: {} }, { a: null })).toEqual({ path: "a", before: "{}", after: "null" });
    expect(firstDifference([1, 2], [1, 3])?.path).toBe("[1]");
  });

  it("looks at own members only", () => {
    expect(firstDifference({}, { toString: 1 })).toEqual({ path: "toString", before: null, after: "1" });
  });
});

describe("a verdict", () => {
  const one: Verdict = { outcome: "DENY", code: "DENY_QUOTA", rule: "r-1", worker: "org.acme.w" };

  it("is the same where outcome, code, rule and worker are", () => {
    expect(sameVerdict(one, { ...one })).toBe(true);
  });

  it.each([{ outcome: "HOLD" as const }, { code: null }, { rule: "r-2" }, { worker: null }])(
    "differs by %o",
    (change) => expect(sameVerdict(one, { ...one, ...change })).toBe(false),
  );
});
