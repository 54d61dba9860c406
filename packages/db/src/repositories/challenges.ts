import type { TenantTx } from "../with-tenant.ts";

/** What a passkey of the session's holder is asked to sign: to be added, to sign in, to step up. */
export type ChallengePurpose = "add" | "sign_in" | "step_up";

/** In place of the one before. @returns false where the session has ended */
export async function setChallenge(
  tx: TenantTx,
  sessionId: string,
  { challenge, purpose, until }: { challenge: Uint8Array; purpose: ChallengePurpose; until: Date },
): Promise<boolean> {
  const { count } = await tx.session.updateMany({
    where: { id: sessionId, endedAt: null },
    data: { challenge: new Uint8Array(challenge), challengePurpose: purpose, challengeUntil: until },
  });
  return count === 1;
}

/** Takes the session's challenge once. @returns false where it has not this one, for this purpose, at this time */
export async function takeChallenge(
  tx: TenantTx,
  sessionId: string,
  { challenge, purpose, at }: { challenge: Uint8Array; purpose: ChallengePurpose; at: Date },
): Promise<boolean> {
  const { count } = await tx.session.updateMany({
    where: {
      ...{ id: sessionId, endedAt: null, challenge: new Uint8Array(challenge), challengePurpose: purpose },
      challengeUntil: { gt: at },
    },
    data: { challenge: null, challengePurpose: null, challengeUntil: null },
  });
  return count === 1;
}
