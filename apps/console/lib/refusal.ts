import { TRPCClientError } from "@trpc/client";
import { PASSKEY_FAILURES, PasskeyFailure } from "./passkey-failure.ts";

/** Why something could not be shown, in words that fit a page. */
export interface RefusalText {
  code: string;
  /** What is wrong. */
  sentence: string;
  /** What to do about it. */
  remedy: string;
  /** For whoever is asked for help; null where no answer came. */
  requestId: string | null;
}

/** What the console itself refuses, before or without the Hall. */
export const CONSOLE_REFUSALS = {
  HALL_UNREACHABLE: {
    status: 502,
    sentence: "The Hall does not answer.",
    remedy: "Check that it runs; the console asks again by itself.",
  },
  SIGNED_OUT: { status: 401, sentence: "Nobody is signed in.", remedy: "Sign in with a one-time link." },
  CROSS_SITE: {
    status: 403,
    sentence: "The request came from another site.",
    remedy: "Use the console in its own window.",
  },
  NO_SUCH_DOOR: { status: 404, sentence: "The console does not pass this on.", remedy: "Check the address." },
  BODY_TOO_LARGE: { status: 413, sentence: "The body is larger than the limit.", remedy: "Send less." },
} as const;
export type ConsoleRefusalCode = keyof typeof CONSOLE_REFUSALS;

/** The part of a tRPC error that is the Hall's own. */
interface HallData {
  code: string;
  remedy: string;
  request_id: string;
}

/** The one translator from whatever was thrown to words. */
export function readRefusal(error: unknown): RefusalText {
  const data = hallDataOf(error);
  if (data) {
    const { code, remedy, request_id } = data;
    return { code, sentence: sentenceOf(code, error), remedy, requestId: request_id || null };
  }
  if (error instanceof PasskeyFailure)
    return { code: error.code, ...PASSKEY_FAILURES[error.code], requestId: null };
  if (!(error instanceof TRPCClientError))
    return {
      code: "CONSOLE_FAILED",
      sentence: "The console failed while it drew this.",
      remedy: "Load the page again; if it fails again, report what you did.",
      requestId: null,
    };
  // A refusal has `data`; without one nothing that speaks tRPC has answered.
  const { sentence, remedy } = CONSOLE_REFUSALS.HALL_UNREACHABLE;
  return { code: "HALL_UNREACHABLE", sentence, remedy, requestId: null };
}

/** True where the session is over, so that only signing in again helps. */
export function isSignedOut(error: unknown): boolean {
  const code = hallDataOf(error)?.code;
  return code === "SESSION_ENDED" || code === "UNAUTHENTICATED" || code === "SIGNED_OUT";
}

/** True also where the thing is another tenant's: its existence is private. */
export function isNotFound(error: unknown): boolean {
  return hallDataOf(error)?.code === "NOT_FOUND";
}

function hallDataOf(error: unknown): HallData | null {
  if (!(error instanceof TRPCClientError)) return null;
  const hall: unknown = error.data?.hall;
  return typeof hall === "object" && hall !== null && "code" in hall ? (hall as HallData) : null;
}

function sentenceOf(code: string, error: unknown): string {
  if (code in CONSOLE_REFUSALS) return CONSOLE_REFUSALS[code as ConsoleRefusalCode].sentence;
  const message = error instanceof Error ? error.message : "";
  // The Hall writes "CODE: sentence"; the code has a place of its own on the page.
  return message.replace(/^[A-Z_]+: /, "") || "The Hall refused.";
}
