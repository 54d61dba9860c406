import { describe, it } from "vitest";
import { inclusionProof } from "../src/index.ts";
import { readNodesOf } from "../src/testing/index.ts";
import { expectSame, naiveTree, numberedLeaves } from "./naive-tree.ts";

const leaves = numberedLeaves(300);
const naive = naiveTree(leaves);

describe("inclusionProof", () => {
  // 45,150 proofs, each hashing all leaves around its own: some 12 s.
  it("agrees with RFC 6962 for every index and size up to 300", { timeout: 240_000 }, async () => {
    const read = readNodesOf(leaves);
    for (let size = 1; size <= 300; size++)
      for (let index = 0; index < size; index++)
        expectSame(await inclusionProof(index, size, read), naive.path(index, size));
  });
});
