import type { Frontier } from "./frontier.ts";
import { growTree, type Row } from "./growth.ts";
import { leafHash, nodeHash } from "./merkle.ts";

/** RFC 6962 inclusion proofs (2.1.1): the hashes beside the way from a leaf to the root, leaf first. */

/**
 * Reads `count` nodes of the log from index `start`: at level 0 the leaf data (receipt hashes), above it
 * the hashes of complete subtrees of 256^level leaves, as `appendLeaves` returned them.
 */
export type ReadNodes = (level: number, start: number, count: number) => Promise<Uint8Array[]>;

/** The proof of one leaf in the tree of the first `size` leaves. Two reads a level, of at most 256 nodes. */
export async function inclusionProof(index: number, size: number, read: ReadNodes): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new RangeError(`Expected an index below the size, got index ${index} and size ${size}.`);

  const tiles = new Tiles(size, read);
  const proof: Uint8Array[] = [];
  let first = 0;
  // From the root down: `first` and `count` are the leaves of the subtree that holds the leaf.
  for (let count = size; count > 1; ) {
    const left = largestPowerOfTwoBelow(count);
    if (index - first < left) {
      proof.unshift(await subtreeHash(first + left, count - left, tiles));
      count = left;
    } else {
      proof.unshift(await subtreeHash(first, left, tiles));
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
  const { size, rows, untouchedPeaks } = growTree(before, leafData);
  const edges = rightEdges(size, rows);
  // Above the rows all new leaves lie in one incomplete subtree, with the old peaks to its left.
  const shared = untouchedPeaks.toReversed();
  return leafData.map((_, i) => {
    const proof: Uint8Array[] = [];
    let index = before.size + i;
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

/** The hash over `count` leaves from `first`, as RFC 6962 splits them. */
async function subtreeHash(first: number, count: number, tiles: Tiles): Promise<Uint8Array> {
  const left = largestPowerOfTwoBelow(count);
  if (count === 1 || left * 2 === count) return tiles.completeSubtree(first, count);
  return nodeHash(await tiles.completeSubtree(first, left), await subtreeHash(first + left, count - left, tiles));
}

/** The stored nodes around one proof, read 256 at a time and at most once. */
class Tiles {
  private readonly size: number;
  private readonly read: ReadNodes;
  private readonly tiles = new Map<string, Promise<Uint8Array[]>>();

  constructor(size: number, read: ReadNodes) {
    this.size = size;
    this.read = read;
  }

  /** `count` is a power of two and `first` a multiple of it, so all its nodes lie in one tile. */
  async completeSubtree(first: number, count: number): Promise<Uint8Array> {
    let level = 0;
    while (256 ** (level + 1) <= count) level++;
    const start = first / 256 ** level;
    const nodes = await this.tile(level, Math.floor(start / 256));
    let hashes = nodes.slice(start % 256, (start % 256) + count / 256 ** level);
    while (hashes.length > 1)
      hashes = Array.from({ length: hashes.length / 2 }, (_, i) => nodeHash(hashes[i * 2]!, hashes[i * 2 + 1]!));
    return hashes[0]!;
  }

  private tile(level: number, index: number): Promise<Uint8Array[]> {
    const key = `${level}/${index}`;
    const known = this.tiles.get(key);
    if (known) return known;
    const tile = this.readTile(level, index * 256);
    this.tiles.set(key, tile);
    return tile;
  }

  private async readTile(level: number, start: number): Promise<Uint8Array[]> {
    const count = Math.min(256, Math.floor(this.size / 256 ** level) - start);
    const nodes = await this.read(level, start, count);
    if (nodes.length !== count)
      throw new Error(
        `Expected ${count} nodes of level ${level} from index ${start} of the log, got ${nodes.length}; ` +
          "the stored tree is damaged and must be rebuilt from the leaves.",
      );
    return level === 0 ? nodes.map(leafHash) : nodes;
  }
}

function largestPowerOfTwoBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
