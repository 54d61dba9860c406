import { expect, it } from "vitest";
import { forgetText, keepText, readKept } from "./kept-text.ts";

function newStore() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, text: string) => void items.set(name, text),
    removeItem: (name: string) => void items.delete(name),
  };
}

const KEPT = { revision: 3, text: "{", at: "2026-11-23T16:00:00.000Z" };

it("text that was not saved is there when its author comes back, and gone once it is saved", () => {
  const store = newStore();
  expect(readKept(store, "d1")).toBeNull();
  expect(keepText(store, "d1", KEPT)).toBe(true);
  expect(readKept(store, "d1")).toEqual(KEPT);
  expect(readKept(store, "d2")).toBeNull();
  forgetText(store, "d1");
  expect(readKept(store, "d1")).toBeNull();
});

it("what is too long for a tab, or a store that refuses, costs nothing but the keeping", () => {
  const store = newStore();
  expect(keepText(store, "d1", { ...KEPT, text: "x".repeat(1_000_001) })).toBe(false);
  const refuse = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const full = { getItem: refuse, setItem: refuse, removeItem: refuse };
  expect(keepText(full, "d1", KEPT)).toBe(false);
  expect(readKept(full, "d1")).toBeNull();
  expect(() => forgetText(full, "d1")).not.toThrow();
});

it("what somebody else put there is not taken for text", () => {
  const store = newStore();
  for (const text of ["", "{", "null", "[]", '{"revision":"3"}']) {
    store.items.set("guildhall.draft.d1", text);
    expect(readKept(store, "d1")).toBeNull();
  }
});
