/**
 * Tiles as C2SP tlog-tiles has them: up to 256 hashes side by side, level 0 of leaves, level L of complete
 * subtrees of 256^L leaves. A log that anyone can check serves nothing else.
 */
export interface Tile {
  level: number;
  /** Which of its level, from 0. */
  index: number;
  /** How many hashes: 256, or fewer at the right edge of a tree. */
  width: number;
}

export const TILE_WIDTH = 256;
export const HASH_BYTES = 32;

/** The bytes of a tile: `width` hashes. Whoever reads from a stranger checks the length. */
export type ReadTile = (tile: Tile) => Promise<Uint8Array>;

/** `0/x001/x234/067`, and for a partial tile `.p/` with its width. */
export function tilePath({ level, index, width }: Tile): string {
  const digits = `${index}`.padStart(Math.ceil(`${index}`.length / 3) * 3, "0");
  const parts = digits.match(/[0-9]{3}/g)!;
  const path = parts.map((part, i) => (i < parts.length - 1 ? `x${part}` : part)).join("/");
  return `${level}/${path}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/** The tile that a path names, or null for anything that is not the one spelling of a tile. */
export function parseTilePath(path: string): Tile | null {
  const read = /^([0-9]{1,2})\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path);
  if (!read) return null;
  const [, level = "", index = "", width] = read;
  const tile = {
    level: Number(level),
    index: Number(index.replaceAll(/[x/]/g, "")),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  const isInRange = tile.level < 64 && Number.isSafeInteger(tile.index) && tile.width > 0;
  return isInRange && tilePath(tile) === path ? tile : null;
}

/** How many hashes the tile has in a tree of `size` leaves; 0 where it has no such tile. */
export function tileWidth(level: number, index: number, size: number): number {
  const nodes = Math.floor(size / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, nodes - index * TILE_WIDTH));
}
