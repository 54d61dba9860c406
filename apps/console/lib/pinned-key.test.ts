import { describe, expect, it } from "vitest";
import { originOf, pinKey, replacePin } from "./pinned-key.ts";

const ORIGIN = "hall.example.org/log";
const KEY = `${ORIGIN}+1a2b3c4d+AQID`;
const OTHER = `${ORIGIN}+99999999+BAUG`;

function store() {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
}

describe("pinKey", () => {
  it("pins at first use and knows the key from then on", () => {
    const browser = store();
    expect(pinKey(browser, ORIGIN, KEY, "2026-11-23T10:00:00.000Z").status).toBe("first");
    expect(pinKey(browser, ORIGIN, KEY, "2026-11-24T10:00:00.000Z")).toEqual({
      status: "known",
      key: KEY,
      pinnedAt: "2026-11-23T10:00:00.000Z",
      followed: null,
    });
  });

  it("refuses another key, and goes on refusing it", () => {
    const browser = store();
    pinKey(browser, ORIGIN, KEY, "2026-11-23T10:00:00.000Z");
    for (let time = 0; time < 2; time++)
      expect(pinKey(browser, ORIGIN, OTHER, "2026-11-24T10:00:00.000Z")).toMatchObject({
        status: "changed",
        key: KEY,
        offered: OTHER,
      });
  });

  it("takes another key when a person says so", () => {
    const browser = store();
    pinKey(browser, ORIGIN, KEY, "2026-11-23T10:00:00.000Z");
    replacePin(browser, ORIGIN, OTHER, "2026-11-24T10:00:00.000Z");
    expect(pinKey(browser, ORIGIN, OTHER, "2026-11-25T10:00:00.000Z").status).toBe("known");
    expect(pinKey(browser, ORIGIN, KEY, "2026-11-25T10:00:00.000Z").status).toBe("changed");
  });

  it("keeps one pin for each Hall", () => {
    const browser = store();
    pinKey(browser, ORIGIN, KEY, "2026-11-23T10:00:00.000Z");
    expect(pinKey(browser, "other.example/log", OTHER, "2026-11-23T10:00:00.000Z").status).toBe("first");
    expect(originOf(KEY)).toBe(ORIGIN);
  });
});
