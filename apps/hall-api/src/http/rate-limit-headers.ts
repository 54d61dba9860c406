import type { Allowance, Limit } from "../identity/key-meter.ts";

/**
 * How a key stands, in the fields that clients read: RateLimit-Policy and RateLimit as the IETF's draft has them, and
 * the three older ones for whichever limit is nearer. A key without limits gets none.
 */
export function rateLimitHeaders({ minute, day }: Allowance): Record<string, string> {
  const limits: [string, number, Limit][] = [];
  if (minute) limits.push(["minute", 60, minute]);
  if (day) limits.push(["day", 86_400, day]);
  const [first] = limits;
  if (!first) return {};
  const [, , nearest] = limits.reduce((a, b) => (b[2].remaining < a[2].remaining ? b : a), first);
  return {
    "ratelimit-policy": limits.map(([name, w, { limit }]) => `"${name}";q=${limit};w=${w}`).join(", "),
    ratelimit: limits.map(([name, , one]) => `"${name}";r=${one.remaining};t=${one.resetSeconds}`).join(", "),
    "ratelimit-limit": String(nearest.limit),
    "ratelimit-remaining": String(nearest.remaining),
    "ratelimit-reset": String(nearest.resetSeconds),
  };
}
