import { readCheckpoint } from "./checkpoint.ts";
import { encodeHex } from "./encoding.ts";
import { parseVerifierKey } from "./key.ts";
import { rootFromLeaves } from "./merkle.ts";
import { parseNote, verifyNote } from "./note.ts";
import { type VerifyCode, VerifyError } from "./verify-error.ts";

/**
 * Checks that these leaves, in this order, are the whole log that a checkpoint describes. A leaf's data are
 * the 32 bytes of a `receipt_hash`.
 */
export async function verifyLog(
  leafData: readonly Uint8Array[],
  checkpoint: string,
  key: string,
): Promise<LogVerdict> {
  try {
    const note = parseNote(checkpoint);
    const claim = await readCheckpoint(note.text);
    const verifierKey = await parseVerifierKey(key, claim.origin);
    if (verifierKey.name !== claim.origin)
      refuse("ORIGIN_MISMATCH", `a checkpoint of ${verifierKey.name}`, `one of ${claim.origin}`);
    await verifyNote(note, [verifierKey]);

    if (leafData.length !== claim.treeSize)
      refuse("LOG_SIZE_MISMATCH", `${claim.treeSize} leaves`, `${leafData.length}`);
    const root = encodeHex(await rootFromLeaves(leafData));
    if (root !== encodeHex(claim.root)) refuse("ROOT_MISMATCH", `root ${encodeHex(claim.root)}`, root);
    return { ok: true, origin: claim.origin, treeSize: claim.treeSize, root };
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

export type LogVerdict =
  | { ok: true; origin: string; treeSize: number; root: string }
  | { ok: false; code: VerifyCode; message: string };

function refuse(code: VerifyCode, expected: string, found: string): never {
  throw new VerifyError(code, `Expected ${expected}, found ${found}.`);
}
