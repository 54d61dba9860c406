import { describe, expect, it } from "vitest";
import { editDistance, nearestCapabilities } from "./nearest-capabilities.ts";

describe("editDistance", () => {
  it.each([
    ["cap.a", "cap.a", 0],
    ["cap.a", "cap.b", 1],
    ["cap.ab", "cap.a", 1],
    ["cap.sumarize", "cap.summarize", 1],
    ["kitten", "sitting", 3],
    ["", "abc", 3],
  ])("between %s and %s is %i", (a, b, distance) => {
    expect(editDistance(a, b, 6)).toBe(distance);
    expect(editDistance(b, a, 6)).toBe(distance);
  });

  it("beyond the limit is the limit and one", () => {
    expect(editDistance("kitten", "sitting", 3)).toBe(3);
    expect(editDistance("abc", "xyz", 3)).toBe(3);
    expect(editDistance("kitten", "sitting", 2)).toBe(3);
    expect(editDistance("a", "abcdefghij", 6)).toBe(7);
    expect(editDistance("abcdefgh", "stuvwxyz", 6)).toBe(7);
  });
});

describe("nearestCapabilities", () => {
  it("ranks by distance, then by name", () => {
    expect(nearestCapabilities("cap.doc.scam", ["cap.doc.scan", "cap.doc.scar", "cap.doc.spam"])).toEqual([
      "cap.doc.scan",
      "cap.doc.scar",
      "cap.doc.spam",
    ]);
  });

  it("takes names of the same domain for near, and short names of another for strangers", () => {
    expect(nearestCapabilities("cap.doc.shred", ["cap.doc.summarize", "cap.fs.read"])).toEqual([
      "cap.doc.summarize",
    ]);
    expect(nearestCapabilities("cap.a.b", ["cap.c.d"])).toEqual([]);
  });

  it("compares a bounded number of names, however many are known", () => {
    let compared = 0;
    const known = Array.from(
      { length: 50_000 },
      (_, number) => `cap.many.n${String(number).padStart(6, "0")}`,
    );
    const counting = new Proxy(known, {
      get(list, key) {
        if (key !== "slice") return Reflect.get(list, key);
        return (from: number, to: number) => {
          const part = list.slice(from, to);
          compared += part.length;
          return part;
        };
      },
    });
    expect(nearestCapabilities("cap.many.n02500", counting)).toHaveLength(3);
    expect(compared).toBe(500);
  });

  it("knows nothing near where nothing is known", () => {
    expect(nearestCapabilities("cap.doc.summarize", [])).toEqual([]);
  });
});
