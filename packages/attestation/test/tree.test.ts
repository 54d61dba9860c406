import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  appendLeaves,
  batchProofs,
  decodeFrontier,
  emptyFrontier,
  encodeFrontier,
  type Frontier,
  frontierAt,
  inclusionProof,
  rootOf,
  type StoredNode,
} from "../src/index.ts";
import { readNodesOf } from "../src/testing/index.ts";
import { expectSame, hex, mth, naiveTree, numberedLeaves, path } from "./naive-tree.ts";

const leaves = numberedLeaves(66_000);
const naive = naiveTree(leaves);

describe("the two naive trees of these tests", () => {
  it("agree with each other", () => {
    for (const size of [0, 1, 2, 3, 5, 8, 13]) {
      expect(naive.root(size)).toEqual(mth(leaves.slice(0, size)));
      for (let index = 0; index < size; index++)
        expect(naive.path(index, size)).toEqual(path(index, leaves.slice(0, size)));
    }
  });
});

describe("appendLeaves", () => {
  it("gives RFC 6962's root after every single append up to 600 leaves", () => {
    let frontier = emptyFrontier();
    expect(hex([rootOf(frontier)])).toEqual(hex([naive.root(0)]));
    for (let size = 1; size <= 600; size++) {
      const appended = appendLeaves(frontier, [leaves[size - 1]!]);
      frontier = appended.frontier;
      expect(frontier.size).toBe(size);
      expect(hex([appended.root])).toEqual(hex([naive.root(size)]));
      expect(hex([rootOf(frontier)])).toEqual(hex([naive.root(size)]));
    }
  });

  it("gives the same tree and stores the same nodes however the leaves are cut into batches", () => {
    const whole = appendLeaves(emptyFrontier(), leaves.slice(0, 2000));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 8 }), (cuts) => {
        const ends = [...cuts.map((cut) => cut * 2), 2000].sort((a, b) => a - b);
        let frontier = emptyFrontier();
        const nodes: StoredNode[] = [];
        for (const end of ends) {
          const appended = appendLeaves(frontier, leaves.slice(frontier.size, end));
          frontier = appended.frontier;
          nodes.push(...appended.nodes);
        }
        expect(hex(frontier.peaks)).toEqual(hex(whole.frontier.peaks));
        expect(nodes.map(describeNode)).toEqual(whole.nodes.map(describeNode));
      }),
      { numRuns: 50 },
    );
  });

  it("stores exactly the complete subtrees of 256 and 65,536 leaves, each when it is completed", () => {
    const first = appendLeaves(emptyFrontier(), leaves.slice(0, 65_535));
    expect(first.nodes.map(({ level, index }) => `${level}/${index}`)).toEqual(
      Array.from({ length: 255 }, (_, i) => `1/${i}`),
    );
    const second = appendLeaves(first.frontier, leaves.slice(65_535, 65_536));
    expect(second.nodes.map(describeNode)).toEqual([
      `1/255 ${naive.subtree(255, 256).toString("hex")}`,
      `2/0 ${naive.subtree(0, 65_536).toString("hex")}`,
    ]);
    expect(appendLeaves(second.frontier, leaves.slice(65_536, 65_700)).nodes).toEqual([]);
  });

  it("changes neither the frontier it was given nor its peaks", () => {
    const before = appendLeaves(emptyFrontier(), leaves.slice(0, 7)).frontier;
    const kept = hex(before.peaks);
    appendLeaves(before, leaves.slice(7, 300));
    batchProofs(before, leaves.slice(7, 300));
    expect(before.size).toBe(7);
    expect(hex(before.peaks)).toEqual(kept);
  });

  it("refuses a frontier that lacks a peak", () => {
    expect(() => appendLeaves({ size: 3, peaks: [leaves[0]!] }, leaves.slice(0, 1))).toThrow(/damaged/);
  });
});

describe("encodeFrontier and decodeFrontier", () => {
  it("give back the same frontier at every size", () => {
    for (let size = 0; size <= 300; size++) {
      const { frontier, root } = appendLeaves(emptyFrontier(), leaves.slice(0, size));
      const decoded = decodeFrontier(size, encodeFrontier(frontier));
      expect(decoded.size).toBe(size);
      expect(hex([rootOf(decoded)])).toEqual(hex([root]));
    }
  });

  it("refuse bytes that do not hold one peak for each bit of the size", () => {
    for (const [size, bytes] of [
      [0, 32],
      [3, 32],
      [3, 96],
      [4, 31],
      [2 ** 40 + 1, 32],
    ] as const)
      expect(() => decodeFrontier(size, new Uint8Array(bytes)), `${size}`).toThrow(/damaged/);
    for (const size of [-1, 1.5, Number.NaN, 2 ** 53])
      expect(() => decodeFrontier(size, new Uint8Array(32)), `${size}`).toThrow(RangeError);
  });

  it("take a copy, so that a driver may reuse its buffer", () => {
    const { frontier, root } = appendLeaves(emptyFrontier(), leaves.slice(0, 5));
    const bytes = encodeFrontier(frontier);
    const decoded = decodeFrontier(5, bytes);
    bytes.fill(0);
    expect(hex([rootOf(decoded)])).toEqual(hex([root]));
  });
});

