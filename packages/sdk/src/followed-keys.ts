import {
  type LogKey,
  type Verdict,
  type VerifyCode,
  verifyKeyHistory,
  verifySealedReceipt,
  verifyUnderKeys,
} from "@guildhall/attestation/verify";
import { HallClientError } from "./hall-client-error.ts";
import type { Transport } from "./transport.ts";
import { checkVerifierKeys } from "./verify-answer.ts";

/**
 * The keys of a Hall's log that a caller believes: those that it pinned, and those to which the log's own entries lead
 * from there. The Hall is asked for its history when something is signed by a key that is not among them; nothing of
 * it is believed that the pinned key does not introduce, and nothing that was once followed is taken back.
 */
export class FollowedKeys {
  readonly #pinned: readonly string[];
  readonly #transport: Transport;
  /** A history that the caller kept; read before anything is asked. */
  #kept: readonly unknown[] | null;
  #history: readonly unknown[] = [];
  /** From the pinned key on; null until a history was followed. */
  #keys: readonly LogKey[] | null = null;
  /** One history at a time, each held to what the ones before led to. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(pinned: readonly string[], transport: Transport, kept: readonly unknown[] | null) {
    if (pinned.length === 0)
      throw new HallClientError("VERIFIER_KEY_MALFORMED", "Expected a verifier key, found none.");
    this.#pinned = pinned;
    this.#transport = transport;
    this.#kept = kept;
  }

  /** The entries that were followed: what a caller keeps, so that its next start takes back nothing either. */
  get history(): readonly unknown[] {
    return this.#history;
  }

  /**
   * Asked before a request is sent: nothing may be started whose receipt could then not be checked.
   * @throws HallClientError VERIFIER_KEY_MALFORMED or KEY_HISTORY_INVALID
   */
  async check(): Promise<void> {
    await checkVerifierKeys(this.#pinned);
    if (this.#kept === null) return;
    await this.#learn(this.#kept);
    this.#kept = null;
  }

  /** @throws HallClientError KEY_HISTORY_INVALID where the Hall's history does not lead from the pinned key */
  async verify(sealed: unknown): Promise<Verdict> {
    const verdict = await this.#judge(sealed);
    if (verdict.ok || !OF_ANOTHER_KEY.includes(verdict.code)) return verdict;
    const history = await this.#askHistory();
    if (history === null) return verdict;
    await this.#learn(history);
    return this.#judge(sealed);
  }

  #judge(sealed: unknown): Promise<Verdict> {
    return this.#keys === null
      ? verifySealedReceipt(sealed, this.#pinned)
      : verifyUnderKeys(sealed, this.#keys);
  }

  /** Null where the Hall has none to tell: then what was refused stays refused. */
  async #askHistory(): Promise<readonly unknown[] | null> {
    try {
      const { body } = await this.#transport.send({ method: "GET", path: ".well-known/hall-keys.json" });
      return Array.isArray(body.history) ? body.history : null;
    } catch (error) {
      if (error instanceof HallClientError) return null;
      throw error;
    }
  }

  #learn(history: readonly unknown[]): Promise<void> {
    const turn = this.#turn.then(() => this.#follow(history));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Of several pinned keys that one counts from which the way is longest: it is the oldest of them. */
  async #follow(history: readonly unknown[]): Promise<void> {
    const known = this.#keys ?? [];
    const pins = known[0] ? [known[0].verifierKey] : this.#pinned;
    const verdicts = await Promise.all(pins.map((pin) => verifyKeyHistory(pin, history, { known })));
    const followed = verdicts.flatMap((verdict) => (verdict.ok ? [verdict.keys] : []));
    const [longest] = followed.toSorted((a, b) => b.length - a.length);
    if (longest) {
      this.#keys = longest;
      this.#history = history;
      return;
    }
    const [refused] = verdicts;
    if (refused === undefined || refused.ok) throw new Error("no pinned key was followed, and none refused");
    throw new HallClientError(
      "KEY_HISTORY_INVALID",
      `The history of the Hall's keys does not lead on from the pinned key (${refused.code}): ${refused.message}`,
      { detail: { verify_code: refused.code } },
    );
  }
}

/** What a receipt looks like that a later key of the log sealed, and also one that nobody's did. */
const OF_ANOTHER_KEY: readonly VerifyCode[] = ["SIGNATURE_INVALID", "NOTE_KEY_UNKNOWN"];
