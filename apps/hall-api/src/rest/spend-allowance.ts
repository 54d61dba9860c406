import { HallError } from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import { rateLimitHeaders } from "../http/rate-limit-headers.ts";
import type { AnyCaller } from "../identity/caller.ts";

/**
 * Counts a request against its key's limits. No decision is made of one too many, and no receipt: limits keep load away
 * from the log and the signer.
 * @throws HallError RATE_LIMITED, QUOTA_EXCEEDED
 */
export async function spendAllowance(
  hall: Hall,
  caller: AnyCaller | null,
  setHeaders: (headers: Record<string, string>) => void,
): Promise<void> {
  if (caller?.kind !== "tenant" || caller.credential.kind !== "key") return;
  const taken = hall.keyMeter.take(caller.tenantId, caller.credential);
  const allowance = taken instanceof Promise ? await taken : taken;
  setHeaders(rateLimitHeaders(allowance));
  const { exceeded, retryAfterSeconds: retry_after_seconds } = allowance;
  if (exceeded === null) return;
  throw new HallError(exceeded === "day" ? "QUOTA_EXCEEDED" : "RATE_LIMITED", {
    detail: { exceeded, retry_after_seconds },
  });
}
