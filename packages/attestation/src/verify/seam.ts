import { nodeHash, rootFromLeaves } from "./merkle.ts";
import type { ReadTile } from "./tile.ts";
import { splitOf, TileTree } from "./tile-tree.ts";
import { VerifyError } from "./verify-error.ts";

/**
 * The seam of a tree at an older size: the fewest hashes that give both the root of the whole and the root of
 * its first `older` leaves. Where they lead to the root that a log has signed, they also say what that log had
 * at the older size, whatever it signed then: so they convict a log that forked, and need nobody's word.
 */
export async function readSeam(older: number, newer: number, read: ReadTile): Promise<Uint8Array[]> {
  const tree = new TileTree(newer, read);
  return Promise.all(seamOf(older, newer).map(({ first, count }) => tree.hash(first, count)));
}

/** What the hashes of a seam lead to. @throws VerifyError PROOF_LENGTH_WRONG, SEAL_MALFORMED */
export async function rootsFromSeam(
  older: number,
  newer: number,
  hashes: readonly Uint8Array[],
): Promise<{ olderRoot: Uint8Array; newerRoot: Uint8Array }> {
  const parts = seamOf(older, newer);
  if (hashes.length !== parts.length)
    throw new VerifyError(
      "PROOF_LENGTH_WRONG",
      `Expected ${parts.length} hashes for ${older} of ${newer} leaves, found ${hashes.length}.`,
    );
  const odd = hashes.find((hash) => hash.length !== 32);
  if (odd) throw new VerifyError("SEAL_MALFORMED", `Expected hashes of 32 bytes, found ${odd.length} bytes.`);

  const left = [...hashes];
  const whole = async (first: number, count: number): Promise<Uint8Array> => {
    if (!isCut(older, first, count)) return left.shift()!;
    const split = splitOf(count);
    const leftHash = await whole(first, split);
    return nodeHash(leftHash, await whole(first + split, count - split));
  };
  const newerRoot = newer === 0 ? await rootFromLeaves([]) : await whole(0, newer);
  const peaks = hashes.slice(0, parts.filter(({ first }) => first < older).length);
  let olderRoot = peaks.pop() ?? (await rootFromLeaves([]));
  for (const peak of peaks.reverse()) olderRoot = await nodeHash(peak, olderRoot);
  return { olderRoot, newerRoot };
}

/** The subtrees of the newer tree that the older size does not cut, left to right. */
function seamOf(older: number, newer: number): { first: number; count: number }[] {
  if (!Number.isSafeInteger(older) || !Number.isSafeInteger(newer) || older < 0 || older > newer)
    throw new VerifyError(
      "TREE_SIZES_REVERSED",
      `Expected a newer tree that is not smaller than the older one, found ${newer} after ${older}.`,
    );
  const parts: { first: number; count: number }[] = [];
  const visit = (first: number, count: number): void => {
    if (!isCut(older, first, count)) {
      parts.push({ first, count });
      return;
    }
    const split = splitOf(count);
    visit(first, split);
    visit(first + split, count - split);
  };
  if (newer > 0) visit(0, newer);
  return parts;
}

function isCut(older: number, first: number, count: number): boolean {
  return first < older && first + count > older;
}
