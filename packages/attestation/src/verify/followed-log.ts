import { type CheckpointClaim, readCheckpoint } from "./checkpoint.ts";
import { parseVerifierKey, printVerifierKey, type VerifierKey } from "./key.ts";
import { type KeyHistoryVerdict, keyAt, type LogKey, verifyKeyHistory } from "./key-history.ts";
import { type ParsedNote, parseNote, verifyNote } from "./note.ts";
import { VerifyError } from "./verify-error.ts";

/**
 * A log by the keys that somebody pinned and those to which its own entries lead from there. Nothing of a history is
 * believed that the pinned key does not introduce, and nothing that was once followed is taken back.
 */
export class FollowedLog {
  readonly #pinned: readonly string[];
  /** From the pinned key on; null until a history was followed. */
  #keys: readonly LogKey[] | null = null;
  #history: readonly unknown[] = [];
  /** One history at a time, each held to what the ones before led to. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param pinned each as `parseVerifierKey` reads it */
  constructor(pinned: readonly string[]) {
    this.#pinned = pinned;
  }

  get keys(): readonly LogKey[] | null {
    return this.#keys;
  }

  /** The entries that were followed: what is kept, so that the next start takes back nothing either. */
  get history(): readonly unknown[] {
    return this.#history;
  }

  /**
   * Follows what a Hall tells of its keys. Of several pinned keys that one counts from which the way is longest: it is the
   * oldest of them. @param origin the log's, where the pinned keys do not name it
   */
  learn(history: readonly unknown[], origin?: string): Promise<KeyHistoryVerdict> {
    const turn = this.#turn.then(() => this.#follow(history, origin));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Opens a checkpoint under the key that speaks for a tree of its size: a retired key's larger trees are nobody's.
   * @throws VerifyError
   */
  async open(note: string): Promise<CheckpointClaim> {
    const parsed = parseNote(note);
    const claim = await readCheckpoint(parsed.text);
    await verifyNote(parsed, await this.keysOf(claim.origin));
    await this.checkSpeaker(parsed, claim);
    return claim;
  }

  /** Every key of the log that is known, whatever it speaks for. */
  async keysOf(origin: string): Promise<VerifierKey[]> {
    const texts = this.#keys?.map(({ verifierKey }) => verifierKey) ?? this.#pinned;
    const keys = await Promise.all(texts.map((text) => parseVerifierKey(text, origin)));
    return keys.filter(({ name }) => name === origin);
  }

  /** @throws VerifyError KEY_NOT_YET or KEY_RETIRED where whoever signed does not speak for a tree of this size */
  async checkSpeaker(note: ParsedNote, { treeSize }: Pick<CheckpointClaim, "treeSize">): Promise<void> {
    if (this.#keys === null || treeSize === 0) return;
    const speaking = keyAt(this.#keys, treeSize);
    if (speaking && (await isSignedBy(note, speaking))) return;
    for (const { upTo, keyId, ...key } of this.#keys)
      if (upTo !== null && treeSize > upTo && (await isSignedBy(note, key)))
        throw new VerifyError(
          "KEY_RETIRED",
          `Key ${keyId} was retired at leaf ${upTo}, and signed a tree of ${treeSize} leaves.`,
        );
    throw new VerifyError(
      "KEY_NOT_YET",
      `Expected a checkpoint of ${treeSize} leaves by ${speaking?.keyId ?? "an earlier key than the pinned one"}.`,
    );
  }

  async #follow(history: readonly unknown[], origin: string | undefined): Promise<KeyHistoryVerdict> {
    const known = this.#keys ?? [];
    const pins = known[0] ? [known[0].verifierKey] : await this.#pins(origin);
    const verdicts = await Promise.all(pins.map((pin) => verifyKeyHistory(pin, history, { known })));
    const [longest] = verdicts
      .flatMap((verdict) => (verdict.ok ? [verdict] : []))
      .toSorted((a, b) => b.keys.length - a.keys.length);
    if (longest) {
      this.#keys = longest.keys;
      this.#history = history;
      return longest;
    }
    const [refused] = verdicts;
    if (refused === undefined) throw new RangeError("Expected the keys of a log, got none.");
    return refused;
  }

  #pins(origin: string | undefined): Promise<string[]> {
    return Promise.all(
      this.#pinned.map(async (text) => printVerifierKey(await parseVerifierKey(text, origin))),
    );
  }
}

async function isSignedBy(note: ParsedNote, { verifierKey }: Pick<LogKey, "verifierKey">): Promise<boolean> {
  try {
    await verifyNote(note, [await parseVerifierKey(verifierKey)]);
    return true;
  } catch (error) {
    if (error instanceof VerifyError) return false;
    throw error;
  }
}
