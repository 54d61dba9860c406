import { cookies } from "next/headers";
import { decode } from "next-auth/jwt";
import { readSettings } from "../env.ts";
import { SESSION_COOKIE, type SessionClaims } from "./identity.ts";

/**
 * The claims of whoever asks, or null. They say whose cookie it is, not that the session still stands:
 * only the Hall knows that, and it is asked for everything that is shown.
 */
export async function readSession(): Promise<SessionClaims | null> {
  const token = (await cookies()).get(SESSION_COOKIE)?.value;
  if (!token) return null;
  try {
    return (await decode({ token, secret: readSettings().consoleSecret })) as SessionClaims | null;
  } catch {
    // Of another secret, expired, or forged.
    return null;
  }
}
