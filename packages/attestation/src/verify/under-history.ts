import { parseVerifierKey } from "./key.ts";
import { keyAt, type LogKey, verifyKeyHistory } from "./key-history.ts";
import { type ParsedNote, verifyNote } from "./note.ts";
import { type BadReceipt, CHECKS, type Verdict, type VerifyOptions, verifySealedReceipt } from "./receipt.ts";
import { readSealedReceipt } from "./sealed-receipt.ts";
import { type VerifyCode, VerifyError } from "./verify-error.ts";

/** Checks a sealed receipt like `verifySealedReceipt`, under the key that spoke for its tree at that size. */
export async function verifyUnderHistory(
  input: unknown,
  pinned: string,
  history: readonly unknown[],
  options: VerifyOptions = {},
): Promise<Verdict> {
  const known = await verifyKeyHistory(pinned, history);
  if (!known.ok) return refused("format", known.code, `The key's history: ${known.message}`);
  return verifyUnderKeys(input, known.keys, options);
}

/**
 * The same for whoever has many receipts and one history.
 * @param keys as `verifyKeyHistory` gave them, from the pinned key on
 */
export async function verifyUnderKeys(
  input: unknown,
  keys: readonly LogKey[],
  options: VerifyOptions = {},
): Promise<Verdict> {
  const [pinned] = keys;
  if (!pinned) throw new RangeError("Expected the keys of a log, got none.");
  let sealed: Awaited<ReturnType<typeof readSealedReceipt>>;
  try {
    sealed = await readSealedReceipt(input);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return verifySealedReceipt(input, pinned.verifierKey, options);
  }
  const { checkpoint, receipt } = sealed;
  const sealing = keyAt(keys, checkpoint.treeSize);
  if (sealing === null)
    return refused(
      "checkpoint",
      "KEY_NOT_YET",
      `The checkpoint of ${checkpoint.treeSize} leaves is from before the pinned key took over, after ${pinned.after}. Pin an earlier key of this Hall.`,
    );
  // A receipt keeps the signature that it was given, whoever seals it later.
  const signing = keyAt(keys, receipt.leaf_index + 1);
  const verdict =
    signing === null
      ? await verifyWithoutSignature(sealed, sealing, options)
      : await verifySealedReceipt(input, [...new Set([sealing.verifierKey, signing.verifierKey])], options);
  if (!verdict.ok && verdict.code !== "NOTE_KEY_UNKNOWN") return verdict;
  const { note } = sealed;
  if (await isOpenedBy(note, sealing)) {
    if (sealing.notAfter !== null && receipt.logged_at >= sealing.notAfter)
      return refused(
        "checkpoint",
        "KEY_EXPIRED",
        `Key ${sealing.keyId} ended ${sealing.notAfter}; the log has this receipt from ${receipt.logged_at}.`,
      );
    return verdict;
  }
  for (const key of keys) {
    if (key === sealing || !(await isOpenedBy(note, key))) continue;
    const isRetired = key.upTo !== null && checkpoint.treeSize > key.upTo;
    return refused(
      "checkpoint",
      isRetired ? "KEY_RETIRED" : "KEY_NOT_YET",
      isRetired
        ? `Key ${key.keyId} was retired at leaf ${key.upTo} (${key.retiredAt}), and signed a tree of ${checkpoint.treeSize} leaves.`
        : `Key ${key.keyId} signs trees larger than ${key.after}, and signed one of ${checkpoint.treeSize} leaves.`,
    );
  }
  return verdict.ok
    ? refused("checkpoint", "NOTE_KEY_UNKNOWN", `Expected a signature by key ${sealing.keyId}.`)
    : verdict;
}

/**
 * A receipt from before the pinned key took over was signed by a key that this one does not vouch for. It need not: the
 * checkpoint seals its hash.
 */
async function verifyWithoutSignature(
  { receipt, seal }: Pick<Awaited<ReturnType<typeof readSealedReceipt>>, "receipt" | "seal">,
  { verifierKey, keyId }: LogKey,
  options: { previous?: unknown },
): Promise<Verdict> {
  const verdict = await verifySealedReceipt(
    { receipt: { ...receipt, signature: null }, seal },
    verifierKey,
    options,
  );
  if (!verdict.ok || receipt.signature === null) return verdict;
  const detail = `It was signed by a key from before ${keyId}, which does not vouch for it; its checkpoint seals it.`;
  const checks = verdict.checks.map((check) => (check.name === "signature" ? { ...check, detail } : check));
  return { ...verdict, receipt, checks };
}

async function isOpenedBy(note: ParsedNote, { verifierKey }: LogKey): Promise<boolean> {
  try {
    await verifyNote(note, [await parseVerifierKey(verifierKey)]);
    return true;
  } catch (error) {
    if (error instanceof VerifyError) return false;
    throw error;
  }
}

function refused(failed: BadReceipt["failed"], code: VerifyCode, message: string): BadReceipt {
  const at = CHECKS.indexOf(failed);
  const checks = CHECKS.map((name, i) =>
    i === at
      ? { name, result: "failed" as const, detail: message }
      : { name, result: "skipped" as const, detail: `Not told: the ${failed} check failed.` },
  );
  return { ok: false, failed, code, message, checks };
}
