import type { Frontier } from "./frontier.ts";
import { leafHash, nodeHash } from "./merkle.ts";

/**
 * Everything that a batch adds to a tree, one row a height: the hashes of the complete subtrees of 2^height
 * leaves that hold at least one new leaf, preceded by the old peak they join, if they join one.
 *
 * Each node is hashed once. New peaks, stored nodes and inclusion proofs are all read from these rows.
 */
export function growTree(before: Frontier, leafData: readonly Uint8Array[]): Growth {
  const size = before.size + leafData.length;
  if (!Number.isSafeInteger(size))
    throw new RangeError(`Expected a tree of at most 2^53-1 leaves, got ${size}.`);
  // Taken from the end, where the smallest peaks are.
  const peaks = [...before.peaks];
  const rows: Row[] = [];
  let hashes = leafData.map(leafHash);
  for (let first = before.size; hashes.length > 0; first = Math.floor(first / 2)) {
    // An odd number of complete subtrees of this height: the last of them is a peak and a left child.
    if (first % 2 === 1) {
      hashes.unshift(takePeak(peaks));
      first--;
    }
    rows.push({ first, hashes });
    hashes = parentsOf(hashes);
  }
  return { size, rows, untouchedPeaks: peaks };
}

export interface Growth {
  /** Of the tree with the batch. */
  size: number;
  rows: Row[];
  /** Peaks too large to be joined by this batch, largest first. */
  untouchedPeaks: Uint8Array[];
}

export interface Row {
  /** The index of the first hash among all subtrees of this height. Always even where an old peak leads. */
  first: number;
  hashes: Uint8Array[];
}

function takePeak(peaks: Uint8Array[]): Uint8Array {
  const peak = peaks.pop();
  if (!peak)
    throw new RangeError("Expected one peak for each bit of the tree's size; the frontier is damaged.");
  return peak;
}

/** A last hash without a neighbour has no parent yet. */
function parentsOf(hashes: readonly Uint8Array[]): Uint8Array[] {
  const parents: Uint8Array[] = [];
  for (let i = 0; i + 1 < hashes.length; i += 2) parents.push(nodeHash(hashes[i]!, hashes[i + 1]!));
  return parents;
}
