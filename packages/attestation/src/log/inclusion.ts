import type { Frontier } from "./frontier.ts";
import { type Growth, growTree, type Row } from "./growth.ts";
import { nodeHash } from "./merkle.ts";
import { largestPowerOfTwoBelow, type ReadNodes, StoredTree } from "./stored-tree.ts";

/** RFC 6962 inclusion proofs (2.1.1): the hashes beside the way from a leaf to the root, leaf first. */

/** The proof of one leaf in the tree of the first `size` leaves. Two reads a level, of at most 256 nodes. */
export async function inclusionProof(index: number, size: number, read: ReadNodes): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new RangeError(`Expected an index below the size, got index ${index} and size ${size}.`);

  const tree = new StoredTree(size, read);
  const proof: Uint8Array[] = [];
  let first = 0;
  // From the root down: `first` and `count` are the leaves of the subtree that holds the leaf.
  for (let count = size; count > 1; ) {
    const left = largestPowerOfTwoBelow(count);
    if (index - first < left) {
      proof.unshift(await tree.hash(first + left, count - left));
      count = left;
    } else {
      proof.unshift(await tree.hash(first, left));
      first += left;
      count -= left;
    }
  }
  return proof;
}

/**
 * The proofs of all leaves of a batch in the tree that ends with the batch, from the right edge before it
 * and the batch alone. Nothing is read, and each node is hashed once for all proofs.
 */
export function batchProofs(before: Frontier, leafData: readonly Uint8Array[]): Uint8Array[][] {
  return proofsOfGrowth(before.size, growTree(before, leafData));
}

/** The same of a tree that has just been grown from `start` leaves. */
export function proofsOfGrowth(start: number, { size, rows, untouchedPeaks }: Growth): Uint8Array[][] {
  const edges = rightEdges(size, rows);
  // Above the rows all new leaves lie in one incomplete subtree, with the old peaks to its left.
  const shared = untouchedPeaks.toReversed();
  return Array.from({ length: size - start }, (_, i) => {
    const proof: Uint8Array[] = [];
    let index = start + i;
    for (let height = 0; height < rows.length; height++) {
      const { first, hashes } = rows[height]!;
      const beside = index % 2 === 0 ? index + 1 : index - 1;
      const complete = first + hashes.length;
      const hash = beside < complete ? hashes[beside - first]! : beside === complete ? edges[height] : null;
      if (hash) proof.push(hash);
      index = Math.floor(index / 2);
    }
    return proof.concat(shared);
  });
}

/** For each height, the hash of the leaves after the last complete subtree; null where there are none. */
function rightEdges(size: number, rows: readonly Row[]): (Uint8Array | null)[] {
  const edges: (Uint8Array | null)[] = [];
  let edge: Uint8Array | null = null;
  for (const [height, { hashes }] of rows.entries()) {
    edges.push(edge);
    if (Math.floor(size / 2 ** height) % 2 === 0) continue;
    const last: Uint8Array = hashes.at(-1)!;
    edge = edge ? nodeHash(last, edge) : last;
  }
  return edges;
}
