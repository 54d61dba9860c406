import type { QuarterName } from "./seal.ts";

/**
 * The pattern of a seal: heights from 0 to 15 for each quarter, taken from the very bytes that its check is
 * about. Two receipts look different, and the same receipt looks the same everywhere.
 */
export type Engraving = Record<QuarterName, number[]>;

export const TICKS = 18;

interface SealedParts {
  receipt: { receipt_hash: string; prev_receipt_hash?: unknown };
  seal: { checkpoint: string };
}

export function engrave({ receipt, seal }: SealedParts): Engraving {
  const lines = seal.checkpoint.trimEnd().split("\n");
  const previous = receipt.prev_receipt_hash;
  return {
    body: heights(receipt.receipt_hash),
    chain: heights(typeof previous === "string" ? previous : ""),
    // Of a checkpoint the third line is the log's root, and the last ends in the signature.
    inclusion: heights(lines[2] ?? ""),
    checkpoint: heights(lines.at(-1)?.split(" ").at(-1)?.slice(8) ?? ""),
  };
}

/** Any text of digits or base64; the first of a chain has nothing before it and stays plain. */
function heights(text: string): number[] {
  return Array.from({ length: TICKS }, (_, index) => {
    const digit = text[index * 2] ?? "";
    return /^[0-9a-f]$/.test(digit) ? Number.parseInt(digit, 16) : (digit.codePointAt(0) ?? 0) % 16;
  });
}
