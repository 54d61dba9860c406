import type { Db } from "../client.ts";
import type { OperatorTx } from "../with-operator.ts";

/** Counts and failures of signing in. Of no tenant, and bounded by their tables: whoever tries cannot fill a disk. */

/**
 * Counts an attempt in each bucket before it is made, so that attempts that come at once do not pass together.
 * @returns the largest count within the window
 */
export async function countAttempt(
  db: Db,
  { buckets, at, windowMs }: { buckets: readonly number[]; at: Date; windowMs: number },
): Promise<number> {
  const begun = new Date(at.getTime() - windowMs);
  // In one order, so that two attempts never wait for each other.
  const ordered = [...new Set(buckets)].sort((a, b) => a - b);
  const rows = await db.app.$queryRaw<{ attempts: number }[]>`
    INSERT INTO hall.sign_in_count AS c (bucket, window_start, attempts)
    SELECT bucket, ${at}::timestamptz, 1 FROM unnest(${ordered}::integer[]) AS bucket
    ON CONFLICT (bucket) DO UPDATE SET
      window_start = CASE WHEN c.window_start <= ${begun}::timestamptz THEN excluded.window_start ELSE c.window_start END,
      attempts = CASE WHEN c.window_start <= ${begun}::timestamptz THEN 1 ELSE c.attempts + 1 END
    RETURNING attempts`;
  return Math.max(...rows.map(({ attempts }) => attempts));
}

/** An attempt that was good is none. @param forgotten whose earlier failures are forgotten too */
export async function forgiveAttempt(
  db: Db,
  { buckets, forgotten }: { buckets: readonly number[]; forgotten: number },
): Promise<void> {
  await db.app.$executeRaw`
    UPDATE hall.sign_in_count SET attempts = CASE WHEN bucket = ${forgotten} THEN 0 ELSE greatest(attempts - 1, 0) END
    WHERE bucket = ANY (${[...buckets]}::integer[])`;
}

export interface SignInFailure {
  at: Date;
  reason: string;
  accountId: string | null;
  address: string;
}

/** Writes over the oldest line of the security log. */
export async function recordSignInFailure(db: Db, failure: SignInFailure): Promise<void> {
  const { at, reason, accountId, address } = failure;
  await db.app.$executeRaw`
    UPDATE hall.sign_in_failure SET at = ${at}, reason = ${reason}, account_id = ${accountId}::uuid, address = ${address}
    WHERE place = (SELECT place FROM hall.sign_in_failure ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED)`;
}

export async function listSignInFailures(tx: OperatorTx, limit: number): Promise<SignInFailure[]> {
  return tx.$queryRaw<SignInFailure[]>`
    SELECT at, reason, account_id AS "accountId", address FROM hall.sign_in_failure
    WHERE reason <> 'none' ORDER BY at DESC LIMIT ${limit}`;
}
