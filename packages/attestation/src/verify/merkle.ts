import { joinBytes } from "./encoding.ts";
import { VerifyError } from "./verify-error.ts";
import { sha256 } from "./web-crypto.ts";

/** RFC 6962 trees, seen by a verifier (RFC 9162, 2.1): index, size and proof are whatever a stranger sent. */

/** The root that a tree of `size` leaves must have if `leafData` is its leaf number `index`. */
export async function rootFromInclusion(
  index: number,
  size: number,
  leafData: Uint8Array,
  proof: readonly Uint8Array[],
): Promise<Uint8Array<ArrayBuffer>> {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new VerifyError(
      "INDEX_NOT_IN_TREE",
      `Expected a leaf index below the tree's size, found index ${index} and size ${size}.`,
    );
  const path = sidesOnPath(index, size);
  if (proof.length !== path.length)
    throw new VerifyError(
      "PROOF_LENGTH_WRONG",
      `Expected ${path.length} hashes for leaf ${index} of ${size}, found ${proof.length}.`,
    );
  let hash = await leafHash(leafData);
  for (const [i, side] of path.entries()) {
    const beside = proof[i]!;
    if (beside.length !== 32)
      throw new VerifyError(
        "SEAL_MALFORMED",
        `Expected hashes of 32 bytes in the proof, found ${beside.length} bytes.`,
      );
    hash = side === "left" ? await nodeHash(beside, hash) : await nodeHash(hash, beside);
  }
  return hash;
}

/** The root over a complete list of leaves. */
export async function rootFromLeaves(leafData: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  if (leafData.length === 0) return sha256(new Uint8Array());
  let row = await Promise.all(leafData.map(leafHash));
  while (row.length > 1) {
    const parents = Array.from({ length: row.length >> 1 }, (_, i) => nodeHash(row[i * 2]!, row[i * 2 + 1]!));
    // A last node without a neighbour moves up as it is.
    const lonely = row.length % 2 === 1 ? [row.at(-1)!] : [];
    row = [...(await Promise.all(parents)), ...lonely];
  }
  return row[0]!;
}

/** On which side of the way each hash of the proof stands, from the leaf up. Sizes may exceed 32 bits. */
export function sidesOnPath(index: number, size: number): ("left" | "right")[] {
  const sides: ("left" | "right")[] = [];
  for (
    let node = index, last = size - 1;
    last > 0;
    node = Math.floor(node / 2), last = Math.floor(last / 2)
  ) {
    if (node % 2 === 1) sides.push("left");
    else if (node < last) sides.push("right");
    // The last node of a row without a neighbour moves up as it is: no hash.
  }
  return sides;
}

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);

export function leafHash(data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return sha256(joinBytes(LEAF, data));
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return sha256(joinBytes(NODE, left, right));
}
