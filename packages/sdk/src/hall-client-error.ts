import type { BadReceipt, Check } from "@guildhall/attestation/verify";
import type { HallErrorCode, StrictJson, StrictJsonCode } from "@guildhall/protocol";

/** What goes wrong on this side of the wire, and what to do about it. */
const REMEDIES = {
  RECEIPT_INVALID: "Act on nothing in this answer; keep it, and ask the operator of the Hall.",
  VERIFIER_KEY_MALFORMED: "Give the Hall's verifier key as a vkey: origin+hash+key.",
  KEY_HISTORY_INVALID:
    "Act on nothing of this Hall; compare its key with what its operator publishes, and pin another only then.",
  INVALID_ARGUMENT: "Mend the argument that the message names; nothing was sent.",
  HALL_UNREACHABLE: "Check the address and that the Hall is running; whether it decided is unknown.",
  HALL_TIMEOUT: "Ask again with the same idempotency key; whether the Hall decided is unknown.",
  REDIRECT_REFUSED: "Give the Hall's own address; a redirect is never followed with a key in hand.",
  ANSWER_TOO_LARGE: "Ask the operator of the Hall; no answer of a Hall is this large.",
  CHECKPOINT_INVALID:
    "Compare the key with the one you kept; a checkpoint that it did not sign speaks for nobody.",
  ANSWER_MALFORMED: "Check that the address is a Hall's; a proxy may have answered in its place.",
} as const satisfies { [code: string]: string };

type OwnCode = keyof typeof REMEDIES;

/** Ours, the Hall's, and whatever a later Hall calls its refusals. */
export type HallClientErrorCode = OwnCode | HallErrorCode | StrictJsonCode | (string & Record<never, never>);

/** Why an answer was not believed: its receipt is not genuine, or does not say what the answer says. */
export type AnswerVerdict = BadReceipt | Disagreement;

export interface Disagreement {
  ok: false;
  failed: "answer";
  code: "ANSWER_DIFFERS";
  /** Where answer, question and receipt do not agree. */
  field: string;
  message: string;
  /** The checks of the receipt itself, all of which it passed. */
  checks: Check[];
}

/** No answer that may be acted on: the Hall refused, could not be asked, or could not be believed. */
export class HallClientError extends Error {
  override readonly name = "HallClientError";
  readonly code: HallClientErrorCode;
  /** The HTTP status; null where there was no answer. */
  readonly status: number | null;
  /** What would change it. */
  readonly remedy: string | null;
  /** Names the request in the Hall's own log. */
  readonly requestId: string | null;
  /** How long the Hall asks to wait before the next attempt. */
  readonly retryAfterS: number | null;
  /** What else the Hall said about its refusal: `problems`, the missing permission. */
  readonly detail: { [key: string]: StrictJson };
  /** With RECEIPT_INVALID: which check failed, and why. */
  readonly verdict: AnswerVerdict | null;

  constructor(code: HallClientErrorCode, message: string, facts: HallClientErrorFacts = {}) {
    super(message, { cause: facts.cause });
    this.code = code;
    this.status = facts.status ?? null;
    this.remedy = facts.remedy ?? (Object.hasOwn(REMEDIES, code) ? REMEDIES[code as OwnCode] : null);
    this.requestId = facts.requestId ?? null;
    this.retryAfterS = facts.retryAfterS ?? null;
    this.detail = facts.detail ?? {};
    this.verdict = facts.verdict ?? null;
  }
}

export interface HallClientErrorFacts {
  status?: number;
  remedy?: string | null;
  requestId?: string | null;
  retryAfterS?: number | null;
  detail?: { [key: string]: StrictJson };
  verdict?: AnswerVerdict;
  cause?: unknown;
}
