import type { ReadReceipt } from "./sealed-receipt.ts";
import { type VerifyCode, VerifyError } from "./verify-error.ts";

/** How the receipts of one chain hang together. The hashes of both receipts have been checked before. */

/** Only the first receipt of a chain has nothing before it. */
export function checkStart({ seq, prev_receipt_hash }: ReadReceipt): void {
  if ((seq === 0) === (prev_receipt_hash === null)) return;
  const expected =
    seq === 0 ? "no prev_receipt_hash in the first receipt" : `a prev_receipt_hash in receipt ${seq}`;
  throw new VerifyError("CHAIN_START", `Expected ${expected} of a chain, found ${prev_receipt_hash}.`);
}

/** `after` comes directly after `before` in the same chain of the same log. */
export function checkLink(before: ReadReceipt, after: ReadReceipt): void {
  if (after.hall !== before.hall || after.chain !== before.chain)
    refuse("CHAIN_OTHER", `chain ${before.chain} of ${before.hall}`, `chain ${after.chain} of ${after.hall}`);
  if (after.seq === before.seq) {
    if (after.receipt_hash === before.receipt_hash)
      refuse("CHAIN_DUPLICATE", `receipt ${before.seq} once`, "it twice");
    refuse("CHAIN_FORK", `one receipt ${before.seq}`, `${before.receipt_hash} and ${after.receipt_hash}`);
  }
  if (after.seq < before.seq)
    refuse("CHAIN_ORDER", `receipt ${before.seq + 1}`, `receipt ${after.seq}, an earlier one`);
  if (after.seq > before.seq + 1) refuse("CHAIN_GAP", `receipt ${before.seq + 1}`, `receipt ${after.seq}`);
  if (after.prev_receipt_hash !== before.receipt_hash)
    refuse("CHAIN_BROKEN", `prev_receipt_hash ${before.receipt_hash}`, `${after.prev_receipt_hash}`);
  // The log orders what the chain orders. Both texts are UTC with milliseconds and compare as they stand.
  if (after.leaf_index <= before.leaf_index || after.logged_at < before.logged_at)
    refuse(
      "CHAIN_ORDER",
      `a later leaf than ${before.leaf_index} (${before.logged_at})`,
      `leaf ${after.leaf_index} (${after.logged_at})`,
    );
}

function refuse(code: VerifyCode, expected: string, found: string): never {
  throw new VerifyError(code, `Expected ${expected}, found ${found}.`);
}
