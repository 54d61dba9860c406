import type { ApiKey } from "@guildhall/db";
import { z } from "zod";

/** How a key stands, in one word. `replaced`: another took its place, and until it expires both hold. */
export const KeyState = z.enum(["in_use", "expires_soon", "replaced", "expired", "revoked"]);

/** Within so long of its end a key is shown as one to rotate. */
export const SOON_MS = 7 * 24 * 3600 * 1000;

export function stateOf(
  { revokedAt, expiresAt, replacedBy }: Pick<ApiKey, "revokedAt" | "expiresAt" | "replacedBy">,
  nowMs: number,
): z.infer<typeof KeyState> {
  if (revokedAt !== null) return "revoked";
  if (expiresAt !== null && expiresAt.getTime() <= nowMs) return "expired";
  if (replacedBy !== null) return "replaced";
  return expiresAt !== null && expiresAt.getTime() - nowMs <= SOON_MS ? "expires_soon" : "in_use";
}
