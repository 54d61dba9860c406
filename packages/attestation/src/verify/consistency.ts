import { encodeHex } from "./encoding.ts";
import { nodeHash, rootFromLeaves } from "./merkle.ts";
import { VerifyError } from "./verify-error.ts";

/** A tree as a checkpoint claims it. */
export interface TreeClaim {
  treeSize: number;
  root: Uint8Array;
}

/** No proof between sizes that fit 63 bits is longer (C2SP tlog-witness). */
export const CONSISTENCY_PROOF_MAX = 63;

/**
 * Checks that the newer tree begins with the older one (RFC 9162, 2.1.4.2): nothing was changed, removed or put
 * in between. Sizes, roots and proof are whatever a stranger sent.
 * @throws VerifyError where the proof does not show it
 */
export async function checkConsistency(
  older: TreeClaim,
  newer: TreeClaim,
  proof: readonly Uint8Array[],
): Promise<void> {
  checkSizes(older, newer);
  checkLength(older.treeSize, newer.treeSize, proof);
  if (older.treeSize === 0) return sameRoot("of the empty tree", await rootFromLeaves([]), older.root);
  if (older.treeSize === newer.treeSize) return sameRoot("of both", older.root, newer.root);

  // Where the older tree is one complete subtree, the proof begins with what its root already says.
  const hashes = isPowerOfTwo(older.treeSize) ? [older.root, ...proof] : proof;
  let node = older.treeSize - 1;
  let last = newer.treeSize - 1;
  const climb = () => {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  };
  while (node % 2 === 1) climb();
  const [start, ...path] = hashes;
  let olderRoot = asHash(start);
  let newerRoot = olderRoot;
  for (const hash of path.map(asHash)) {
    if (node % 2 === 1 || node === last) {
      olderRoot = await nodeHash(hash, olderRoot);
      newerRoot = await nodeHash(hash, newerRoot);
      while (node % 2 === 0 && node > 0) climb();
    } else {
      newerRoot = await nodeHash(newerRoot, hash);
    }
    climb();
  }
  sameRoot(`of ${older.treeSize} leaves`, olderRoot, older.root);
  sameRoot(`of ${newer.treeSize} leaves`, newerRoot, newer.root);
}

function checkSizes({ treeSize: older }: TreeClaim, { treeSize: newer }: TreeClaim): void {
  if (Number.isSafeInteger(older) && Number.isSafeInteger(newer) && older >= 0 && older <= newer) return;
  throw new VerifyError(
    "TREE_SIZES_REVERSED",
    `Expected a newer tree that is not smaller than the older one, found ${newer} after ${older}.`,
  );
}

/** The length follows from the sizes alone, so a proof of another length is refused before anything is hashed. */
function checkLength(older: number, newer: number, proof: readonly Uint8Array[]): void {
  let expected = 0;
  if (older > 0 && older < newer) {
    let node = older - 1;
    let last = newer - 1;
    for (; node % 2 === 1; node = Math.floor(node / 2)) last = Math.floor(last / 2);
    if (node > 0) expected++;
    for (; last > 0; last = Math.floor(last / 2)) {
      if (node % 2 === 1 || node < last) expected++;
      node = Math.floor(node / 2);
    }
  }
  if (proof.length === expected && expected <= CONSISTENCY_PROOF_MAX) return;
  throw new VerifyError(
    "PROOF_LENGTH_WRONG",
    `Expected ${expected} hashes between ${older} and ${newer} leaves, found ${proof.length}.`,
  );
}

function asHash(hash: Uint8Array | undefined): Uint8Array {
  if (hash?.length === 32) return hash;
  throw new VerifyError("SEAL_MALFORMED", `Expected hashes of 32 bytes in the proof, found ${hash?.length}.`);
}

function sameRoot(what: string, expected: Uint8Array, found: Uint8Array): void {
  if (encodeHex(expected) === encodeHex(found)) return;
  throw new VerifyError(
    "ROOT_MISMATCH",
    `Expected one root ${what}, found ${encodeHex(expected)} and ${encodeHex(found)}.`,
  );
}

function isPowerOfTwo(size: number): boolean {
  let odd = size;
  while (odd % 2 === 0) odd /= 2;
  return odd === 1;
}
