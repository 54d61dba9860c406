import type { Hall } from "../../hall.ts";
import type { ShownFactor } from "../../identity/factors.ts";
import { type AskedSession, spendChallenge } from "../../identity/passkey-challenge.ts";
import type { ShownPasskey } from "../../identity/passkey-input.ts";

/** @returns null where a passkey signed what this session was not asked for */
export async function readShown(
  hall: Hall,
  asked: Pick<AskedSession, "tenantId" | "sessionId">,
  purpose: "sign_in" | "step_up",
  { code, passkey }: { code?: string | undefined; passkey?: ShownPasskey | undefined },
): Promise<ShownFactor | null> {
  if (passkey === undefined) return { code: code ?? "" };
  const challenge = await spendChallenge(hall, asked, purpose, passkey.client_data);
  return challenge && { passkey, challenge };
}
