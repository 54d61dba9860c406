import { type Growth, growTree } from "./growth.ts";
import { proofsOfGrowth } from "./inclusion.ts";
import { emptyRoot, nodeHash } from "./merkle.ts";

/**
 * The right edge of the log's tree: all that is needed to append to it and to know its root. It is what
 * `log_head` stores, so that any instance continues where the last one stopped.
 */
export interface Frontier {
  /** Leaves in the tree. */
  readonly size: number;
  /** The roots of its complete subtrees, one for each bit of the size, largest first. */
  readonly peaks: readonly Uint8Array[];
}

/** A complete subtree of 256^level leaves; `index` counts those of its level. Leaves themselves are level 0. */
export interface StoredNode {
  level: number;
  index: number;
  hash: Uint8Array;
}

export interface Appended {
  frontier: Frontier;
  root: Uint8Array;
  /** The subtrees that these leaves completed, from level 1 on: stored, they make any proof cheap. */
  nodes: StoredNode[];
  /** The inclusion proof of each of these leaves in the tree that ends with them. */
  proofs(): Uint8Array[][];
}

export function emptyFrontier(): Frontier {
  return { size: 0, peaks: [] };
}

/** Appends leaves; the data of a leaf of our log are the 32 bytes of a `receipt_hash`. */
export function appendLeaves(before: Frontier, leafData: readonly Uint8Array[]): Appended {
  const growth = growTree(before, leafData);
  const frontier = { size: growth.size, peaks: peaksOf(growth) };
  return {
    frontier,
    root: rootOf(frontier),
    nodes: completedNodes(before, growth),
    proofs: () => proofsOfGrowth(before.size, growth),
  };
}

export function rootOf({ peaks }: Frontier): Uint8Array {
  const smallest = peaks.at(-1);
  if (!smallest) return emptyRoot();
  let root = smallest;
  for (let i = peaks.length - 2; i >= 0; i--) root = nodeHash(peaks[i]!, root);
  return root;
}

/** The peaks one after another; the size is stored beside them. */
export function encodeFrontier(frontier: Frontier): Uint8Array {
  return Buffer.concat(frontier.peaks);
}

export function decodeFrontier(size: number, bytes: Uint8Array): Frontier {
  const count = peakCount(size);
  if (bytes.length !== count * 32)
    throw new RangeError(
      `Expected ${count} peaks of 32 bytes for a tree of ${size} leaves, got ${bytes.length} bytes; ` +
        "the stored frontier is damaged and must be rebuilt from the leaves.",
    );
  // Copies, because the caller's buffer may belong to the database driver; a Buffer's own slice copies nothing.
  const peaks = Array.from({ length: count }, (_, i) => new Uint8Array(bytes.subarray(i * 32, i * 32 + 32)));
  return { size, peaks };
}

function peakCount(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`Expected a tree size, got ${size}.`);
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}

function peaksOf({ size, rows, untouchedPeaks }: Growth): Uint8Array[] {
  const peaks = [...untouchedPeaks];
  for (let height = rows.length - 1; height >= 0; height--)
    if (Math.floor(size / 2 ** height) % 2 === 1) peaks.push(rows[height]!.hashes.at(-1)!);
  return peaks;
}

function completedNodes(before: Frontier, { rows }: Growth): StoredNode[] {
  const nodes: StoredNode[] = [];
  for (let level = 1; level * 8 < rows.length; level++) {
    const { first, hashes } = rows[level * 8]!;
    const firstNew = Math.floor(before.size / 256 ** level);
    for (let index = firstNew; index < first + hashes.length; index++)
      nodes.push({ level, index, hash: hashes[index - first]! });
  }
  return nodes;
}
