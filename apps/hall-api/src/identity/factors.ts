import { hash, randomInt, timingSafeEqual } from "node:crypto";
import {
  type AccountTx,
  addFactor,
  endFactors,
  liveFactors,
  livePasskeys,
  spendFactor,
  takeSignCount,
  takeStep,
} from "@guildhall/db";
import type { Hall } from "../hall.ts";
import { checkSignature } from "./check-passkey.ts";
import type { FactorKey } from "./factor-key.ts";
import type { ShownPasskey } from "./passkey-input.ts";
import { isPassword } from "./password.ts";
import { relyingParty } from "./relying-party.ts";
import { FailedAttempt } from "./sign-in-guard.ts";
import { matchTotp } from "./totp.ts";

/** What somebody shows: it is checked and, where it counts once, spent, in the transaction that rests on it. */

export const RECOVERY_CODES = 10;
/** Without what is mistaken for something else: 20 of these are 100 bits. */
const LETTERS = "23456789abcdefghjkmnpqrstuvwxyz";

/** Kinds of second factor that an account is set up with. Recovery codes stand in for them and are none themselves. */
export const SECOND_FACTORS = ["totp", "passkey"] as const;
export type SecondFactor = (typeof SECOND_FACTORS)[number];

/** Empty where a password is enough to come in. */
export async function secondFactorsOf(tx: AccountTx): Promise<SecondFactor[]> {
  const totp = await liveFactors(tx, "totp");
  const passkeys = await livePasskeys(tx);
  return SECOND_FACTORS.filter((kind) => (kind === "totp" ? totp : passkeys).length > 0);
}

/** What is shown as a second factor: a code, or what a passkey signed of a challenge that is spent with this. */
export type ShownFactor = { code: string } | { passkey: ShownPasskey; challenge: Uint8Array };

/** @returns which kind it was, or null where it is none of the account's */
export function showSecondFactor(
  hall: Hall,
  tx: AccountTx,
  { accountId, factor, nowMs }: { accountId: string; factor: ShownFactor; nowMs: number },
): Promise<SecondFactor | "recovery" | null> {
  return "code" in factor
    ? showCode(tx, hall.factorKey, { accountId, code: factor.code, nowMs })
    : showPasskey(hall, tx, { ...factor, at: new Date(nowMs) });
}

async function showCode(
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

/** Another account's passkey is looked for among one's own, where it is not: it is answered as one that nobody has. */
async function showPasskey(
  hall: Hall,
  tx: AccountTx,
  { passkey, challenge, at }: { passkey: ShownPasskey; challenge: Uint8Array; at: Date },
): Promise<"passkey" | null> {
  const credentialId = Buffer.from(passkey.credential_id, "base64url");
  const known = (await livePasskeys(tx)).find((one) => credentialId.equals(one.credentialId));
  if (!known) return null;
  const { publicKey } = known;
  const checked = await checkSignature(relyingParty(hall.settings), passkey, { challenge, publicKey });
  if (!checked.isGood) {
    hall.log.info({ passkey: known.id, why: checked.why }, "a passkey was shown that is not good");
    return null;
  }
  // Two devices have one key, or somebody replays what was signed before.
  if (!(await takeSignCount(tx, known.id, { signCount: checked.signCount, at })))
    throw new FailedAttempt("a passkey's counter went back");
  return "passkey";
}

/** Also for an account that nobody has: the same work. @returns which factor it is, or null where it is none */
export async function showPassword(tx: AccountTx, password: string): Promise<string | null> {
  const [factor] = await liveFactors(tx, "password");
  return (await isPassword(factor?.secret ?? null, password)) && factor ? factor.id : null;
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
