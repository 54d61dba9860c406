import { checkLink } from "../verify/link.ts";
import { References, sentenceOf } from "../verify/references.ts";
import type { ReadReceipt } from "../verify/sealed-receipt.ts";
import { VerifyError } from "../verify/verify-error.ts";

/** What a receipt is not, although it is genuine by itself. */
export interface LinkFault {
  code: string;
  message: string;
}

/**
 * Follows the chains of receipts that come one after the other, each genuine by itself, and of which none is kept: of a
 * chain only what the next receipt has to fit to. Chains may be mixed; each has to be in its order, and may begin in its middle.
 */
export class ChainLines {
  readonly #chains = new Map<string, Followed>();
  readonly #withGaps: boolean;
  #refused = 0;
  /** Receipts that are missing between those that came. */
  missing = 0;

  constructor({ withGaps = false } = {}) {
    this.#withGaps = withGaps;
  }

  get chains(): number {
    return this.#chains.size;
  }

  /** Nothing is known of a line that was refused, so whichever chain lacks a receipt next may lack that one. */
  noteRefused(): void {
    this.#refused++;
  }

  async faultOf(receipt: ReadReceipt): Promise<LinkFault | null> {
    const name = `${receipt.hall} ${receipt.chain}`;
    const known = this.#chains.get(name);
    const isWhole = known ? known.references !== null : receipt.seq === 0;
    const fault = known ? linkFault(known.before, receipt) : null;
    const isGap = fault?.code === "CHAIN_GAP";
    const isExcused = isGap && (this.#withGaps || this.#refused > known!.refusedBefore);
    if (isGap) this.missing += receipt.seq - known!.before.seq - 1;
    // What goes back moves nothing: the receipts after it are held to the one before.
    if (fault && !isGap) return fault;
    const references = !isWhole || isGap ? null : (known?.references ?? (await References.fromStart()));
    this.#chains.set(name, { before: placeOf(receipt), references, refusedBefore: this.#refused });
    if (fault && !isExcused) return fault;
    const bad = references?.badIn(receipt);
    return bad ? { code: bad.code, message: sentenceOf(bad) } : null;
  }
}

interface Followed {
  before: ReadReceipt;
  /** Null where the chain is not known from its start. */
  references: References | null;
  refusedBefore: number;
}

function linkFault(before: ReadReceipt, after: ReadReceipt): LinkFault | null {
  try {
    checkLink(before, after);
    return null;
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** A few fields: the bodies of a million chains would not fit. */
function placeOf({ hall, chain, seq, receipt_hash, leaf_index, logged_at }: ReadReceipt): ReadReceipt {
  return { hall, chain, seq, receipt_hash, leaf_index, logged_at } as ReadReceipt;
}
