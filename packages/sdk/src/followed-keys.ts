import {
  FollowedLog,
  type Verdict,
  type VerifyCode,
  verifySealedReceipt,
  verifyUnderKeys,
} from "@guildhall/attestation/verify";
import { HallClientError } from "./hall-client-error.ts";
import { askKeyHistory, requireFollowed } from "./key-history.ts";
import type { Transport } from "./transport.ts";
import { checkVerifierKeys } from "./verify-answer.ts";

/**
 * The keys of a Hall's log that a caller believes, as `FollowedLog` follows them. The Hall is asked for its history when
 * something is signed by a key that is not among them.
 */
export class FollowedKeys {
  readonly #pinned: readonly string[];
  readonly #transport: Transport;
  readonly #log: FollowedLog;
  /** A history that the caller kept; read before anything is asked. */
  #kept: readonly unknown[] | null;

  constructor(pinned: readonly string[], transport: Transport, kept: readonly unknown[] | null) {
    if (pinned.length === 0)
      throw new HallClientError("VERIFIER_KEY_MALFORMED", "Expected a verifier key, found none.");
    this.#pinned = pinned;
    this.#transport = transport;
    this.#log = new FollowedLog(pinned);
    this.#kept = kept;
  }

  /** The entries that were followed: what a caller keeps, so that its next start takes back nothing either. */
  get history(): readonly unknown[] {
    return this.#log.history;
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
    const history = await askKeyHistory(this.#transport);
    if (history === null) return verdict;
    await this.#learn(history);
    return this.#judge(sealed);
  }

  #judge(sealed: unknown): Promise<Verdict> {
    const { keys } = this.#log;
    return keys === null ? verifySealedReceipt(sealed, this.#pinned) : verifyUnderKeys(sealed, keys);
  }

  async #learn(history: readonly unknown[]): Promise<void> {
    requireFollowed(await this.#log.learn(history));
  }
}

/** What a receipt looks like that a later key of the log sealed, and also one that nobody's did. */
const OF_ANOTHER_KEY: readonly VerifyCode[] = ["SIGNATURE_INVALID", "NOTE_KEY_UNKNOWN"];
