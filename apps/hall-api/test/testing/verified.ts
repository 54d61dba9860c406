import { type GoodReceipt, verifySealedReceipt } from "@guildhall/attestation/verify";
import { expect } from "vitest";

/** The receipt of an answer, once a stranger with the Hall's public key has found nothing wrong with it. */
export async function verified(
  answer: { receipt: object; seal: object },
  key: string,
): Promise<GoodReceipt["receipt"]> {
  const verdict = await verifySealedReceipt({ receipt: answer.receipt, seal: answer.seal }, key);
  expect(verdict).toMatchObject({ ok: true, knownKind: true });
  if (!verdict.ok) throw new Error(verdict.message);
  return verdict.receipt;
}
