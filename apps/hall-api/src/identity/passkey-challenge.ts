import { randomBytes } from "node:crypto";
import {
  type ChallengePurpose,
  livePasskeys,
  nameAccount,
  type Passkey,
  readAccount,
  setChallenge,
  type TenantTx,
  takeChallenge,
  withTenant,
} from "@guildhall/db";
import { HallError, type TenantId } from "@guildhall/protocol";
import { generateAuthenticationOptions, generateRegistrationOptions } from "@simplewebauthn/server";
import { z } from "zod";
import type { Hall } from "../hall.ts";
import { ALGORITHMS } from "./check-passkey.ts";
import { readChallenge, TRANSPORTS } from "./passkey-input.ts";
import { relyingParty } from "./relying-party.ts";

/** For so long somebody may take to reach for their device. */
export const CHALLENGE_MS = 2 * 60_000;
export const PASSKEYS_MAX = 10;

/** As browsers read it: `PublicKeyCredential.parseRequestOptionsFromJSON`, `parseCreationOptionsFromJSON`. */
export const PasskeyOptions = z.looseObject({ challenge: z.string() });

/** The session of somebody's account for which a passkey is asked. */
export interface AskedSession {
  tenantId: TenantId;
  sessionId: string;
  accountId: string;
}

/** @throws HallError CONFLICT where the account has as many as it may */
export async function askForNewPasskey(hall: Hall, tx: TenantTx, asked: AskedSession) {
  const account = await nameAccount(tx, asked.accountId);
  const passkeys = await livePasskeys(account);
  requireRoom(passkeys);
  const { email } = (await readAccount(account)) ?? {};
  return generateRegistrationOptions({
    rpName: "Guildhall",
    rpID: relyingParty(hall.settings).domain,
    // The same for every passkey of the account: a device keeps one of it.
    userID: new Uint8Array(Buffer.from(asked.accountId.replaceAll("-", ""), "hex")),
    userName: email ?? "account",
    userDisplayName: email ?? "account",
    challenge: await placeChallenge(hall, tx, asked, "add"),
    timeout: CHALLENGE_MS,
    attestationType: "none",
    excludeCredentials: passkeys.map(described),
    authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
    supportedAlgorithmIDs: ALGORITHMS,
  });
}

/** @throws HallError NOT_FOUND where the account has no passkey */
export async function askForPasskey(
  hall: Hall,
  tx: TenantTx,
  asked: AskedSession,
  purpose: "sign_in" | "step_up",
) {
  const passkeys = await livePasskeys(await nameAccount(tx, asked.accountId));
  if (passkeys.length === 0) throw new HallError("NOT_FOUND");
  return generateAuthenticationOptions({
    rpID: relyingParty(hall.settings).domain,
    allowCredentials: passkeys.map(described),
    challenge: await placeChallenge(hall, tx, asked, purpose),
    timeout: CHALLENGE_MS,
    userVerification: "required",
  });
}

/**
 * Takes the challenge that was signed, in a transaction of its own: it counts once, whatever comes of the rest.
 * @returns null where the session was not asked for this, or not for this purpose, or too long ago
 */
export async function spendChallenge(
  hall: Hall,
  { tenantId, sessionId }: Pick<AskedSession, "tenantId" | "sessionId">,
  purpose: ChallengePurpose,
  clientData: string,
): Promise<Uint8Array | null> {
  const challenge = readChallenge(clientData);
  if (challenge === null) return null;
  const at = new Date(hall.clock.now());
  const isTaken = await withTenant(hall.db, tenantId, (tx) =>
    takeChallenge(tx, sessionId, { challenge, purpose, at }),
  );
  return isTaken ? challenge : null;
}

/** @throws HallError CONFLICT */
export function requireRoom(passkeys: readonly Passkey[]): void {
  if (passkeys.length >= PASSKEYS_MAX)
    throw new HallError("CONFLICT", {
      detail: { reason: `an account has at most ${PASSKEYS_MAX} passkeys` },
    });
}

async function placeChallenge(
  hall: Hall,
  tx: TenantTx,
  { sessionId }: AskedSession,
  purpose: ChallengePurpose,
): Promise<Uint8Array<ArrayBuffer>> {
  const challenge = new Uint8Array(randomBytes(32));
  const until = new Date(hall.clock.now() + CHALLENGE_MS);
  if (!(await setChallenge(tx, sessionId, { challenge, purpose, until })))
    throw new HallError("SESSION_ENDED");
  return challenge;
}

function described({ credentialId, transports }: Passkey) {
  return {
    id: Buffer.from(credentialId).toString("base64url"),
    transports: TRANSPORTS.filter((name) => transports.includes(name)),
  };
}
