/**
 * Refusals without a decision: nothing was decided, so there is no receipt. One table turns a code into a
 * status, the sentence a stranger may read, and what to do next.
 */
export const HALL_ERRORS = {
  MALFORMED_JSON: refusal(
    400,
    "The body is not strict JSON.",
    "Send one JSON object, UTF-8, without duplicate keys.",
  ),
  INVALID_REQUEST: refusal(
    400,
    "The request does not follow its schema.",
    "Mend the fields named in problems.",
  ),
  RECORD_HASH_MISMATCH: refusal(
    400,
    "The record is not the one its artifact_hash names.",
    "Compute the hash over the record as you send it.",
    "DENY_WORKER_TAMPERED",
  ),
  UNAUTHENTICATED: refusal(
    401,
    "No valid credential came with the request.",
    "Send Authorization: Bearer <key>.",
  ),
  KEY_MALFORMED: refusal(
    401,
    "The key is mistyped.",
    "Copy the key again; its last six characters do not fit.",
  ),
  KEY_EXPIRED: refusal(401, "The key has expired.", "Create a new key."),
  KEY_REVOKED: refusal(401, "The key was revoked.", "Create a new key."),
  KEY_ADDRESS: refusal(
    403,
    "The key may not be used from this address.",
    "Use it from a network on its list; behind a proxy, have the Hall trust the proxy.",
  ),
  SESSION_ENDED: refusal(401, "The session has ended.", "Sign in again."),
  LINK_SPENT: refusal(
    401,
    "The sign-in link was used or has expired.",
    "Ask the operator of the Hall for a new one.",
  ),
  SIGN_IN_REFUSED: refusal(
    401,
    "That is not what signs you in here.",
    "Check what you typed; ask for a recovery link if you have lost it.",
  ),
  SSO_REFUSED: refusal(
    401,
    "What the provider sent back does not sign you in.",
    "Begin again; if it is refused again, have the provider's settings checked against step and reason.",
  ),
  SSO_PERSON_REFUSED: refusal(
    403,
    "The provider knows you, and you are nobody here.",
    "Read reason; have an owner of the tenant invite you, or sign in another way.",
  ),
  SSO_REQUIRED: refusal(
    403,
    "Your tenant signs people in through its own provider, and in no other way.",
    "Sign in with single sign-on. An owner can still sign in with a password.",
  ),
  SSO_UNKNOWN: refusal(
    404,
    "No tenant of this Hall signs people of that domain in through a provider.",
    "Sign in with a password or a link, or have an owner set up single sign-on.",
  ),
  SSO_PROVIDER_UNUSABLE: refusal(
    502,
    "The OpenID provider cannot be used.",
    "Read step and reason; have the provider's address and discovery document checked.",
  ),
  GRANT_INVALID: refusal(
    401,
    "The grant is not valid for this work.",
    "Work only under a grant of this Hall.",
  ),
  FORBIDDEN: refusal(
    403,
    "The credential is not allowed to do this.",
    "Use one with the permission named in detail.",
  ),
  STEP_UP_REQUIRED: refusal(
    403,
    "This needs a factor that was shown within the last five minutes.",
    "Show your code, passkey or password again, then repeat it.",
  ),
  SECOND_FACTOR_REQUIRED: refusal(
    403,
    "Your role asks for a second factor, and this session was begun without one.",
    "Set up a passkey or an authenticator for your account, then sign in again with it.",
  ),
  TENANT_SUSPENDED: refusal(
    403,
    "The tenant is suspended, so nothing of it is changed.",
    "Ask the operator of the Hall. Reading, ending a session, and taking rights away go on.",
  ),
  STANDING_REFUSED: refusal(
    403,
    "The tenant's standing does not let it go online.",
    "Ask the operator of the Hall what account_standing needs.",
  ),
  NAMESPACE_REFUSED: refusal(
    403,
    "The worker's namespace, or one that looks like it, is registered for somebody else.",
    "Enroll under a namespace of your own, or have the operator of the Hall register this one for you.",
  ),
  NOT_FOUND: refusal(404, "There is no such thing here.", "Check the id."),
  SIGN_UP_CLOSED: refusal(
    404,
    "Nobody signs up to this Hall by themselves.",
    "Ask who operates it to make a tenant for you.",
  ),
  METHOD_NOT_ALLOWED: refusal(
    405,
    "This path does not know the method.",
    "Use one of those that the header Allow names.",
  ),
  GRANT_REDEEMED: refusal(
    409,
    "The grant was already redeemed.",
    "Each grant starts work once; do not start it again.",
  ),
  CONFLICT: refusal(409, "The request does not fit the present state.", "Read the state again, then decide."),
  DRAFT_CONFLICT: refusal(
    409,
    "The draft was saved by somebody else since it was read.",
    "Read the draft again, carry your change over, then save on its newest revision.",
  ),
  CONSENT_REQUIRED: refusal(
    409,
    "A second person has to consent to what is published here.",
    "Save the bundle as a draft, let somebody else consent to its newest revision, then publish the draft.",
  ),
  PROFILE_SHIPPED: refusal(
    409,
    "A profile that every Hall ships is the same everywhere and cannot be changed.",
    "Define a profile under another id.",
  ),
  WORKER_RETIRED: refusal(409, "The worker is retired for good.", "Enroll it under another worker_id."),
  GRANT_WITHDRAWN: refusal(
    409,
    "What the grant was given for does not hold any more.",
    "Do not start the work; ask why the worker is flagged or suspended.",
  ),
  IDEMPOTENCY_IN_FLIGHT: refusal(409, "A request with this key is still running.", "Repeat it in a moment."),
  BODY_TOO_LARGE: refusal(
    413,
    "The body is larger than the limit.",
    "Send at most 256 kB, or 8 MB where a rule bundle is asked for.",
  ),
  UNSUPPORTED_MEDIA_TYPE: refusal(
    415,
    "The content type is not JSON.",
    "Send Content-Type: application/json.",
  ),
  IDEMPOTENCY_MISMATCH: refusal(422, "This idempotency key was used with another body.", "Use a new key."),
  PASSWORD_WEAK: refusal(
    422,
    "The password can be guessed too soon.",
    "Read reason; take a few words that do not belong together.",
  ),
  BUNDLE_INVALID: refusal(422, "The rule bundle is not one.", "Mend what problems names."),
  BUNDLE_SHADOWED: refusal(
    422,
    "Rules of the bundle can never match.",
    "Move, narrow or remove the rules that findings names.",
  ),
  BUNDLE_TESTS_FAILED: refusal(
    422,
    "The bundle's own tests of its policies fail.",
    "Mend the policies, or the tests that results names.",
  ),
  ATTESTATION_INVALID: refusal(
    422,
    "The statement about the package does not hold here.",
    "Read reason; have the package signed by a key that is registered for the worker's namespace.",
  ),
  FEED_ROOT_INVALID: refusal(
    422,
    "The root of the feed does not hold here.",
    "Read reason; have every key of it sign, and the threshold of those that it replaces.",
  ),
  MEASUREMENT_INVALID: refusal(
    422,
    "The measurement does not answer what was asked.",
    "Read reason; ask for a nonce and answer that one, with a key that is registered here.",
  ),
  TOO_MANY_ATTEMPTS: refusal(
    429,
    "Too many attempts were made within a quarter of an hour.",
    "Wait a quarter of an hour, or ask for a recovery link.",
  ),
  RATE_LIMITED: refusal(
    429,
    "Too many requests within a minute; nothing was decided.",
    "Wait for as many seconds as retry_after_seconds says.",
  ),
  QUOTA_EXCEEDED: refusal(
    429,
    "The key has made all the requests that it may make today; nothing was decided.",
    "Wait until midnight UTC, or have an operator create a key with a higher quota.",
  ),
  INTERNAL: refusal(500, "The Hall failed; nothing was dispatched.", "Report the request id."),
  LEDGER_UNAVAILABLE: refusal(
    503,
    "The ledger cannot record, so nothing runs.",
    "Try again when the database answers.",
  ),
  SIGNER_UNAVAILABLE: refusal(
    503,
    "The signer cannot sign, so nothing runs.",
    "Try again when the signer is back.",
  ),
  FENCE_BUSY: refusal(503, "Rights changed faster than the request could be decided.", "Try again."),
  SHUTTING_DOWN: refusal(503, "The Hall is stopping.", "Try again."),
} as const satisfies Record<string, Refusal>;

interface Refusal {
  status: number;
  sentence: string;
  remedy: string;
  /** What existing clients read in `code`, where it differs from our name (contract 8a). */
  wireCode?: string;
}

export type HallErrorCode = keyof typeof HALL_ERRORS;

/** A refusal. `detail` may be shown to the caller; `cause` never is. */
export class HallError extends Error {
  readonly code: HallErrorCode;
  readonly detail: { [key: string]: unknown };

  constructor(code: HallErrorCode, options: { detail?: { [key: string]: unknown }; cause?: unknown } = {}) {
    super(`${code}: ${HALL_ERRORS[code].sentence}`, { cause: options.cause });
    this.name = "HallError";
    this.code = code;
    this.detail = options.detail ?? {};
  }

  get status(): number {
    return HALL_ERRORS[this.code].status;
  }
}

function refusal(status: number, sentence: string, remedy: string, wireCode?: string): Refusal {
  return wireCode === undefined ? { status, sentence, remedy } : { status, sentence, remedy, wireCode };
}
