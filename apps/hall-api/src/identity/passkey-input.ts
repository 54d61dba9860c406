import { isPrintable } from "@guildhall/protocol";
import { z } from "zod";

/** What a browser hands over of a passkey: the fields of WebAuthn that are read here, each as base64url, and no others. */

const base64url = (max: number) => z.base64url().min(1).max(max);

export const TRANSPORTS = ["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"] as const;

export const PasskeyName = z
  .string()
  .min(1)
  .max(64)
  .refine(isPrintable, "expected 1 to 64 printable characters");

/** A signature by a passkey that is registered. */
export const ShownPasskey = z.strictObject({
  credential_id: base64url(1364),
  client_data: base64url(2048),
  authenticator_data: base64url(2048),
  signature: base64url(1024),
});
export type ShownPasskey = z.output<typeof ShownPasskey>;

/** One that was just made. */
export const NewPasskey = z.strictObject({
  credential_id: base64url(1364),
  client_data: base64url(2048),
  attestation_object: base64url(8192),
  /** How the browser reaches the device; said by the browser and given back to it. */
  transports: z.array(z.enum(TRANSPORTS)).max(TRANSPORTS.length).default([]),
});
export type NewPasskey = z.output<typeof NewPasskey>;

const ClientData = z.object({
  challenge: z.base64url().length(43),
  crossOrigin: z.boolean().default(false),
});

/**
 * The challenge that the browser says was signed, before anything is believed.
 * @returns null where there is none, or where a page in a foreign frame asked: the console is in nobody's frame
 */
export function readChallenge(clientData: string): Uint8Array | null {
  const read = ClientData.safeParse(parsed(Buffer.from(clientData, "base64url").toString()));
  return read.success && !read.data.crossOrigin ? Buffer.from(read.data.challenge, "base64url") : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whoever asks wrote this; what is no JSON holds no challenge.
    return null;
  }
}
