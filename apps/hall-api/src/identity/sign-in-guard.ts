import { hash } from "node:crypto";
import { countAttempt, forgiveAttempt, recordSignInFailure } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import ipaddr from "ipaddr.js";
import type { Hall } from "../hall.ts";

/**
 * Stands before everything that can be guessed. An attempt is counted before it is made, by what it is for and by the
 * address it comes from; too many within a quarter of an hour are refused unread, whether or not there is such an
 * account. A failure is a line of the security log; receipts are for what was done.
 */
export interface Attempt {
  /** What is being guessed at: an e-mail, an account, a session. */
  subject: string;
  address: string;
  accountId: string | null;
}

export const WINDOW_MS = 15 * 60_000;
export const SUBJECT_MAX = 10;
export const ADDRESS_MAX = 100;

/** Thrown by the work of an attempt that failed for a reason which the security log is to name. */
export class FailedAttempt extends Error {
  override name = "FailedAttempt";
}

/**
 * @param work answers null where what was shown is not good
 * @throws HallError TOO_MANY_ATTEMPTS, or SIGN_IN_REFUSED where work answers null
 */
export async function guardAttempt<T>(
  hall: Hall,
  attempt: Attempt,
  work: () => Promise<T | null>,
): Promise<T> {
  const at = new Date(hall.clock.now());
  const { accountId } = attempt;
  const address = networkOf(attempt.address);
  const [subject, from] = [bucketOf(`subject ${attempt.subject}`), bucketOf(`address ${address}`)];
  const failed = (reason: string) => recordSignInFailure(hall.db, { at, reason, accountId, address });
  const counts = await Promise.all([
    countAttempt(hall.db, { buckets: [subject], at, windowMs: WINDOW_MS }),
    countAttempt(hall.db, { buckets: [from], at, windowMs: WINDOW_MS }),
  ]);
  if (counts[0] > SUBJECT_MAX || counts[1] > ADDRESS_MAX) {
    await failed("too many attempts");
    throw new HallError("TOO_MANY_ATTEMPTS");
  }
  let reason = "not good";
  const done = await work().catch((error: unknown) => {
    if (!(error instanceof FailedAttempt)) throw error;
    reason = error.message;
    return null;
  });
  if (done === null) {
    await failed(reason);
    throw new HallError("SIGN_IN_REFUSED");
  }
  await forgiveAttempt(hall.db, { buckets: [subject, from], forgotten: subject });
  return done;
}

/** Counts what is asked for and not guessed at, such as a letter to somebody. @throws HallError TOO_MANY_ATTEMPTS */
export async function countAsked(
  hall: Hall,
  { subject, address }: { subject: string; address: string },
): Promise<void> {
  const at = new Date(hall.clock.now());
  const network = networkOf(address);
  const ask = (text: string) => countAttempt(hall.db, { buckets: [bucketOf(text)], at, windowMs: WINDOW_MS });
  const [about, from] = await Promise.all([ask(`subject ${subject}`), ask(`asking ${network}`)]);
  if (about <= ASKED_MAX && from <= ADDRESS_MAX) return;
  await recordSignInFailure(hall.db, { at, reason: "asked too often", accountId: null, address: network });
  throw new HallError("TOO_MANY_ATTEMPTS");
}

/** Letters to one person within the window. */
export const ASKED_MAX = 5;

/**
 * Counts a sign-up of a stranger: by its e-mail, by where it comes from, and, of those that pass so far, all together, so
 * that no one address uses up everybody's. @throws HallError TOO_MANY_ATTEMPTS
 */
export async function countSignUp(
  hall: Hall,
  { email, address }: { email: string; address: string },
): Promise<void> {
  const at = new Date(hall.clock.now());
  const network = networkOf(address);
  const ask = (text: string) => countAttempt(hall.db, { buckets: [bucketOf(text)], at, windowMs: HOUR_MS });
  const [about, from] = await Promise.all([ask(`signing up ${email}`), ask(`signing up from ${network}`)]);
  const isOne = about <= SIGN_UPS_OF_EMAIL && from <= SIGN_UPS_OF_ADDRESS;
  if (isOne && (await ask("signing up")) <= hall.settings.signUpsPerHour) return;
  const reason = "signed up too often";
  await recordSignInFailure(hall.db, { at, reason, accountId: null, address: network });
  throw new HallError("TOO_MANY_ATTEMPTS");
}

const HOUR_MS = 3_600_000;
/** An hour. */
export const SIGN_UPS_OF_EMAIL = 3;
export const SIGN_UPS_OF_ADDRESS = 20;

const BUCKETS = 1 << 14;

function bucketOf(text: string): number {
  return hash("sha256", text, "buffer").readUInt32BE(0) % BUCKETS;
}

/** One household of IPv6 has a /64 at least: its addresses count as one (H-113). */
function networkOf(text: string): string {
  if (!ipaddr.isValid(text)) return text;
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv4) return address.toString();
  return `${address.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}
