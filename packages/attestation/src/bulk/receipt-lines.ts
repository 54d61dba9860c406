import { hash, type KeyObject, verify } from "node:crypto";
import { leafHash, nodeHash } from "../log/merkle.ts";
import { publicKeyObject } from "../signer/public-key.ts";
import { noteKeyHash, parseVerifierKey, type VerifierKey } from "../verify/key.ts";
import { checkStart } from "../verify/link.ts";
import { sidesOnPath } from "../verify/merkle.ts";
import { type ParsedNote, verifyNote } from "../verify/note.ts";
import { type Verdict, verifySealedReceipt } from "../verify/receipt.ts";
import {
  type ReadReceipt,
  readSealedReceipt,
  readSignedHead,
  type SignedHead,
} from "../verify/sealed-receipt.ts";
import { isOfSmallOrder } from "../verify/small-order.ts";
import { VerifyError } from "../verify/verify-error.ts";
import { readWitnesses, requireCosigned, type Witnesses } from "../verify/witnesses.ts";

/** What is said of one sealed receipt among many. */
export type LineVerdict = { ok: true; receipt: ReadReceipt; treeSize: number } | (Verdict & { ok: false });

/**
 * Checks sealed receipts one after the other, quicker than one at a time: keys are read once, a checkpoint that many share
 * is verified once, and the rest is node:crypto without a wait between. The pure verifier stays the judge: it reads every line,
 * and whatever is not plainly good here is asked of it, so that a refusal is always its own.
 */
export class ReceiptLines {
  readonly #keys: readonly string[];
  readonly #witnesses: Witnesses | undefined;
  /** By a checkpoint's text, taken apart. */
  readonly #heads = new Map<string, SignedHead>();
  /** Those of them whose signatures were verified. */
  readonly #signed = new WeakSet<ParsedNote>();
  #known: KnownKey[] | null = null;

  constructor(keys: readonly string[], witnesses?: Witnesses) {
    this.#keys = keys;
    this.#witnesses = witnesses;
  }

  async check(line: string | Uint8Array): Promise<LineVerdict> {
    const quick = await this.#checkQuickly(line);
    if (quick) return quick;
    const verdict = await verifySealedReceipt(line, this.#keys, { witnesses: this.#witnesses });
    if (!verdict.ok) return verdict;
    return { ok: true, receipt: verdict.receipt, treeSize: verdict.treeSize };
  }

  /** Null where it is not plainly good. */
  async #checkQuickly(line: string | Uint8Array): Promise<LineVerdict | null> {
    try {
      const { receipt, bodyBytes, signature, note, checkpoint, proof } = await readSealedReceipt(
        line,
        (text) => this.#readHead(text),
      );
      const keys = await this.#keysOf(checkpoint.origin);
      if (hash("sha256", bodyBytes, "hex") !== receipt.receipt_hash) return null;
      if (signature) {
        const signed = Buffer.from(receipt.receipt_hash);
        if (!keys.some(({ object }) => verify(null, signed, object, signature))) return null;
      }
      const { treeSize, origin, root } = checkpoint;
      if (receipt.hall !== origin || receipt.leaf_index >= treeSize) return null;
      const sides = sidesOnPath(receipt.leaf_index, treeSize);
      if (sides.length !== proof.length) return null;
      let node = leafHash(Buffer.from(receipt.receipt_hash, "hex"));
      for (const [i, side] of sides.entries())
        node = side === "left" ? nodeHash(proof[i]!, node) : nodeHash(node, proof[i]!);
      if (Buffer.compare(node, root) !== 0) return null;
      const keysOfLog = keys.filter(({ key }) => key.name === origin);
      if (!(await this.#isSigned(note, keysOfLog))) return null;
      checkStart(receipt);
      return { ok: true, receipt, treeSize };
    } catch (error) {
      if (error instanceof VerifyError) return null;
      throw error;
    }
  }

  /** A key without a name is taken for the log that each receipt names, as the pure verifier takes it. */
  async #keysOf(origin: string): Promise<KnownKey[]> {
    if (this.#known?.every(({ key }) => key.name === origin)) return this.#known;
    const keys = await Promise.all(this.#keys.map((text) => parseVerifierKey(text, origin)));
    this.#known = await Promise.all(
      keys
        .filter(({ publicKey }) => !isOfSmallOrder(publicKey))
        .map(async (key) => ({
          key,
          keyHash: await noteKeyHash(key),
          object: publicKeyObject(key.publicKey),
        })),
    );
    return this.#known;
  }

  async #readHead(text: string): Promise<SignedHead> {
    const known = this.#heads.get(text);
    if (known) return known;
    const head = await readSignedHead(text);
    // Bounded: a file of a stranger may name a new one on each line.
    if (this.#heads.size >= CHECKPOINTS_MAX) this.#heads.clear();
    this.#heads.set(text, head);
    return head;
  }

  async #isSigned(note: ParsedNote, known: readonly KnownKey[]): Promise<boolean> {
    if (this.#signed.has(note)) return true;
    const keys = known.map(({ key }) => key);
    if (!isPlainlySigned(note, known)) await verifyNote(note, keys);
    if (this.#witnesses) await requireCosigned(note, await readWitnesses(this.#witnesses, keys));
    this.#signed.add(note);
    return true;
  }
}

/** A key of the caller's, made ready. */
interface KnownKey {
  key: VerifierKey;
  /** By which a note's line names it. */
  keyHash: string;
  object: KeyObject;
}

/** One line, and it is good. Where there are more, one of them may be bad. */
function isPlainlySigned({ text, signatures }: ParsedNote, known: readonly KnownKey[]): boolean {
  const [line] = signatures;
  if (line === undefined || signatures.length > 1) return false;
  return known.some(
    ({ key, keyHash, object }) =>
      key.name === line.name &&
      keyHash === line.keyHash &&
      verify(null, Buffer.from(text), object, line.signature),
  );
}

const CHECKPOINTS_MAX = 1024;
