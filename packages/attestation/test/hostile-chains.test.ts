import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  appendLeaves,
  emptyFrontier,
  rootFromLeaves,
  signCheckpoint,
  verifyChain,
  verifyLog,
} from "../src/index.ts";
import { buildLog, sampleAct } from "../src/testing/index.ts";
import { hall, hallKey, log, resealed } from "./forge.ts";

/** What somebody does to a history who may write to the database, and what shows it. */

const { receipts } = log;
const codeOf = async (chain: readonly unknown[]) => {
  const verdict = await verifyChain(chain);
  return verdict.ok ? "OK" : `${verdict.code} ${verdict.at}`;
};

describe("a chain (H-051)", () => {
  it("shows every single receipt taken out, but the last, which the checkpoint's size shows", async () => {
    const checkpoint = await log.checkpoint();
    for (const at of receipts.keys()) {
      const without = receipts.toSpliced(at, 1);
      const isLast = at === receipts.length - 1;
      const expected = at === 0 ? "CHAIN_START 0" : isLast ? "OK" : `CHAIN_GAP ${at}`;
      expect(await codeOf(without)).toBe(expected);
      const leaves = without.map(({ receipt_hash }) => Buffer.from(receipt_hash, "hex"));
      expect(await verifyLog(leaves, checkpoint, hallKey)).toMatchObject({
        ok: false,
        code: "LOG_SIZE_MISMATCH",
      });
    }
  });

  it("shows any two exchanged and any one doubled, at any place", async () => {
    for (const a of receipts.keys())
      for (const b of receipts.keys()) {
        if (a < b)
          expect(await codeOf(receipts.with(a, receipts[b]!).with(b, receipts[a]!))).toMatch(/^CHAIN_/);
        expect(await codeOf(receipts.toSpliced(b, 0, receipts[a]!))).toMatch(/^CHAIN_/);
      }
  });

  it("shows one that the Hall validly signed for another chain, at any place", async () => {
    const other = await resealed(4, { chain: "9b2d9d52-6d59-4a37-8a8f-6f3b0b6f0b11" });
    for (const at of receipts.keys()) {
      expect(await codeOf(receipts.toSpliced(at, 0, other.receipt as never))).toMatch(/^CHAIN_/);
      expect(await codeOf(receipts.with(at, other.receipt as never))).toMatch(/^CHAIN_/);
    }
  });
});

describe("a history rewritten with the same key (H-052)", () => {
  it("is a good chain by itself, and found by every checkpoint that covers what was changed", async () => {
    const rewritten = await buildLog(9, {
      signer: hall,
      body: (index) => sampleAct(index, index === 4 ? { action: "revoked" } : {}),
    });
    const original = await buildLog(9, { signer: hall, body: (index) => sampleAct(index) });
    expect(await codeOf(rewritten.receipts)).toBe("OK");
    for (let size = 1; size <= 9; size++) {
      const kept = await original.checkpoint(size);
      const verdict = await verifyLog(rewritten.leafData.slice(0, size), kept, hallKey);
      // Before the change the two are one history: the control that this test can see both.
      expect(verdict, `${size}`).toMatchObject(
        size > 4 ? { ok: false, code: "ROOT_MISMATCH" } : { ok: true },
      );
    }
  });

  it("is found by a client that kept nothing but one receipt's hash", async () => {
    const original = await buildLog(9, { signer: hall, body: (index) => sampleAct(index) });
    const rewritten = await buildLog(9, {
      signer: hall,
      body: (index) => sampleAct(index, { details: { name: "x" } }),
    });
    const verdict = await verifyChain(rewritten.receipts.slice(5), { previous: original.receipts[4] });
    expect(verdict).toMatchObject({ ok: false, code: "CHAIN_BROKEN", at: 0 });
  });
});

describe("a fork (H-053)", () => {
  it("is told with both receipts, and their seals convict the Hall", async () => {
    const branch = await resealed(3, { action: "revoked" });
    const chain = [...receipts.slice(0, 4), branch];
    const verdict = await verifyChain(chain);
    expect(verdict).toMatchObject({ ok: false, code: "CHAIN_FORK", evidence: [receipts[3], branch] });
    const leaves = log.leafData.with(3, createHash("sha256").update("other").digest());
    const root = appendLeaves(emptyFrontier(), leaves).root;
    const second = await signCheckpoint(hall, { origin: log.origin, treeSize: 9, root });
    // One size, two roots, one key.
    expect(await verifyLog(leaves, second, hallKey)).toMatchObject({ ok: true });
    expect(await verifyLog(log.leafData, await log.checkpoint(), hallKey)).toMatchObject({ ok: true });
    expect(
      Buffer.from(await rootFromLeaves(leaves)).equals(Buffer.from(await rootFromLeaves(log.leafData))),
    ).toBe(false);
  });
});
