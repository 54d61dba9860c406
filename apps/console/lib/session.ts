import { cookies } from "next/headers";
import { decode } from "next-auth/jwt";
import { readSettings } from "../env.ts";
import { SESSION_COOKIE } from "./cookie.ts";
import type { PendingClaims, SessionClaims } from "./identity.ts";

/**
 * The claims of whoever asks, or null. They say whose cookie it is, not that the session still stands:
 * only the Hall knows that, and it is asked for everything that is shown.
 */
export async function readSession(): Promise<SessionClaims | null> {
  const claims = await readClaims();
  return claims !== null && "session_token" in claims ? claims : null;
}

/** What waits for its second factor, or null. */
export async function readPending(): Promise<PendingClaims | null> {
  const claims = await readClaims();
  return claims !== null && "pending_token" in claims ? claims : null;
}

async function readClaims(): Promise<SessionClaims | PendingClaims | null> {
  const token = (await cookies()).get(SESSION_COOKIE)?.value;
  if (!token) return null;
  try {
    return (await decode({ token, secret: readSettings().consoleSecret })) as SessionClaims | null;
  } catch {
    // Of another secret, expired, or forged.
    return null;
  }
}
