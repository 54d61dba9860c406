import { Misbehaviour, readStrictJson, type StrictJson, StrictJsonError } from "@guildhall/protocol";
import type { CheckpointClaim } from "./checkpoint.ts";
import { decodeBase64, encodeHex } from "./encoding.ts";
import { FollowedLog } from "./followed-log.ts";
import { rootsFromSeam } from "./seam.ts";
import { type VerifyCode, VerifyError } from "./verify-error.ts";

export type MisbehaviourVerdict =
  | {
      ok: true;
      kind: Misbehaviour["kind"];
      origin: string;
      earlier: { treeSize: number; root: string };
      later: { treeSize: number; root: string };
      /** True where the signatures alone convict the log, whoever wrote the file. */
      isProven: boolean;
    }
  | { ok: false; code: VerifyCode; message: string };

/**
 * Checks the file of a stranger, of a log whose key changed under the key that spoke for each tree: that the log's key signed both checkpoints and that they are what the file says.
 * - `fork`: two histories, both signed. Proven by the file alone.
 * - `rollback`: the log signed both; that it showed the smaller one later is the word of whoever wrote the file.
 * - `tiles`: the tiles it served do not lead to what it signed. Tiles are not signed, so the file only tells.
 */
export async function checkMisbehaviour(
  input: string | Uint8Array,
  keys: readonly string[],
  { history = [] }: { history?: readonly unknown[] } = {},
): Promise<MisbehaviourVerdict> {
  try {
    const file = readFile(input);
    const log = new FollowedLog(keys);
    if (history.length > 0) {
      const followed = await log.learn(history, file.origin);
      if (!followed.ok) return followed;
    }
    const [earlier, later] = [await log.open(file.earlier), await log.open(file.later)];
    if (earlier.origin !== file.origin || later.origin !== file.origin)
      throw new VerifyError(
        "ORIGIN_MISMATCH",
        `Expected two checkpoints of ${file.origin}, found ${earlier.origin} and ${later.origin}.`,
      );
    await checkKind(file, earlier, later);
    return {
      ok: true,
      kind: file.kind,
      origin: file.origin,
      earlier: summary(earlier),
      later: summary(later),
      isProven: file.kind === "fork",
    };
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

async function checkKind(
  file: Misbehaviour,
  earlier: CheckpointClaim,
  later: CheckpointClaim,
): Promise<void> {
  if (file.kind === "rollback") {
    if (earlier.treeSize > later.treeSize) return;
    throw notShown(`a tree that shrank, found ${earlier.treeSize} leaves and then ${later.treeSize}`);
  }
  const [older, newer] = earlier.treeSize <= later.treeSize ? [earlier, later] : [later, earlier];
  if (file.kind === "fork" && older.treeSize === newer.treeSize) {
    if (!isSame(older.root, newer.root)) return;
    throw notShown("two roots of one size, found the same root twice");
  }
  const hashes = file.hashes.map((text) => {
    const hash = decodeBase64(text);
    if (hash?.length === 32) return hash;
    throw new VerifyError("SEAL_MALFORMED", "Expected hashes of 32 bytes in base64.");
  });
  const { olderRoot, newerRoot } = await rootsFromSeam(older.treeSize, newer.treeSize, hashes);
  const leadsToNewer = isSame(newerRoot, newer.root);
  if (file.kind === "tiles") {
    if (!leadsToNewer) return;
    throw notShown("tiles that lead to another root than the signed one");
  }
  // They are hashes of the newer tree only if they lead to its signed root; then the older root is its own.
  if (!leadsToNewer) throw notShown(`hashes that lead to the signed root of ${newer.treeSize} leaves`);
  if (isSame(olderRoot, older.root))
    throw notShown("two histories: the larger tree begins with the smaller one, as it should");
}

function readFile(input: string | Uint8Array): Misbehaviour {
  let value: StrictJson;
  try {
    value = readStrictJson(input);
  } catch (cause) {
    if (!(cause instanceof StrictJsonError)) throw cause;
    throw new VerifyError("JSON_NOT_STRICT", `${cause.code}: ${cause.message}`, { cause });
  }
  const read = Misbehaviour.safeParse(value);
  if (read.success) return read.data;
  const [problem] = read.error.issues;
  throw notShown(`a file as a log monitor writes it (${problem?.path.join(".")}: ${problem?.message})`);
}

function notShown(expected: string): VerifyError {
  return new VerifyError("MISBEHAVIOUR_NOT_SHOWN", `Expected ${expected}.`);
}

function summary({ treeSize, root }: CheckpointClaim) {
  return { treeSize, root: encodeHex(root) };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return encodeHex(a) === encodeHex(b);
}
