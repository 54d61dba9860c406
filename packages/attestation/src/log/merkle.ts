import { hash } from "node:crypto";

/** The hashes of an RFC 6962 tree (also RFC 9162, 2.1). A leaf and a node can never be taken for each other. */

export function leafHash(data: Uint8Array): Uint8Array {
  const input = Buffer.allocUnsafe(1 + data.length);
  input[0] = 0x00;
  input.set(data, 1);
  return sha256(input);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1);
  nodeInput.set(right, 33);
  return sha256(nodeInput);
}

/** The root of a tree without leaves: the hash of nothing. */
export function emptyRoot(): Uint8Array {
  return sha256(new Uint8Array());
}

// Shared by all calls: it is filled and read within one synchronous call.
const nodeInput = Buffer.alloc(65, 0x01);

/** Through hex, because `hash(…, "buffer")` makes an ArrayBuffer each time and takes twice as long. */
function sha256(data: Uint8Array): Uint8Array {
  return Buffer.from(hash("sha256", data, "hex"), "hex");
}
