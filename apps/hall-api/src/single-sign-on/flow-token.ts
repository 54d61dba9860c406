import { z } from "zod";
import type { FactorKey } from "../identity/factor-key.ts";

/**
 * A sign-in that has gone to a provider and is not back yet. Nothing of it is stored here: the browser that began it keeps
 * it, sealed, so that an answer is taken from that browser alone, and strangers who begin a thousand fill nothing.
 */
export const Flow = z.strictObject({
  id: z.uuid(),
  tenant: z.uuid(),
  connection: z.uuid(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  expires_ms: z.int(),
  /** The member who says that the provider's identity is theirs too, and their session; null where somebody signs in. */
  link: z.strictObject({ member: z.uuid(), session: z.uuid() }).nullable(),
});
export type Flow = z.infer<typeof Flow>;

export const FLOW_MS = 10 * 60_000;
export const FLOW_TOKEN_MAX = 2048;

/** What the key encrypts for this is read as nothing else. */
const PURPOSE = "single sign-on flow";

export function sealFlow(key: FactorKey, flow: Flow): string {
  return Buffer.from(key.encrypt(Buffer.from(JSON.stringify(flow)), PURPOSE)).toString("base64url");
}

/** Null where it is none of ours, was changed, or is over. */
export function openFlow(key: FactorKey, token: string, nowMs: number): Flow | null {
  const plain = decrypted(key, token);
  if (plain === null) return null;
  const flow = Flow.parse(JSON.parse(Buffer.from(plain).toString()));
  return flow.expires_ms > nowMs ? flow : null;
}

function decrypted(key: FactorKey, token: string): Uint8Array | null {
  try {
    return key.decrypt(Buffer.from(token, "base64url"), PURPOSE);
  } catch {
    return null; // hostile input: too short, of another key, or changed
  }
}
