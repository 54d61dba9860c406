import { decodeBase64, encodeHex } from "./encoding.ts";
import { rootFromLeaves } from "./merkle.ts";
import { VerifyError } from "./verify-error.ts";

/** What a checkpoint's text says: nothing of it is proven before its note is verified. */
export interface CheckpointClaim {
  origin: string;
  treeSize: number;
  root: Uint8Array<ArrayBuffer>;
}

/** Reads the text of a C2SP tlog-checkpoint: origin, size, root; extension lines are signed but mean nothing. */
export async function readCheckpoint(text: string): Promise<CheckpointClaim> {
  const [origin = "", size = "", encodedRoot = "", ...extensions] = text.slice(0, -1).split("\n");
  if (origin === "") throw malformed("an origin on the first line");
  const treeSize = Number(size);
  if (!/^(?:0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(treeSize))
    throw malformed("a decimal tree size up to 2^53-1 on the second line");
  const root = decodeBase64(encodedRoot);
  if (root?.length !== 32) throw malformed("a root of 32 bytes in base64 on the third line");
  if (extensions.includes("")) throw malformed("no empty extension lines");
  if (treeSize === 0 && encodeHex(root) !== encodeHex(await rootFromLeaves([])))
    throw malformed("the root of the empty tree for size 0");
  return { origin, treeSize, root };
}

function malformed(expected: string): VerifyError {
  return new VerifyError("CHECKPOINT_MALFORMED", `Expected a checkpoint with ${expected}.`);
}
