import { encodeHex } from "./encoding.ts";
import type { ReceiptParts } from "./sealed-receipt.ts";
import { VerifyError } from "./verify-error.ts";
import { sha256 } from "./web-crypto.ts";

/** Refuses a receipt whose canonical body, without `receipt_hash` and `signature`, has another hash. */
export async function checkHash({ receipt, bodyBytes }: ReceiptParts): Promise<void> {
  const found = encodeHex(await sha256(bodyBytes));
  if (found !== receipt.receipt_hash)
    throw new VerifyError(
      "HASH_MISMATCH",
      `Expected a body that hashes to receipt_hash ${receipt.receipt_hash}, this one hashes to ${found}: ` +
        "the body or its hash was changed after it was sealed.",
    );
}
