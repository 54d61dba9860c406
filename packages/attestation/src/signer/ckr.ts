/**
 * What to do when a PKCS#11 call fails. Modules differ in which code they give for the same event (after its token
 * vanished, SoftHSM says OBJECT_HANDLE_INVALID), so each remedy that does not help leads to the next stronger one:
 * retry, new session, new context. `fatal` is never tried again: a token counts wrong PINs and locks.
 */
export type Remedy =
  /** The call again, once. */
  | "retry"
  /** Close the session, open another, and the operation again, once. */
  | "new-session"
  /** Finalize, initialise, find the token, log in, find the keys. Until that worked the token is lost. */
  | "new-context"
  /** Stop until a person has looked. */
  | "fatal"
  /** What was asked for is already so. */
  | "fine";

/** The calls that are told apart: where in its life a context is. */
export const CALLS = [
  "initialize",
  "find-token",
  "open-session",
  "login",
  "find-key",
  "sign-init",
  "sign",
] as const;
export type Call = (typeof CALLS)[number];

type Row = { else: Remedy } & Partial<Record<Call, Remedy>>;

/** A module that says this about itself or our request will say it again, whatever we open anew. */
const fatal: Row = { else: "fatal" };
/** The connection to the token is not what it was. */
const context: Row = { else: "new-context" };
/** Only a session is gone. Before there is one, and in search of a key, everything is opened anew. */
const session: Row = { else: "new-context", "sign-init": "new-session", sign: "new-session" };
/** It may pass: in the middle of an operation once more, and only then everything anew. */
const passing: Row = { else: "retry", login: "new-context" };

export const CKR_REMEDIES = {
  HOST_MEMORY: passing,
  SLOT_ID_INVALID: context,
  GENERAL_ERROR: context,
  FUNCTION_FAILED: passing,
  ARGUMENTS_BAD: fatal,
  NEED_TO_CREATE_THREADS: fatal,
  CANT_LOCK: fatal,
  DATA_INVALID: fatal,
  DATA_LEN_RANGE: fatal,
  DEVICE_ERROR: context,
  DEVICE_MEMORY: passing,
  DEVICE_REMOVED: context,
  FUNCTION_CANCELED: passing,
  FUNCTION_NOT_SUPPORTED: fatal,
  KEY_HANDLE_INVALID: context,
  KEY_SIZE_RANGE: fatal,
  KEY_TYPE_INCONSISTENT: fatal,
  KEY_FUNCTION_NOT_PERMITTED: fatal,
  MECHANISM_INVALID: fatal,
  MECHANISM_PARAM_INVALID: fatal,
  OBJECT_HANDLE_INVALID: context,
  OPERATION_ACTIVE: session,
  OPERATION_NOT_INITIALIZED: session,
  PIN_INCORRECT: fatal,
  PIN_INVALID: fatal,
  PIN_LEN_RANGE: fatal,
  PIN_EXPIRED: fatal,
  PIN_LOCKED: fatal,
  SESSION_CLOSED: session,
  SESSION_COUNT: context,
  SESSION_HANDLE_INVALID: session,
  SESSION_PARALLEL_NOT_SUPPORTED: fatal,
  TOKEN_NOT_PRESENT: context,
  TOKEN_NOT_RECOGNIZED: context,
  // Login belongs to the process and the token: another session of ours has it.
  USER_ALREADY_LOGGED_IN: { else: "new-context", login: "fine" },
  USER_NOT_LOGGED_IN: context,
  USER_PIN_NOT_INITIALIZED: fatal,
  USER_TYPE_INVALID: fatal,
  USER_ANOTHER_ALREADY_LOGGED_IN: fatal,
  USER_TOO_MANY_TYPES: fatal,
  // The buffer is as long as the algorithm's signatures; the operation stays active until its session ends.
  BUFFER_TOO_SMALL: session,
  CRYPTOKI_NOT_INITIALIZED: context,
  // Somebody else in this process owns the module, and would lose its sessions by our C_Finalize.
  CRYPTOKI_ALREADY_INITIALIZED: fatal,
  FUNCTION_REJECTED: fatal,
  LIBRARY_LOAD_FAILED: fatal,
} as const satisfies Record<string, Row>;

/** A code that the table does not know, a vendor's own among them, costs a new context and never a wrong answer. */
export function remedyOf(call: Call, code: string): Remedy {
  const row: Row | undefined = Object.hasOwn(CKR_REMEDIES, code)
    ? CKR_REMEDIES[code as keyof typeof CKR_REMEDIES]
    : undefined;
  return (row ?? context)[call] ?? (row ?? context).else;
}

/** The name behind `CKR_` in what pkcs11js threw; null where the error is none of PKCS#11's. */
export function ckrOf(error: unknown): string | null {
  const text = error instanceof Error ? error.message : "";
  const named = /^CKR_([A-Z_]+)/.exec(text);
  return named ? (named[1] as string) : null;
}
