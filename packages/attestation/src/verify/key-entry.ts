import { HALL_CHAIN, KeyIntroduced, KeyRetired, type Seal, SPEC_VERSION } from "@guildhall/protocol";
import { rawEd25519Key } from "./key.ts";
import { type ReadReceipt, readSealedReceipt } from "./sealed-receipt.ts";
import { VerifyError } from "./verify-error.ts";

/** An entry of the Hall's chain about a key of its log, not yet believed. */
export interface KeyEntry {
  /** Both as they were read, so that nothing else is verified. */
  receipt: ReadReceipt;
  seal: Seal;
  treeSize: number;
}

/**
 * The entries of a history that are about a key of this log, each once and in the log's order. What is no such entry
 * is passed over; one of another log's is a mistake that is told.
 */
export async function readKeyEntries(origin: string, history: readonly unknown[]): Promise<KeyEntry[]> {
  const entries = new Map<string, KeyEntry>();
  for (const sealed of history) {
    const { receipt, seal, checkpoint } = await readSealedReceipt(sealed);
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
    entries.set(receipt.receipt_hash, { seal, receipt, treeSize: checkpoint.treeSize });
  }
  return [...entries.values()].sort((a, b) => a.receipt.leaf_index - b.receipt.leaf_index);
}

/** The key that an entry introduces, and when it ends. @throws VerifyError KEY_HISTORY_BROKEN */
export function readIntroduced(receipt: ReadReceipt): {
  publicKey: Uint8Array<ArrayBuffer>;
  notAfter: string | null;
} {
  const { spki, not_after: notAfter } = readDetails(KeyIntroduced, receipt);
  const publicKey = rawEd25519Key(spki);
  if (publicKey === null) throw brokenHistory("an Ed25519 key for the log", "another key");
  return { publicKey, notAfter };
}

/** The key that takes over where an entry retires one. @throws VerifyError KEY_HISTORY_BROKEN */
export function readSuccessor(receipt: ReadReceipt): string | null {
  return readDetails(KeyRetired, receipt).successor;
}

export function brokenHistory(expected: string, found: string): VerifyError {
  return new VerifyError("KEY_HISTORY_BROKEN", `Expected ${expected}, found ${found}.`);
}

function readDetails<T>(
  schema: { safeParse(value: unknown): { success: boolean; data?: T } },
  { details, receipt_id: id }: ReadReceipt,
): T {
  const read = schema.safeParse(details);
  if (!read.success || read.data === undefined)
    throw brokenHistory(`the details of a key in entry ${id}`, "others");
  return read.data;
}
