import { describe, expect, it } from "vitest";
import { checkConsistency, consistencyProof } from "../src/index.ts";
import { readNodesOf } from "../src/testing/index.ts";
import { expectSame, naiveTree, numberedLeaves } from "./naive-tree.ts";

const leaves = numberedLeaves(66_000);
const naive = naiveTree(leaves);
const claim = (treeSize: number) => ({ treeSize, root: naive.root(treeSize) });

describe("consistencyProof", () => {
  it("agrees with RFC 6962 from every size to every size up to 130, and convinces a verifier", async () => {
    const read = readNodesOf(leaves.slice(0, 130));
    let proven = 0;
    for (let newer = 0; newer <= 130; newer++)
      for (let older = 0; older <= newer; older++) {
        const proof = await consistencyProof(older, newer, read);
        expectSame(proof, naive.consistency(older, newer));
        await checkConsistency(claim(older), claim(newer), proof);
        proven++;
      }
    expect(proven).toBe((131 * 132) / 2);
  });

  it("reads a tree that has grown on, across tiles of every level", async () => {
    const read = readNodesOf(leaves);
    for (const [older, newer] of [
      [1, 66_000],
      [255, 257],
      [256, 65_536],
      [257, 65_535],
      [65_535, 65_537],
      [65_536, 65_999],
    ] as const)
      expectSame(await consistencyProof(older, newer, read), naive.consistency(older, newer));
  });

  it("refuses sizes that are none, and an older one above the newer", async () => {
    const read = readNodesOf([]);
    for (const [older, newer] of [
      [2, 1],
      [-1, 1],
      [0.5, 1],
      [0, Number.NaN],
    ] as const)
      await expect(consistencyProof(older, newer, read)).rejects.toThrow(RangeError);
  });
});

describe("checkConsistency", () => {
  it("refuses every other root, size, and change of a hash of every proof up to 17 leaves (H-062)", async () => {
    const read = readNodesOf(leaves.slice(0, 17));
    const other = leaves[40]!;
    let refused = 0;
    const expectRefused = async (...attempt: Parameters<typeof checkConsistency>) => {
      await expect(checkConsistency(...attempt)).rejects.toMatchObject({ name: "VerifyError" });
      refused++;
    };
    for (let newer = 1; newer <= 17; newer++)
      for (let older = 1; older <= newer; older++) {
        const proof = await consistencyProof(older, newer, read);
        const [from, to] = [claim(older), claim(newer)];
        await expectRefused({ ...from, root: other }, to, proof);
        await expectRefused(from, { ...to, root: other }, proof);
        await expectRefused({ ...from, treeSize: older - 1 }, to, proof);
        await expectRefused(from, to, [...proof, other]);
        for (const at of proof.keys()) await expectRefused(from, to, proof.with(at, other));
      }
    expect(refused).toBeGreaterThan(600);
  });

  it("refuses hashes that are not 32 bytes long", async () => {
    const proof = naive.consistency(3, 7);
    for (const odd of [proof[0]!.subarray(1), Buffer.alloc(33)])
      await expect(checkConsistency(claim(3), claim(7), proof.with(0, odd))).rejects.toMatchObject({
        code: "SEAL_MALFORMED",
      });
  });
});
