import { describe, expect, it } from "vitest";
import { expectSame, naiveTree, numberedLeaves } from "../../test/naive-tree.ts";
import { readTileOf } from "../testing/index.ts";
import { readSeam, rootsFromSeam } from "./seam.ts";
import { TileTree } from "./tile-tree.ts";

const leaves = numberedLeaves(66_000);
const naive = naiveTree(leaves);

describe("a seam", () => {
  it("leads to both roots, for every two sizes up to 70", async () => {
    const read = readTileOf(leaves.slice(0, 70));
    for (let newer = 0; newer <= 70; newer++)
      for (let older = 0; older <= newer; older++) {
        const { olderRoot, newerRoot } = await rootsFromSeam(
          older,
          newer,
          await readSeam(older, newer, read),
        );
        expectSame([olderRoot, newerRoot], [naive.root(older), naive.root(newer)]);
      }
  });

  it("crosses tiles of every level", async () => {
    const read = readTileOf(leaves);
    for (const [older, newer] of [
      [1, 66_000],
      [257, 65_535],
      [65_535, 65_537],
      [65_536, 66_000],
      [40_000, 65_999],
    ] as const) {
      const seam = await readSeam(older, newer, read);
      expect(seam.length).toBeLessThan(34);
      const { olderRoot, newerRoot } = await rootsFromSeam(older, newer, seam);
      expectSame([olderRoot, newerRoot], [naive.root(older), naive.root(newer)]);
    }
  });

  it("leads elsewhere after any change, and is refused in another length", async () => {
    const seam = await readSeam(11, 23, readTileOf(leaves.slice(0, 23)));
    for (const at of seam.keys()) {
      const { newerRoot } = await rootsFromSeam(11, 23, seam.with(at, leaves[50]!));
      expect(Buffer.from(newerRoot).equals(naive.root(23))).toBe(false);
    }
    for (const other of [[], seam.slice(1), [...seam, leaves[0]!]])
      await expect(rootsFromSeam(11, 23, other)).rejects.toMatchObject({ code: "PROOF_LENGTH_WRONG" });
    await expect(rootsFromSeam(11, 23, seam.with(0, Buffer.alloc(31)))).rejects.toMatchObject({
      code: "SEAL_MALFORMED",
    });
    await expect(rootsFromSeam(24, 23, [])).rejects.toMatchObject({ code: "TREE_SIZES_REVERSED" });
  });
});

describe("TileTree", () => {
  it("reads each tile once, with the width that it has in this tree", async () => {
    const read = readTileOf(leaves);
    const asked: string[] = [];
    const tree = new TileTree(65_793, (tile) => {
      asked.push(`${tile.level}/${tile.index} ${tile.width}`);
      return read(tile);
    });
    expectSame([await tree.hash(0, 65_793)], [naive.root(65_793)]);
    expectSame([await tree.hash(0, 65_793)], [naive.root(65_793)]);
    expect(asked.toSorted()).toEqual(["0/257 1", "1/1 1", "2/0 1"]);
  });

  it("refuses a tile of another length", async () => {
    for (const bytes of [0, 31, 33, 64]) {
      const tree = new TileTree(1, async () => new Uint8Array(bytes));
      await expect(tree.hash(0, 1)).rejects.toMatchObject({ code: "TILE_MALFORMED" });
    }
  });
});
