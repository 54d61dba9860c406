import type { Verdict } from "@guildhall/attestation/verify";
import { followKey, followOn } from "./follow-key.ts";
import { hall } from "./hall-client.ts";
import type { KeyPin, PinnedKey } from "./pinned-key.ts";
import { readSeal, refusedSeal, type SealReading } from "./seal.ts";

/** Verification in this browser, under the key that this browser has pinned, or one that the log leads to from it. */

export interface CheckedSeal {
  reading: SealReading;
  pin: KeyPin;
}

/** The key that this browser checks with, held against the one that the Hall offers now. */
export function pinHere(offeredKey: string): Promise<KeyPin> {
  return followKey(window.localStorage, offeredKey, new Date().toISOString(), readHistory);
}

async function readHistory(): Promise<readonly unknown[]> {
  return (await hall.hall.keys.query({})).history;
}

/** @param input a sealed receipt, or the text of one */
export async function checkSeal(input: unknown, offeredKey: string, previous: unknown): Promise<CheckedSeal> {
  const pin = await pinHere(offeredKey);
  if (pin.status === "changed")
    return {
      pin,
      reading: refusedSeal(
        "This Hall now offers another key than the one pinned in this browser, so nothing was checked.",
      ),
    };
  const verdict = await judge(input, pin, previous);
  if (verdict.ok || !OF_ANOTHER_KEY.includes(verdict.code)) return { pin, reading: readSeal(verdict) };
  // A key from before the pinned one signed it, or the next one meanwhile: the log's entries tell which.
  const further = await followOn(window.localStorage, pin, readHistory);
  if ("because" in further) return { pin, reading: readSeal(verdict) };
  return { pin: further, reading: readSeal(await judge(input, further, previous)) };
}

const OF_ANOTHER_KEY: readonly string[] = ["SIGNATURE_INVALID", "NOTE_KEY_UNKNOWN"];

async function judge(input: unknown, pin: PinnedKey, previous: unknown): Promise<Verdict> {
  // Fetched when the first receipt is opened: the list has no use for it.
  const { verifySealedReceipt, verifyUnderKeys } = await import("@guildhall/attestation/verify");
  const options = previous === null ? {} : { previous };
  return pin.followed === null
    ? verifySealedReceipt(input, pin.key, options)
    : verifyUnderKeys(input, pin.followed, options);
}

/** SHA-256 of the public key's 32 bytes, in hex: what people compare. */
export async function fingerprint(verifierKey: string): Promise<string> {
  const { parseVerifierKey } = await import("@guildhall/attestation/verify");
  const { publicKey } = await parseVerifierKey(verifierKey);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", publicKey));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `3f9a 0c1b …`: the first 64 bits, in groups that can be read aloud. */
export function shortFingerprint(hex: string): string {
  return hex.slice(0, 16).match(/.{4}/g)?.join(" ") ?? hex;
}
