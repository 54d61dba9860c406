import { encodeHex } from "./encoding.ts";
import { parseVerifierKey, printVerifierKey, type VerifierKey } from "./key.ts";
import { brokenHistory, type KeyEntry, readIntroduced, readKeyEntries, readSuccessor } from "./key-entry.ts";
import { verifySealedReceipt } from "./receipt.ts";
import { type VerifyCode, VerifyError } from "./verify-error.ts";
import { sha256 } from "./web-crypto.ts";

/**
 * A key of a Hall's log and for which sizes of the tree it speaks. Positions and not times: a receipt could say any
 * time, and no checkpoint can move a leaf.
 */
export interface LogKey {
  /** As other people keep it: `origin+hash+key`. */
  verifierKey: string;
  keyId: string;
  /** It signs trees larger than this. */
  after: number;
  /** And none larger than this; null for today's key. */
  upTo: number | null;
  /** The log's own time of its entries; null where the history does not reach there. */
  introducedAt: string | null;
  retiredAt: string | null;
  /** After this log time it counts for nothing; null where only retiring ends it. */
  notAfter: string | null;
}

export type KeyHistoryVerdict =
  | { ok: true; keys: LogKey[]; current: LogKey }
  | { ok: false; code: VerifyCode; message: string };

/**
 * Follows a Hall from the key that the caller has pinned to today's. Each new key stands in an entry of the Hall's
 * own chain that is sealed under the key before; each old one is retired by an entry sealed under the new.
 *
 * `history` are sealed receipts in any order, as `/.well-known/hall-keys.json` gives them; what is no entry of a log
 * key is passed over. Nothing in it is believed that does not lead from the pinned key. With `known`, the keys that
 * an earlier history led to, a history that takes back any of them is refused: else whoever holds a retired key could
 * show one that ends before it was retired.
 */
export async function verifyKeyHistory(
  pinned: string,
  history: readonly unknown[],
  { known = [] }: { known?: readonly LogKey[] } = {},
): Promise<KeyHistoryVerdict> {
  try {
    const keys = await follow(await parseVerifierKey(pinned), history);
    checkContinues(known, keys);
    return { ok: true, keys, current: keys.at(-1)! };
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

/** The key that speaks for a tree of this size, or null where none that is known does. */
export function keyAt(keys: readonly LogKey[], treeSize: number): LogKey | null {
  return keys.find(({ after, upTo }) => treeSize > after && (upTo === null || treeSize <= upTo)) ?? null;
}

async function follow(pinned: VerifierKey, history: readonly unknown[]): Promise<LogKey[]> {
  const keys: LogKey[] = [await logKey(pinned, null)];
  let introduced: { key: LogKey; entry: KeyEntry } | null = null;
  for (const entry of await readKeyEntries(pinned.name, history)) {
    const { receipt } = entry;
    const current = keys.at(-1)!;
    if (receipt.action === "introduced") {
      const { publicKey, notAfter } = readIntroduced(receipt);
      const key = await logKey({ name: pinned.name, publicKey }, notAfter);
      if (receipt.subject !== key.keyId)
        throw brokenHistory(`an entry named for its key ${key.keyId}`, `${receipt.subject}`);
      if (key.verifierKey === current.verifierKey) {
        if (await isVouchedForBy(entry, current))
          Object.assign(current, { introducedAt: receipt.logged_at, notAfter });
        introduced = null;
      } else if (!isBefore(keys, current, entry)) {
        introduced = { key: { ...key, introducedAt: receipt.logged_at }, entry };
      }
      continue;
    }
    const successor = readSuccessor(receipt);
    if (keys.length === 1 && successor === current.keyId) {
      await checkSealedUnder(entry, current);
      current.after = receipt.leaf_index;
      continue;
    }
    if (receipt.subject !== current.keyId) continue;
    if (introduced === null || successor !== introduced.key.keyId)
      throw brokenHistory(`the entry that introduces ${successor}`, "none before its predecessor is retired");
    await checkSealedUnder(introduced.entry, current);
    await checkSealedUnder(entry, introduced.key);
    if (introduced.entry.treeSize > receipt.leaf_index)
      throw brokenHistory(
        `${introduced.key.keyId} introduced under a checkpoint of at most ${receipt.leaf_index} leaves, while ${current.keyId} spoke`,
        `one of ${introduced.entry.treeSize}`,
      );
    Object.assign(current, { upTo: receipt.leaf_index, retiredAt: receipt.logged_at });
    keys.push({ ...introduced.key, after: receipt.leaf_index });
    introduced = null;
  }
  return keys;
}

/** Entries from before the pinned key's own introduction, which its predecessors sealed. */
function isBefore(keys: readonly LogKey[], current: LogKey, { receipt }: KeyEntry): boolean {
  return keys.length === 1 && current.introducedAt === null && receipt.leaf_index < current.after;
}

async function checkSealedUnder({ receipt, seal }: KeyEntry, key: LogKey): Promise<void> {
  const verdict = await verifySealedReceipt({ receipt, seal }, key.verifierKey);
  if (!verdict.ok)
    throw new VerifyError(
      verdict.code,
      `Entry ${receipt.receipt_id} is not sealed under key ${key.keyId}: ${verdict.message}`,
    );
  if (key.notAfter !== null && receipt.logged_at >= key.notAfter)
    throw new VerifyError(
      "KEY_EXPIRED",
      `Key ${key.keyId} ended ${key.notAfter} and vouches for nothing after; entry ${receipt.receipt_id} is from ${receipt.logged_at}.`,
    );
}

/**
 * Whether the pinned key signed the checkpoint over the entry that introduced it, as it does beside its predecessor,
 * who signed the receipt itself. Where it did not, the entry says nothing about it: it is not for us to believe.
 */
async function isVouchedForBy({ receipt, seal }: KeyEntry, key: LogKey): Promise<boolean> {
  const verdict = await verifySealedReceipt(
    { receipt: { ...receipt, signature: null }, seal },
    key.verifierKey,
  );
  if (verdict.ok || verdict.code === "NOTE_KEY_UNKNOWN") return verdict.ok;
  throw new VerifyError(
    verdict.code,
    `Entry ${receipt.receipt_id}, which introduces key ${key.keyId}, does not verify: ${verdict.message}`,
  );
}

/** A key that was followed stays, and one that was retired stays retired where it was. */
function checkContinues(known: readonly LogKey[], keys: readonly LogKey[]): void {
  known.forEach((before, i) => {
    const now = keys[i];
    if (now?.verifierKey !== before.verifierKey || now.after < before.after)
      throw brokenHistory(`key ${before.keyId}, to which it led before`, now?.keyId ?? "an earlier end");
    if (before.upTo !== null && now.upTo !== before.upTo)
      throw brokenHistory(`key ${before.keyId} retired at leaf ${before.upTo}, as before`, `${now.upTo}`);
  });
}

async function logKey(key: VerifierKey, notAfter: string | null): Promise<LogKey> {
  return {
    verifierKey: await printVerifierKey(key),
    keyId: encodeHex((await sha256(key.publicKey)).subarray(0, 8)),
    after: 0,
    upTo: null,
    introducedAt: null,
    retiredAt: null,
    notAfter,
  };
}
