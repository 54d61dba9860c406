import { HALL_CHAIN, KeyIntroduced, KeyRetired } from "@guildhall/protocol";
import type { LogKey } from "./key-history.ts";
import type { ReadReceipt } from "./sealed-receipt.ts";
import { verifyUnderKeys } from "./under-history.ts";

/** A key that the Hall's log introduced, in any role, and whether it retired it again. */
export interface RegisteredKey {
  keyId: string;
  roles: string[];
  algorithm: string;
  /** DER SubjectPublicKeyInfo, base64. */
  spki: string;
  isRetired: boolean;
}

/**
 * The register of a Hall's keys as its sealed entries say it: what no key of the log sealed is left out.
 * @param keys as `verifyKeyHistory` gave them
 */
export async function registeredKeys(
  history: readonly unknown[],
  keys: readonly LogKey[],
): Promise<RegisteredKey[]> {
  const found = new Map<string, RegisteredKey>();
  const retired = new Set<string>();
  for (const entry of history) {
    const verdict = await verifyUnderKeys(entry, keys);
    if (!verdict.ok || verdict.kind !== "key" || verdict.receipt.chain !== HALL_CHAIN) continue;
    const { action, subject, details } = verdict.receipt;
    if (action === "introduced") {
      const read = readIntroduced(subject, details);
      if (read) found.set(read.keyId, read);
    }
    if (action === "retired" && KeyRetired.safeParse(details).success) retired.add(String(subject));
  }
  return [...found.values()].map((key) => ({ ...key, isRetired: retired.has(key.keyId) }));
}

function readIntroduced(
  subject: ReadReceipt["subject"],
  details: ReadReceipt["details"],
): RegisteredKey | null {
  const read = KeyIntroduced.safeParse(details).data;
  if (read === undefined || typeof subject !== "string") return null;
  const { roles, algorithm, spki } = read;
  return { keyId: subject, roles, algorithm, spki, isRetired: false };
}
