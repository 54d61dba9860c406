import { checkHash } from "./body-hash.ts";
import { checkLink, checkStart } from "./link.ts";
import { type ReadReceipt, readReceipt } from "./sealed-receipt.ts";
import { type VerifyCode, VerifyError } from "./verify-error.ts";

/**
 * Checks that receipts are one chain: from its start (or directly after `previous`), without a gap, each
 * naming the hash of the one before it. That the last of them is the chain's last, a chain cannot show:
 * compare the count with what a checkpoint covers.
 *
 * Receipts come sealed or not; seals are not checked here.
 */
export async function verifyChain(
  receipts: readonly unknown[],
  options: { previous?: unknown } = {},
): Promise<ChainVerdict> {
  const chain: ReadReceipt[] = [];
  let at = 0;
  try {
    let before = options.previous === undefined ? null : await readGenuine(options.previous);
    for (const input of receipts) {
      const receipt = await readGenuine(input);
      chain.push(receipt);
      if (before) checkLink(before, receipt);
      else checkFirst(receipt);
      before = receipt;
      at++;
    }
    return { ok: true, receipts: chain };
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    const { code, message } = error;
    return code === "CHAIN_FORK"
      ? { ok: false, at, code, message, evidence: [receipts[at - 1] ?? options.previous, receipts[at]] }
      : { ok: false, at, code, message };
  }
}

export type ChainVerdict =
  | { ok: true; receipts: ReadReceipt[] }
  | {
      ok: false;
      /** Position in the list of the first receipt that does not fit. */
      at: number;
      code: VerifyCode;
      message: string;
      /** For CHAIN_FORK: the two receipts as they were given. With their seals they convict the Hall. */
      evidence?: [unknown, unknown];
    };

async function readGenuine(input: unknown): Promise<ReadReceipt> {
  const parts = readReceipt(input);
  await checkHash(parts);
  checkStart(parts.receipt);
  return parts.receipt;
}

function checkFirst({ seq }: ReadReceipt): void {
  if (seq !== 0)
    throw new VerifyError(
      "CHAIN_START",
      `Expected receipt 0 first, found receipt ${seq}; give the one before it as previous to check a part.`,
    );
}
