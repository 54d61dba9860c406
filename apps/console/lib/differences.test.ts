import { describe, expect, it } from "vitest";
import { readCopy } from "./copy-of.ts";
import { differences } from "./differences.ts";

describe("differences", () => {
  it("names each value that differs by its path", () => {
    const here = { a: 1, b: { c: [1, 2], d: null } };
    expect(differences(here, structuredClone(here))).toEqual([]);
    expect(differences(here, { a: 1, b: { c: [1, 3], d: null }, e: "x" })).toEqual([
      { path: "b.c.1", here: "2", there: "3" },
      { path: "e", here: null, there: '"x"' },
    ]);
  });

  it("tells a list from an object, and null from absent", () => {
    expect(differences({ a: [] }, { a: {} })).toEqual([{ path: "a", here: "[]", there: "{}" }]);
    expect(differences({ a: null }, {})).toEqual([{ path: "a", here: "null", there: null }]);
  });

  it("stops at its limit", () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, index]));
    expect(differences(many, {}, 20)).toHaveLength(20);
  });
});

describe("readCopy", () => {
  it("keeps the very text, so that what only the text shows is checked too", () => {
    const twice = '{"receipt":{"a":1,"a":2},"seal":{}}';
    expect(readCopy(twice, {}).sealed).toBe(twice);
    expect(readCopy('{"a":1,"a":2}', { checkpoint: "c" })).toEqual({
      sealed: '{"receipt":{"a":1,"a":2},"seal":{"checkpoint":"c"}}',
      isSealAdded: true,
      receipt: { a: 2 },
    });
  });

  it("leaves what is no receipt to the verifier", () => {
    for (const text of ["", "no", "[]", "null"])
      expect(readCopy(text, {})).toMatchObject({ sealed: text, isSealAdded: false });
  });
});
