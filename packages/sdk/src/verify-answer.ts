import {
  type Check,
  type GoodReceipt,
  parseVerifierKey,
  type ReadReceipt,
  VerifyError,
} from "@guildhall/attestation/verify";
import { canonicalJson, type Seal, type StrictJson } from "@guildhall/protocol";
import type { FollowedKeys } from "./followed-keys.ts";
import { HallClientError } from "./hall-client-error.ts";
import type { JsonObject } from "./transport.ts";

/** A sealed receipt that the key vouches for, and the checks it passed. */
export interface Genuine {
  receipt: ReadReceipt;
  seal: Seal;
  treeSize: number;
  checks: Check[];
}

/** A vkey is wanted, because only its name ties the key to one Hall's log. */
export async function checkVerifierKeys(keys: readonly string[]): Promise<void> {
  try {
    for (const key of keys) await parseVerifierKey(key);
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause;
    throw new HallClientError("VERIFIER_KEY_MALFORMED", cause.message, { cause });
  }
}

/** @throws HallClientError RECEIPT_INVALID with the verdict, or KEY_HISTORY_INVALID */
export async function verifyReceipt(
  sealed: { receipt?: StrictJson | undefined; seal?: StrictJson | undefined },
  keys: FollowedKeys,
): Promise<Genuine> {
  const { receipt, seal } = sealed;
  const verdict = await keys.verify({ receipt, seal });
  if (!verdict.ok)
    throw new HallClientError(
      "RECEIPT_INVALID",
      `The Hall's receipt does not verify (${verdict.code}): ${verdict.message}`,
      { verdict },
    );
  return genuine(verdict, seal);
}

function genuine({ receipt, treeSize, checks }: GoodReceipt, seal: StrictJson | undefined): Genuine {
  // The verifier has read the seal, and only then says ok.
  return { receipt, seal: seal as unknown as Seal, treeSize, checks };
}

/** Refuses an answer in which `field` is not what the receipt seals. */
export function mustAgree(
  { checks }: Genuine,
  field: string,
  said: StrictJson | undefined,
  sealed: StrictJson | undefined,
): void {
  if (canonicalJson(said ?? null) === canonicalJson(sealed ?? null)) return;
  throw differs(checks, field, said, sealed);
}

export function differs(
  checks: Check[],
  field: string,
  said: StrictJson | undefined,
  sealed: StrictJson | undefined,
): HallClientError {
  const message = `Expected ${field} ${shown(sealed)} as the receipt seals it, found ${shown(said)}.`;
  return new HallClientError("RECEIPT_INVALID", message, {
    verdict: { ok: false, failed: "answer", code: "ANSWER_DIFFERS", field, message, checks },
  });
}

function shown(value: StrictJson | undefined): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 100 ? `${text.slice(0, 99).toWellFormed()}…` : text;
}

/** A field of a receipt's body that is an object. */
export function objectIn(genuine: Genuine, body: JsonObject | ReadReceipt, field: string): JsonObject {
  const value = body[field];
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw differs(genuine.checks, field, value, {});
}
