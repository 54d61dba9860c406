import { HALL_CHAIN, KeyIntroduced, KeyRetired, SPEC_VERSION } from "@guildhall/protocol";
import { decodeBase64, encodeBase64, encodeHex } from "./encoding.ts";
import { noteKeyHash, parseVerifierKey, type VerifierKey } from "./key.ts";
import { type ParsedNote, verifyNote } from "./note.ts";
import { type BadReceipt, CHECKS, type Verdict, verifySealedReceipt } from "./receipt.ts";
import { type ReadReceipt, readSealedReceipt } from "./sealed-receipt.ts";
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
 * key is passed over. Nothing in it is believed that does not lead from the pinned key.
 */
export async function verifyKeyHistory(
  pinned: string,
  history: readonly unknown[],
): Promise<KeyHistoryVerdict> {
  try {
    const keys = await follow(await parseVerifierKey(pinned), history);
    return { ok: true, keys, current: keys.at(-1)! };
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

/** Checks a sealed receipt like `verifySealedReceipt`, under the key that spoke for its tree at that size. */
export async function verifyUnderHistory(
  input: unknown,
  pinned: string,
  history: readonly unknown[],
  options: { previous?: unknown } = {},
): Promise<Verdict> {
  const known = await verifyKeyHistory(pinned, history);
  if (!known.ok) return refused("format", known.code, `The key's history: ${known.message}`);
  const { keys } = known;
  let sealed: Awaited<ReturnType<typeof readSealedReceipt>>;
  try {
    sealed = await readSealedReceipt(input);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return verifySealedReceipt(input, pinned, options);
  }
  const { checkpoint, receipt } = sealed;
  const sealing = keyAt(keys, checkpoint.treeSize);
  if (sealing === null)
    return refused(
      "checkpoint",
      "KEY_NOT_YET",
      `The checkpoint of ${checkpoint.treeSize} leaves is from before the pinned key took over, after ${keys[0]!.after}. Pin an earlier key of this Hall.`,
    );
  // A receipt keeps the signature that it was given, whoever seals it later.
  const signing = keyAt(keys, receipt.leaf_index + 1) ?? sealing;
  const verdict = await verifySealedReceipt(
    input,
    [...new Set([sealing.verifierKey, signing.verifierKey])],
    options,
  );
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

/** The key that speaks for a tree of this size, or null where none that is known does. */
export function keyAt(keys: readonly LogKey[], treeSize: number): LogKey | null {
  return keys.find(({ after, upTo }) => treeSize > after && (upTo === null || treeSize <= upTo)) ?? null;
}

/** An entry of the Hall's chain about a key of its log, not yet believed. */
interface KeyEntry {
  sealed: unknown;
  receipt: ReadReceipt;
  treeSize: number;
}

async function follow(pinned: VerifierKey, history: readonly unknown[]): Promise<LogKey[]> {
  const keys: LogKey[] = [await logKey(pinned, null)];
  let introduced: { key: LogKey; entry: KeyEntry } | null = null;
  for (const entry of await readEntries(pinned.name, history)) {
    const { receipt, treeSize } = entry;
    const current = keys.at(-1)!;
    if (receipt.action === "introduced") {
      const details = readDetails(KeyIntroduced, receipt);
      const key = await logKey({ name: pinned.name, publicKey: rawKey(details.spki) }, details.not_after);
      if (receipt.subject !== key.keyId)
        throw broken(`an entry named for its key ${key.keyId}`, `${receipt.subject}`);
      // What came before the pinned key is not for it to vouch for.
      if (key.verifierKey === current.verifierKey) {
        Object.assign(current, { introducedAt: receipt.logged_at, notAfter: key.notAfter });
        introduced = null;
      } else if (!isBefore(keys, current, receipt)) {
        introduced = { key: { ...key, introducedAt: receipt.logged_at }, entry };
      }
      continue;
    }
    const { successor } = readDetails(KeyRetired, receipt);
    if (keys.length === 1 && successor === current.keyId) {
      await checkSealedUnder(entry, current);
      current.after = receipt.leaf_index;
      continue;
    }
    if (receipt.subject !== current.keyId) continue;
    if (introduced === null || successor !== introduced.key.keyId)
      throw broken(`the entry that introduces ${successor}`, "none before its predecessor is retired");
    await checkSealedUnder(introduced.entry, current);
    await checkSealedUnder(entry, introduced.key);
    if (introduced.entry.treeSize > receipt.leaf_index)
      throw broken(
        `${introduced.key.keyId} introduced under a checkpoint of at most ${receipt.leaf_index} leaves, while ${current.keyId} spoke`,
        `one of ${introduced.entry.treeSize}`,
      );
    if (treeSize <= receipt.leaf_index) throw broken("a checkpoint that covers the entry", `${treeSize}`);
    Object.assign(current, { upTo: receipt.leaf_index, retiredAt: receipt.logged_at });
    keys.push({ ...introduced.key, after: receipt.leaf_index });
    introduced = null;
  }
  return keys;
}

/** Entries from before the pinned key's own introduction, which its predecessors sealed. */
function isBefore(keys: readonly LogKey[], current: LogKey, receipt: ReadReceipt): boolean {
  return keys.length === 1 && current.introducedAt === null && receipt.leaf_index < current.after;
}

async function readEntries(origin: string, history: readonly unknown[]): Promise<KeyEntry[]> {
  const entries = new Map<string, KeyEntry>();
  for (const sealed of history) {
    const { receipt, checkpoint } = await readSealedReceipt(sealed);
    const { kind, action, chain, hall, spec_version, details } = receipt;
    // A tenant's chain speaks of the tenant's keys, whatever their details say.
    if (kind !== "key" || chain !== HALL_CHAIN || spec_version !== SPEC_VERSION) continue;
    if (action !== "introduced" && action !== "retired") continue;
    const roles = typeof details === "object" && details !== null && "roles" in details ? details.roles : [];
    if (!Array.isArray(roles) || !roles.includes("log")) continue;
    if (hall !== origin)
      throw new VerifyError(
        "ORIGIN_MISMATCH",
        `Expected the history of ${origin}, found an entry of ${hall}.`,
      );
    entries.set(receipt.receipt_hash, { sealed, receipt, treeSize: checkpoint.treeSize });
  }
  return [...entries.values()].sort((a, b) => a.receipt.leaf_index - b.receipt.leaf_index);
}

async function checkSealedUnder({ sealed, receipt }: KeyEntry, key: LogKey): Promise<void> {
  const verdict = await verifySealedReceipt(sealed, key.verifierKey);
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

async function logKey(key: VerifierKey, notAfter: string | null): Promise<LogKey> {
  const typed = new Uint8Array(33);
  typed[0] = 0x01;
  typed.set(key.publicKey, 1);
  return {
    verifierKey: `${key.name}+${await noteKeyHash(key)}+${encodeBase64(typed)}`,
    keyId: encodeHex((await sha256(key.publicKey)).subarray(0, 8)),
    after: 0,
    upTo: null,
    introducedAt: null,
    retiredAt: null,
    notAfter,
  };
}

/** The DER that precedes the 32 bytes of every Ed25519 public key (RFC 8410). */
const SPKI_PREFIX = "302a300506032b6570032100";

function rawKey(spki: string): Uint8Array<ArrayBuffer> {
  const der = decodeBase64(spki);
  if (der?.length !== 44 || encodeHex(der.subarray(0, 12)) !== SPKI_PREFIX)
    throw broken("an Ed25519 key for the log", "another key");
  return der.slice(12);
}

function readDetails<T>(
  schema: { safeParse(value: unknown): { success: boolean; data?: T } },
  { details, receipt_id: id }: ReadReceipt,
): T {
  const read = schema.safeParse(details);
  if (!read.success || read.data === undefined) throw broken(`the details of a key in entry ${id}`, "others");
  return read.data;
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

function broken(expected: string, found: string): VerifyError {
  return new VerifyError("KEY_HISTORY_BROKEN", `Expected ${expected}, found ${found}.`);
}