describe("frontierAt", () => {
  it("is the right edge that the tree had at that size, from what a larger tree stored", async () => {
    const read = readNodesOf(leaves);
    for (const size of [0, 1, 2, 3, 7, 8, 255, 256, 257, 1000, 65_535, 65_536, 65_537, 66_000]) {
      const frontier = await frontierAt(size, read);
      expect(frontier.size).toBe(size);
      expectSame(frontier.peaks, frontierOf(size).peaks);
    }
  });

  it("refuses what is no size", async () => {
    for (const size of [-1, 0.5, 2 ** 53])
      await expect(frontierAt(size, readNodesOf([]))).rejects.toThrow(RangeError);
  });
});

describe("inclusionProof", () => {
  it("agrees with RFC 6962 around the sizes where stored levels begin", async () => {
    const read = readNodesOf(leaves);
    for (const size of [511, 512, 513, 65_279, 65_280, 65_281, 65_535, 65_536, 65_537, 65_999])
      for (const index of [0, 255, 256, size >> 1, size - 257, size - 2, size - 1])
        expectSame(await inclusionProof(index, size, read), naive.path(index, size));
  });

  it("reads at most two ranges of at most 256 nodes a level, at any size", async () => {
    for (const size of [300, 70_000, 16_777_217, 2 ** 40 + 12_345]) {
      const levels = Math.ceil(Math.log2(size) / 8);
      for (const index of [0, 77, Math.floor(size / 3), size - 1]) {
        const reads: string[] = [];
        let nodes = 0;
        await inclusionProof(index, size, async (level, start, count) => {
          expect(count).toBeLessThanOrEqual(256);
          expect(start + count).toBeLessThanOrEqual(Math.floor(size / 256 ** level));
          reads.push(`${level}/${start}`);
          nodes += count;
          return Array.from({ length: count }, () => leaves[0]!);
        });
        expect(new Set(reads).size).toBe(reads.length);
        expect(reads.length).toBeLessThanOrEqual(2 * levels);
        expect(nodes).toBeLessThanOrEqual(512 * levels);
      }
    }
  });

  it("fails loudly when the store has fewer nodes than the tree", async () => {
    const read = readNodesOf(leaves.slice(0, 299));
    await expect(inclusionProof(3, 300, read)).rejects.toThrow(/damaged/);
  });

  it("refuses an index that is not in the tree (H-060)", async () => {
    const read = readNodesOf(leaves.slice(0, 8));
    for (const [index, size] of [
      [8, 8],
      [-1, 8],
      [0, 0],
      [0.5, 8],
      [0, 2 ** 63],
      [Number.NaN, 8],
    ] as const)
      await expect(inclusionProof(index, size, read), `${index} of ${size}`).rejects.toThrow(RangeError);
  });
});

describe("batchProofs", () => {
  it("agrees with RFC 6962 for every size before up to 70 and every batch up to 40", () => {
    for (let before = 0; before <= 70; before++) {
      const frontier = frontierOf(before);
      for (let count = 1; count <= 40; count++) {
        const proofs = batchProofs(frontier, leaves.slice(before, before + count));
        expect(proofs).toHaveLength(count);
        for (const [i, proof] of proofs.entries()) expectSame(proof, naive.path(before + i, before + count));
      }
    }
  });

  it("agrees with inclusionProof for any tree and batch", async () => {
    const read = readNodesOf(leaves.slice(0, 5500));
    await fc.assert(
      fc.asyncProperty(fc.nat(5000), fc.integer({ min: 1, max: 500 }), async (before, count) => {
        const proofs = batchProofs(frontierOf(before), leaves.slice(before, before + count));
        for (const i of [0, count >> 1, count - 1])
          expectSame(proofs[i]!, await inclusionProof(before + i, before + count, read));
      }),
      { numRuns: 60 },
    );
  });

  it("is empty for an empty batch", () => {
    expect(batchProofs(frontierOf(5), [])).toEqual([]);
  });
});

function frontierOf(size: number): Frontier {
  return appendLeaves(emptyFrontier(), leaves.slice(0, size)).frontier;
}

function describeNode({ level, index, hash }: StoredNode): string {
  return `${level}/${index} ${Buffer.from(hash).toString("hex")}`;
}
