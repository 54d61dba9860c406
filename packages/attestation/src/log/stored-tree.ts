import type { Frontier } from "./frontier.ts";
import { leafHash, nodeHash } from "./merkle.ts";

/**
 * Reads `count` nodes of the log from index `start`: at level 0 the leaf data (receipt hashes), above it
 * the hashes of complete subtrees of 256^level leaves, as `appendLeaves` returned them.
 */
export type ReadNodes = (level: number, start: number, count: number) => Promise<Uint8Array[]>;

/** The right edge that the tree of the first `size` leaves had, from what is stored of a tree at least as large. */
export async function frontierAt(size: number, read: ReadNodes): Promise<Frontier> {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`Expected a tree size, got ${size}.`);
  const tree = new StoredTree(size, read);
  const peaks: Uint8Array[] = [];
  let height = 0;
  while (2 ** (height + 1) <= size) height++;
  for (let first = 0; first < size; height--) {
    const count = 2 ** height;
    if (first + count > size) continue;
    peaks.push(await tree.completeSubtree(first, count));
    first += count;
  }
  return { size, peaks };
}

/** The stored nodes of one tree, read 256 at a time and each tile at most once. */
export class StoredTree {
  private readonly size: number;
  private readonly read: ReadNodes;
  private readonly tiles = new Map<string, Promise<Uint8Array[]>>();

  constructor(size: number, read: ReadNodes) {
    this.size = size;
    this.read = read;
  }

  /** The hash over `count` leaves from `first`, as RFC 6962 splits them. */
  async hash(first: number, count: number): Promise<Uint8Array> {
    const left = largestPowerOfTwoBelow(count);
    if (count === 1 || left * 2 === count) return this.completeSubtree(first, count);
    return nodeHash(await this.completeSubtree(first, left), await this.hash(first + left, count - left));
  }

  /** `count` is a power of two and `first` a multiple of it, so all its nodes lie in one tile. */
  async completeSubtree(first: number, count: number): Promise<Uint8Array> {
    let level = 0;
    while (256 ** (level + 1) <= count) level++;
    const start = first / 256 ** level;
    const nodes = await this.tile(level, Math.floor(start / 256));
    let hashes = nodes.slice(start % 256, (start % 256) + count / 256 ** level);
    while (hashes.length > 1)
      hashes = Array.from({ length: hashes.length / 2 }, (_, i) =>
        nodeHash(hashes[i * 2]!, hashes[i * 2 + 1]!),
      );
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

/** Where RFC 6962 splits `count` leaves. */
export function largestPowerOfTwoBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
