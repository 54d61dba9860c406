import { nodeHash } from "./merkle.ts";
import { HASH_BYTES, type ReadTile, TILE_WIDTH, tileWidth } from "./tile.ts";
import { VerifyError } from "./verify-error.ts";

/** One tree, seen through its tiles. Each is read once; nothing of them is proven until a root is compared. */
export class TileTree {
  private readonly size: number;
  private readonly read: ReadTile;
  private readonly tiles = new Map<string, Promise<Uint8Array[]>>();

  constructor(size: number, read: ReadTile) {
    this.size = size;
    this.read = read;
  }

  /** The hash over `count` leaves from `first`, as RFC 6962 splits them. */
  async hash(first: number, count: number): Promise<Uint8Array> {
    const left = splitOf(count);
    if (count === 1 || left * 2 === count) return this.completeSubtree(first, count);
    return nodeHash(await this.completeSubtree(first, left), await this.hash(first + left, count - left));
  }

  /** `count` is a power of two and `first` a multiple of it, so all its nodes lie in one tile. */
  private async completeSubtree(first: number, count: number): Promise<Uint8Array> {
    let level = 0;
    while (TILE_WIDTH ** (level + 1) <= count) level++;
    const start = first / TILE_WIDTH ** level;
    const nodes = await this.tile(level, Math.floor(start / TILE_WIDTH));
    const offset = start % TILE_WIDTH;
    let hashes = nodes.slice(offset, offset + count / TILE_WIDTH ** level);
    while (hashes.length > 1)
      hashes = await Promise.all(
        Array.from({ length: hashes.length / 2 }, (_, i) => nodeHash(hashes[i * 2]!, hashes[i * 2 + 1]!)),
      );
    return hashes[0]!;
  }

  private tile(level: number, index: number): Promise<Uint8Array[]> {
    const key = `${level}/${index}`;
    const known = this.tiles.get(key);
    if (known) return known;
    const tile = this.readTile(level, index);
    this.tiles.set(key, tile);
    return tile;
  }

  private async readTile(level: number, index: number): Promise<Uint8Array[]> {
    const width = tileWidth(level, index, this.size);
    const bytes = await this.read({ level, index, width });
    if (bytes.length !== width * HASH_BYTES)
      throw new VerifyError(
        "TILE_MALFORMED",
        `Expected ${width} hashes in tile ${index} of level ${level}, found ${bytes.length} bytes.`,
      );
    return Array.from({ length: width }, (_, i) => bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES));
  }
}

/** Where RFC 6962 splits `count` leaves: the largest power of two below. */
export function splitOf(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
