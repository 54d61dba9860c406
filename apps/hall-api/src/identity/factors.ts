import { hash, randomInt, timingSafeEqual } from "node:crypto";
import {
  type AccountTx,
  addFactor,
  endFactors,
  type Factor,
  liveFactors,
  spendFactor,
  takeStep,
} from "@guildhall/db";
import type { FactorKey } from "./factor-key.ts";
import { isPassword } from "./password.ts";
import { matchTotp } from "./totp.ts";

/** What somebody shows: it is checked and, where it counts once, spent, in the transaction that rests on it. */

export const RECOVERY_CODES = 10;
/** Without what is mistaken for something else: 20 of these are 100 bits. */
const LETTERS = "23456789abcdefghjkmnpqrstuvwxyz";

/** @returns which kind of second factor this code was, or null where it is none of the account's */
export async function showSecondFactor(
  tx: AccountTx,
  key: FactorKey,
  { accountId, code, nowMs }: { accountId: string; code: string; nowMs: number },
): Promise<"totp" | "recovery" | null> {
  const typed = code.replaceAll(/[\s-]/g, "").toLowerCase();
  if (/^[0-9]{6}$/.test(typed)) {
    for (const { id, secret } of await liveFactors(tx, "totp")) {
      const step = matchTotp(key.decrypt(secret, accountId), typed, nowMs);
      if (step !== null && (await takeStep(tx, id, step))) return "totp";
    }
    return null;
  }
  const digest = hash("sha256", typed, "buffer");
  const known = (await liveFactors(tx, "recovery")).find(({ secret }) => isSame(secret, digest));
  return known && (await spendFactor(tx, known.id, new Date(nowMs))) ? "recovery" : null;
}

/** True where a password is not enough to come in. */
export function wantsSecondFactor(factors: readonly Factor[]): boolean {
  return factors.some(({ kind }) => kind === "totp");
}

/** Also for an account that nobody has: the same work. */
export async function showPassword(tx: AccountTx, password: string): Promise<boolean> {
  const [factor] = await liveFactors(tx, "password");
  return isPassword(factor?.secret ?? null, password);
}

/** Ten new codes in place of all the old. They are in the answer and nowhere else. */
export async function renewRecoveryCodes(tx: AccountTx, accountId: string, at: Date): Promise<string[]> {
  await endFactors(tx, "recovery", at);
  const codes: string[] = [];
  for (let n = 0; n < RECOVERY_CODES; n++) {
    const code = Array.from({ length: 20 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
    const secret = hash("sha256", code, "buffer");
    await addFactor(tx, { accountId, kind: "recovery", secret, at, confirmed: true });
    codes.push(code.replaceAll(/(.{5})(?=.)/g, "$1-"));
  }
  return codes;
}

function isSame(stored: Uint8Array, digest: Uint8Array): boolean {
  return stored.byteLength === digest.byteLength && timingSafeEqual(stored, digest);
}
