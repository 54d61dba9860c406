import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { followKey } from "./follow-key.ts";
import { originOf, pinKey, replacePin } from "./pinned-key.ts";

/** The entries of a real log whose key changed twice. */
const { entries, cases } = parse(
  readFileSync(
    new URL("../../../vectors/key-history/histories-lead-to-todays-key.yaml", import.meta.url),
    "utf8",
  ),
) as {
  entries: Record<string, string>;
  cases: { name: string; history: string[]; leads_to: { key: string }[] }[];
};
const WHOLE = cases.find(({ name }) => name === "two changes")!;
const [FIRST, SECOND, THIRD] = WHOLE.leads_to.map(({ key }) => key) as [string, string, string];
const history = WHOLE.history.map((name) => JSON.parse(entries[name]!));
const ONE_CHANGE = history.slice(0, 3);
const NOW = "2026-11-28T10:00:00.000Z";

function browser(pinned: string) {
  const kept = new Map<string, string>();
  const store = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
  replacePin(store, originOf(pinned), pinned, "2026-11-23T10:00:00.000Z");
  return store;
}
const telling = (entries: readonly unknown[]) => async () => entries;

describe("followKey", () => {
  it("follows the log's entries from the pinned key to the one offered, and remembers it", async () => {
    const store = browser(FIRST);
    expect(await followKey(store, THIRD, NOW, telling(history))).toMatchObject({
      status: "followed",
      key: FIRST,
      pinnedAt: "2026-11-23T10:00:00.000Z",
      followed: [{ verifierKey: FIRST, upTo: 4 }, { verifierKey: SECOND, upTo: 8 }, { verifierKey: THIRD }],
    });
    const unasked = () => Promise.reject(new Error("asked again"));
    expect(await followKey(store, THIRD, NOW, unasked)).toMatchObject({ status: "followed" });
  });

  it("goes on from where it was", async () => {
    const store = browser(FIRST);
    expect(await followKey(store, SECOND, NOW, telling(ONE_CHANGE))).toMatchObject({ status: "followed" });
    expect(await followKey(store, THIRD, NOW, telling(history))).toMatchObject({ status: "followed" });
  });

  it("asks nothing while the pinned key is offered", async () => {
    const unasked = () => Promise.reject(new Error("asked"));
    expect(await followKey(browser(FIRST), FIRST, NOW, unasked)).toMatchObject({ status: "known" });
  });

  it("refuses a key that the history does not lead to, cut or forged, and stays with the one it has", async () => {
    const forged = JSON.parse(JSON.stringify(history).replace('"yearly"', '"forged"'));
    const faults: [because: string, told: readonly unknown[]][] = [
      ["KEY_HISTORY_BROKEN", []],
      ["KEY_HISTORY_BROKEN", history.toSpliced(1, 1)],
      ["HASH_MISMATCH", forged],
    ];
    for (const [because, told] of faults) {
      const store = browser(FIRST);
      expect(await followKey(store, THIRD, NOW, telling(told))).toMatchObject({ status: "changed", because });
      expect(pinKey(store, originOf(FIRST), FIRST, NOW).key).toBe(FIRST);
      expect(pinKey(store, originOf(FIRST), THIRD, NOW).status).toBe("changed");
    }
  });

  it("refuses a key that the history does not reach, and keeps how far it leads", async () => {
    const store = browser(FIRST);
    expect(await followKey(store, THIRD, NOW, telling(ONE_CHANGE))).toMatchObject({
      status: "changed",
      because: "KEY_HISTORY_BROKEN",
    });
    expect(pinKey(store, originOf(FIRST), SECOND, NOW)).toMatchObject({ status: "followed" });
  });

  it("refuses another way than the one that it followed before", async () => {
    const store = browser(FIRST);
    await followKey(store, SECOND, NOW, telling(ONE_CHANGE));
    expect(await followKey(store, THIRD, NOW, telling([]))).toMatchObject({
      status: "changed",
      because: "KEY_HISTORY_BROKEN",
    });
  });

  it("says so where the history could not be read", async () => {
    const failing = () => Promise.reject(new TypeError("no network"));
    expect(await followKey(browser(FIRST), THIRD, NOW, failing)).toMatchObject({
      status: "changed",
      because: "CONSOLE_FAILED",
    });
  });
});
