import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectSame, hex, naiveTree, nodeOf, numberedLeaves, path } from "../../test/naive-tree.ts";
import { batchProofs, emptyFrontier } from "../index.ts";
import { rootFromInclusion, rootFromLeaves } from "./merkle.ts";

const leaves = numberedLeaves(600);
const naive = naiveTree(leaves);

describe("rootFromInclusion", () => {
  it("finds RFC 6962's root for every index and size up to 64", async () => {
    for (let size = 1; size <= 64; size++)
      for (let index = 0; index < size; index++) {
        const root = await rootFromInclusion(index, size, leaves[index]!, naive.path(index, size));
        expectSame([root], [naive.root(size)]);
      }
  });

  it("finds RFC 6962's root for any leaf of a larger tree", async () => {
    const proofs = batchProofs(emptyFrontier(), leaves);
    for (const index of [0, 1, 255, 256, 511, 512, 598, 599])
      expectSame([await rootFromInclusion(index, 600, leaves[index]!, proofs[index]!)], [naive.root(600)]);
  });

  it("finds another root, or refuses, for every other index, leaf or proof (H-060)", async () => {
    for (const size of [1, 2, 3, 7, 8, 9, 33])
      for (let index = 0; index < size; index++) {
        const leaf = leaves[index]!;
        const proof = naive.path(index, size);
        const root = naive.root(size).toString("hex");
        const attempts = [
          ...Array.from({ length: size }, (_, other) => ({ index: other, leaf, proof })).filter(
            (attempt) => attempt.index !== index,
          ),
          { index, leaf: leaves[500]!, proof },
          { index, leaf, proof: [...proof, leaf] },
          { index, leaf, proof: proof.slice(1) },
          { index, leaf, proof: proof.slice(0, -1) },
          { index, leaf, proof: [...proof].reverse() },
          ...proof.map((_, at) => ({ index, leaf, proof: proof.with(at, leaves[599]!) })),
        ].filter(
          (attempt) => attempt.leaf !== leaf || attempt.index !== index || !isSame(attempt.proof, proof),
        );
        for (const attempt of attempts) {
          const found = await rootFromInclusion(attempt.index, size, attempt.leaf, attempt.proof).catch(
            (error) => error.code,
          );
          expect(typeof found === "string" ? found : hex([found])[0]).not.toBe(root);
        }
      }
  });

  it("refuses an index outside the tree, and sizes that are none (H-060)", async () => {
    for (const [index, size] of [
      [8, 8],
      [9, 8],
      [-1, 8],
      [0, 0],
      [0, -1],
      [0, 2 ** 63],
      [2 ** 53, 2 ** 60],
      [0.5, 2],
      [Number.NaN, 8],
      [0, Number.POSITIVE_INFINITY],
    ] as const)
      await expect(
        rootFromInclusion(index, size, leaves[0]!, naive.path(0, 8)),
        `${index} of ${size}`,
      ).rejects.toMatchObject({ code: "INDEX_NOT_IN_TREE" });
  });

  it("refuses a proof that is too long or too short, however long it is (H-060)", async () => {
    for (const length of [0, 2, 4, 63, 64, 1000])
      await expect(
        rootFromInclusion(5, 8, leaves[5]!, Array(length).fill(leaves[0])),
        `${length}`,
      ).rejects.toMatchObject({ code: "PROOF_LENGTH_WRONG" });
  });

  it("refuses proof hashes that are not 32 bytes long (H-060)", async () => {
    const [first, second, third] = naive.path(5, 8) as [Buffer, Buffer, Buffer];
    for (const odd of [first.subarray(1), Buffer.concat([first, Buffer.of(0)]), Buffer.alloc(0)])
      await expect(rootFromInclusion(5, 8, leaves[5]!, [odd, second, third])).rejects.toMatchObject({
        code: "SEAL_MALFORMED",
      });
  });

  it("follows paths in trees of more than 2^32 leaves", async () => {
    // A tree of 2^40 equal leaves: one hash for each height.
    const rows = [naive.subtree(0, 1)];
    for (let height = 0; height < 40; height++) rows.push(nodeOf(rows[height]!, rows[height]!));
    for (const index of [0, 2 ** 31, 2 ** 32 + 7, 2 ** 40 - 1])
      expectSame([await rootFromInclusion(index, 2 ** 40, leaves[0]!, rows.slice(0, 40))], [rows[40]!]);
    // One more leaf: it stands alone beside the whole of the others.
    const root = nodeOf(rows[40]!, rows[0]!);
    expectSame([await rootFromInclusion(2 ** 40, 2 ** 40 + 1, leaves[0]!, [rows[40]!])], [root]);
  });
});

describe("rootFromLeaves", () => {
  it("is RFC 6962's root for any list of leaves of any length", async () => {
    for (let size = 0; size <= 70; size++)
      expectSame([await rootFromLeaves(leaves.slice(0, size))], [naive.root(size)]);
    const anyLeaves = fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(anyLeaves, async (leaves) => {
        const root = await rootFromLeaves(leaves);
        for (const [index, leaf] of leaves.entries())
          expectSame([await rootFromInclusion(index, leaves.length, leaf, path(index, leaves))], [root]);
      }),
    );
  });
});

function isSame(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return hex(a).join() === hex(b).join();
}
