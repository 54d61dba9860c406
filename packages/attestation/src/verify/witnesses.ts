import { checkCosignatures, parseWitnessKey } from "./cosignature.ts";
import { encodeHex } from "./encoding.ts";
import type { VerifierKey } from "./key.ts";
import type { ParsedNote } from "./note.ts";
import { VerifyError } from "./verify-error.ts";

/** Witnesses that a verifier knows, and how many of them must have cosigned. */
export interface Witnesses {
  /** As vkeys of type 4. */
  keys: readonly string[];
  /** All of them where it is not said. */
  threshold?: number;
}

export interface KnownWitnesses {
  keys: VerifierKey[];
  threshold: number;
}

/**
 * Reads a verifier's witnesses. One key under two names would be one witness that counts twice, and the log's own key
 * no witness at all.
 * @throws VerifyError KEY_MALFORMED
 */
export async function readWitnesses(
  { keys: texts, threshold = texts.length }: Witnesses,
  keysOfLog: readonly VerifierKey[],
): Promise<KnownWitnesses> {
  const keys = await Promise.all(texts.map(parseWitnessKey));
  const different = new Set([...keys, ...keysOfLog].map(({ publicKey }) => encodeHex(publicKey)));
  if (different.size < keys.length + new Set(keysOfLog.map(({ publicKey }) => encodeHex(publicKey))).size)
    throw refuse("KEY_MALFORMED", "witnesses of different keys, none of them the log's own", "one key twice");
  if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > keys.length)
    throw refuse(
      "KEY_MALFORMED",
      `a threshold from 1 to the number of witnesses, ${keys.length}`,
      `${threshold}`,
    );
  return { keys, threshold };
}

/**
 * Holds a checkpoint to its witnesses.
 * @returns who cosigned, in a sentence
 * @throws VerifyError COSIGNATURES_MISSING, NOTE_SIGNATURE_INVALID
 */
export async function requireCosigned(
  note: ParsedNote,
  { keys, threshold }: KnownWitnesses,
): Promise<string> {
  const found = await checkCosignatures(note, keys);
  const names = found.map(({ witness }) => witness);
  if (names.length < threshold)
    throw refuse(
      "COSIGNATURES_MISSING",
      `cosignatures of ${threshold} of the ${keys.length} given witnesses`,
      names.length === 0 ? "none" : `${names.length}: ${names.join(", ")}`,
    );
  return `Cosigned by ${names.join(", ")}.`;
}

function refuse(
  code: "KEY_MALFORMED" | "COSIGNATURES_MISSING",
  expected: string,
  found: string,
): VerifyError {
  return new VerifyError(code, `Expected ${expected}, found ${found}.`);
}
