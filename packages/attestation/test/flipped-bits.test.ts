import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifySealedReceipt } from "../src/index.ts";
import { hallKey, json, log, resealed, sealed } from "./forge.ts";

/** Some 80,000 receipts that differ from a genuine one by a bit or a byte: each a promise of H-050. */

const decision = await sealed(0);
const outcome = await sealed(1);
const act = await sealed(8);
const unsigned = await resealed(2, {}, { isSigned: false });

describe("a sealed receipt with any single bit flipped (H-050)", () => {
  it.each([
    ["a decision, compact", json(decision)],
    ["an outcome, pretty-printed", JSON.stringify(outcome, null, 2)],
    ["an act, compact", json(act)],
    ["an act, pretty-printed with four spaces", JSON.stringify(act, null, 4)],
    ["an act that its checkpoint alone seals, compact", json(unsigned)],
  ])("is refused: %s", { timeout: 240_000 }, async (_, text) => {
    const bytes = new Uint8Array(Buffer.from(text));
    expect((await verifySealedReceipt(bytes, hallKey)).ok).toBe(true);
    const accepted = await acceptedOf(bytes.length * 8, (bit) => {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      return flipped;
    });
    expect(accepted).toEqual([]);
  });

  it("is refused wherever the bits are, in all receipts of a log, however many are flipped", async () => {
    const texts = await Promise.all(
      log.receipts.map(async (_, index) => Buffer.from(json(await sealed(index)))),
    );
    const anyFlips = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.nat(texts.length - 1), anyFlips, async (index, flips) => {
        const bytes = Uint8Array.from(texts[index]!);
        for (const flip of flips) bytes[(flip >> 3) % bytes.length]! ^= 1 << (flip & 7);
        fc.pre(!texts[index]!.equals(bytes));
        expect((await verifySealedReceipt(bytes, hallKey)).ok).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("a receipt's body with any byte changed (H-050)", () => {
  it("is refused: each byte replaced by others, removed, and doubled", { timeout: 240_000 }, async () => {
    const text = json(act);
    const start = text.indexOf('{"actor"');
    const end = text.indexOf(',"receipt_hash"');
    const others = ['"', "\\", "0", "1", "a", "A", " ", ",", "}", "\u00e9", "\u0000", "\n"];
    const changes = [
      ...others.map((other) => (at: number) => text.slice(0, at) + other + text.slice(at + 1)),
      (at: number) => text.slice(0, at) + text.slice(at + 1),
      (at: number) => text.slice(0, at) + text[at] + text.slice(at),
    ];
    for (const change of changes)
      expect(
        await acceptedOf(end - start, (i) => {
          const changed = change(start + i);
          return changed === text ? null : changed;
        }),
      ).toEqual([]);
  });
});

/** The numbers whose input was accepted. Many at a time, because WebCrypto works in other threads. */
async function acceptedOf(
  count: number,
  input: (number: number) => Uint8Array | string | null,
): Promise<number[]> {
  const accepted: number[] = [];
  const verify = async (number: number) => {
    const changed = input(number);
    if (changed !== null && (await verifySealedReceipt(changed, hallKey)).ok) accepted.push(number);
  };
  for (let start = 0; start < count; start += 256)
    await Promise.all(Array.from({ length: Math.min(256, count - start) }, (_, i) => verify(start + i)));
  return accepted;
}
