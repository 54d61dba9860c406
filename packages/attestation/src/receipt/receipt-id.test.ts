import { ReceiptId } from "@guildhall/protocol";
import { describe, expect, it, vi } from "vitest";

/** A fresh module, so that each test has a clock of its own. */
async function freshIds() {
  vi.resetModules();
  return (await import("./receipt-id.ts")).newReceiptId;
}

const NOW = Date.UTC(2026, 10, 23, 16);

describe("newReceiptId", () => {
  it("is a UUIDv7 whose first 48 bits are the time", async () => {
    const newReceiptId = await freshIds();
    for (const ms of [0, 1, NOW, NOW + 1, 2 ** 47]) {
      const id = newReceiptId(ms);
      expect(ReceiptId.safeParse(id).success).toBe(true);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(ms);
    }
  });

  it("grows with every call: in one millisecond, when the counter is full, when the clock is set back (H-040)", async () => {
    const newReceiptId = await freshIds();
    const ids: string[] = [];
    for (let i = 0; i < 10_000; i++) ids.push(newReceiptId(NOW));
    for (let i = 0; i < 100; i++) ids.push(newReceiptId(NOW - 600_000 + i));
    for (let i = 0; i < 100; i++) ids.push(newReceiptId(NOW + 60_000 + i / 3));
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
    // 10,000 ids in one millisecond run ahead of the clock by a few milliseconds, not more.
    expect(Number.parseInt(ids[9_999]!.replaceAll("-", "").slice(0, 12), 16) - NOW).toBeLessThanOrEqual(4);
  });

  it("repeats no random bits between processes that start in the same millisecond", async () => {
    const tails = new Set<string>();
    for (let process = 0; process < 50; process++) {
      const newReceiptId = await freshIds();
      tails.add(newReceiptId(NOW).slice(19));
    }
    expect(tails.size).toBe(50);
  });

  it("uses each random bit once: every bit of the tail is set in about half of the ids", async () => {
    const newReceiptId = await freshIds();
    const counts = Array<number>(62).fill(0);
    for (let i = 0; i < 4000; i++) {
      const tail = BigInt(
        `0x${newReceiptId(NOW + i)
          .replaceAll("-", "")
          .slice(16)}`,
      );
      for (let bit = 0; bit < 62; bit++) counts[bit]! += Number((tail >> BigInt(bit)) & 1n);
    }
    // Seven standard deviations.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(222);
  });

  it("refuses what is no time", async () => {
    const newReceiptId = await freshIds();
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 48])
      expect(() => newReceiptId(ms), `${ms}`).toThrow(RangeError);
  });
});
