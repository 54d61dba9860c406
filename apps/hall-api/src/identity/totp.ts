import { Secret, TOTP } from "otpauth";

/** Time-based one-time codes (RFC 6238): SHA-1, six digits, 30 seconds, as every authenticator has them. */

const PERIOD_S = 30;
const SEED_BYTES = 20;

export function newTotpSeed(): Uint8Array {
  return new Uint8Array(new Secret({ size: SEED_BYTES }).buffer);
}

/** What an authenticator scans, and the same seed to be typed. */
export function totpEnrolment(seed: Uint8Array, { issuer, label }: { issuer: string; label: string }) {
  const totp = totpOf(seed, { issuer, label });
  return { uri: totp.toString(), secret: totp.secret.base32 };
}

/** The step of which this is the code, one step of tolerance either way; null where it is none. */
export function matchTotp(seed: Uint8Array, code: string, nowMs: number): number | null {
  const delta = totpOf(seed).validate({ token: code, timestamp: nowMs, window: 1 });
  return delta === null ? null : Math.floor(nowMs / 1000 / PERIOD_S) + delta;
}

function totpOf(seed: Uint8Array, names: { issuer?: string; label?: string } = {}): TOTP {
  const secret = new Secret({ buffer: new Uint8Array(seed).buffer });
  return new TOTP({ ...names, secret, algorithm: "SHA1", digits: 6, period: PERIOD_S });
}
