import { Secret, TOTP } from "otpauth";
import type { OpenHall } from "./running-hall.ts";

/** Sets up an authenticator for whose session it is. @returns it, and the recovery codes */
export async function addAuthenticator(hall: OpenHall, session: string) {
  const { body: begun } = await hall.ask<{ id: string; secret: string; uri: string }>(
    "POST",
    "/wcp/account/totp",
    { key: session, body: {} },
  );
  const code = authenticator(hall, begun.secret);
  const { body } = await hall.ask<{ recovery_codes: string[] }>(
    "POST",
    `/wcp/account/totp/${begun.id}/confirm`,
    { key: session, body: { code: code() } },
  );
  return { code, codes: body.recovery_codes, uri: begun.uri };
}

/** What an authenticator with this seed shows, some steps from now. */
export function authenticator(hall: OpenHall, secret: string): (steps?: number) => string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return (steps = 0) => totp.generate({ timestamp: hall.hall.clock.now() + steps * 30_000 });
}
