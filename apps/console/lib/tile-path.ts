const TILE_WIDTH = 256;

/** Where the first tile of leaf hashes stands in a log of this size (C2SP tlog-tiles); null while it has no leaf. */
export function firstTilePath(sealedSize: number): string | null {
  if (sealedSize < 1) return null;
  return sealedSize < TILE_WIDTH ? `/log/tile/0/000.p/${sealedSize}` : "/log/tile/0/000";
}
