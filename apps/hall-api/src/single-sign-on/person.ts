import type { IDToken } from "oauth4webapi";
import { ProviderError } from "./provider-error.ts";

/** What a provider said of somebody, checked. */
export interface Person {
  issuer: string;
  subject: string;
  email: string | null;
  isEmailVerified: boolean;
  name: string | null;
  /** When they last showed the provider who they are; null where it does not say. */
  authenticatedAtMs: number | null;
}

export const SKEW_SECONDS = 30;
const TOKEN_AGE_MAX_SECONDS = 600;
const SUBJECT_MAX = 255;

/** Reads claims whose signature, issuer, audience, end and nonce hold. @throws ProviderError */
export function readPerson({
  issuer,
  clientId,
  claims,
  nowMs,
}: {
  issuer: string;
  clientId: string;
  claims: IDToken;
  nowMs: number;
}): Person {
  const { sub, azp, iat, email, email_verified, name, auth_time } = claims;
  // Also where there is one audience, which the library does not ask.
  if (azp !== undefined && azp !== clientId) throw wrong("it was issued to another client (azp)");
  const ageSeconds = nowMs / 1000 - iat;
  if (ageSeconds > TOKEN_AGE_MAX_SECONDS || ageSeconds < -SKEW_SECONDS)
    throw wrong("it was not issued just now (iat)");
  if (sub.length > SUBJECT_MAX) throw wrong("its subject is longer than any (sub)");
  return {
    issuer,
    subject: sub,
    email: typeof email === "string" ? email : null,
    // The word of the provider, and not something like it.
    isEmailVerified: email_verified === true,
    name: typeof name === "string" ? name : null,
    authenticatedAtMs: typeof auth_time === "number" ? Math.min(auth_time * 1000, nowMs) : null,
  };
}

function wrong(reason: string): ProviderError {
  return new ProviderError("id_token", reason);
}
