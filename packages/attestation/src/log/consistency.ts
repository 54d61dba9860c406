import { largestPowerOfTwoBelow, type ReadNodes, StoredTree } from "./stored-tree.ts";

/**
 * The RFC 6962 consistency proof (2.1.2) that the tree of the first `to` leaves begins with that of the first
 * `from`, from what is stored of a tree at least as large. It is empty where nothing is to be proven: from no
 * leaves, and between equal sizes.
 */
export async function consistencyProof(from: number, to: number, read: ReadNodes): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to)
    throw new RangeError(`Expected an older size that is not above the newer one, got ${from} and ${to}.`);
  if (from === 0 || from === to) return [];

  const tree = new StoredTree(to, read);
  const proof: Uint8Array[] = [];
  // From the root down to the edge of the older tree: `first` and `count` are the leaves of the subtree it cuts.
  let first = 0;
  for (let count = to; from - first < count; ) {
    const left = largestPowerOfTwoBelow(count);
    if (from - first <= left) {
      proof.unshift(await tree.hash(first + left, count - left));
      count = left;
    } else {
      proof.unshift(await tree.hash(first, left));
      first += left;
      count -= left;
    }
  }
  // A verifier knows the older root; where the older tree is that very subtree, its hash is not repeated.
  if (first > 0) proof.unshift(await tree.hash(first, from - first));
  return proof;
}
