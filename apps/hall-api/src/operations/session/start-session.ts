import { randomUUID } from "node:crypto";
import {
  createSession,
  lockToBeginSessions,
  type Member,
  readTenant,
  type TenantTx,
  withTenant,
} from "@guildhall/db";
import { HallError, instant, type TenantId } from "@guildhall/protocol";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { shownAddress } from "../../identity/address-list.ts";
import { hashSecret, newSecret, secretDigest } from "../../identity/api-key.ts";
import { SECOND_FACTORS, type SecondFactor } from "../../identity/factors.ts";
import { refuseWhereSsoRequired } from "../../single-sign-on/refuse-where-required.ts";

export const SESSION_MS = 12 * 3600 * 1000;
/** For so long a second factor is waited for. */
export const PENDING_MS = 5 * 60_000;

export const MemberView = z.object({ id: z.uuid(), display_name: z.string(), role: z.string() });
export const TenantView = z.object({ slug: z.string(), name: z.string() });

/** A session, whose token is in this answer and nowhere else. */
export const BegunView = z.object({
  state: z.literal("begun"),
  session_token: z.string(),
  expires_at: z.string(),
  member: MemberView,
  tenant: TenantView,
});

/** Not yet one: what this token opens is `session.ask-passkey` and `session.verify-factor` alone. */
export const PendingView = z.object({
  state: z.literal("factor_needed"),
  pending_token: z.string(),
  /** What the account has; a recovery code stands in for either. */
  factors: z.array(z.enum(SECOND_FACTORS)),
  expires_at: z.string(),
});

/** What a session that a provider's word began carries beside that. */
export interface BegunBySso {
  ssoConnectionId: string;
  /** When the provider says that its holder showed who they are; null where it does not say. */
  stepUpAt: Date | null;
}

/** How somebody comes in: by which factors, and from where. The address stands beside the session, in no receipt. */
export interface Coming {
  factors: string;
  address: string;
}

/**
 * Begins a session with a token of its own: whatever its holder had before is not it (H-107). Its receipt names by what
 * the person was known. @param identify runs first, in the same transaction, and says who it is, by what still holds:
 * an act that ends sessions may have come since it was shown
 */
export async function startSession(
  hall: Hall,
  tenantId: TenantId,
  { factors, address }: Coming,
  identify: (tx: TenantTx, nowMs: number) => Promise<Member>,
  sso: BegunBySso | null = null,
): Promise<z.output<typeof BegunView>> {
  const token = newSecret("session");
  const nowMs = hall.clock.now();
  const expiresAt = new Date(nowMs + SESSION_MS);
  const id = randomUUID();
  const { act, member, tenant } = await withTenant(hall.db, tenantId, async (tx) => {
    await lockToBeginSessions(tx, tenantId);
    const member = await identify(tx, nowMs);
    const tenant = await readTenant(tx);
    if (!tenant || member.removedAt) throw new HallError("SIGN_IN_REFUSED");
    if (sso === null) await refuseWhereSsoRequired(tx, member);
    const tokenHash = hashSecret(token);
    const stepUpAt = sso === null ? new Date(nowMs) : sso.stepUpAt;
    await createSession(tx, {
      ...{ tenantId, id, memberId: member.id, tokenHash, expiresAt, factors, stepUpAt },
      address: shownAddress(address),
      ...(sso && { ssoConnectionId: sso.ssoConnectionId }),
    });
    const details = {
      factors,
      token_digest: secretDigest(tokenHash),
      expires_at: instant(expiresAt.getTime()),
      // Whoever shows something here is fresh as this is written; whom a provider vouches for, as it says.
      ...(sso && {
        sso_connection: sso.ssoConnectionId,
        step_up_at: sso.stepUpAt && instant(sso.stepUpAt.getTime()),
      }),
    };
    const envelope = hall.ledger.envelopeFor(tenantId, { kind: "person", id: member.id }, nowMs);
    const act = await hall.ledger.append(
      tx,
      { ...envelope, kind: "session", action: "begun", subject: id, details },
      nowMs,
    );
    return { act, member, tenant };
  });
  await hall.ledger.sealed(act);
  return {
    state: "begun",
    session_token: token,
    expires_at: expiresAt.toISOString(),
    member: { id: member.id, display_name: member.displayName, role: member.role },
    tenant: { slug: tenant.slug, name: tenant.name },
  };
}

/** Keeps for five minutes that somebody showed their first factor. Nothing has begun, so there is no receipt. */
export async function awaitFactor(
  hall: Hall,
  tenantId: TenantId,
  { factors, address, wanted }: Coming & { wanted: SecondFactor[] },
  identify: (tx: TenantTx, nowMs: number) => Promise<Pick<Member, "id">>,
  sso: Pick<BegunBySso, "ssoConnectionId"> | null = null,
): Promise<z.output<typeof PendingView>> {
  const token = newSecret("session");
  const nowMs = hall.clock.now();
  const expiresAt = new Date(nowMs + PENDING_MS);
  await withTenant(hall.db, tenantId, async (tx) => {
    await lockToBeginSessions(tx, tenantId);
    const { id: memberId } = await identify(tx, nowMs);
    await createSession(tx, {
      ...{ tenantId, id: randomUUID(), memberId, tokenHash: hashSecret(token), expiresAt, factors },
      address: shownAddress(address),
      awaitsFactor: true,
      ...(sso && { ssoConnectionId: sso.ssoConnectionId }),
    });
  });
  return {
    state: "factor_needed",
    pending_token: token,
    factors: wanted,
    expires_at: expiresAt.toISOString(),
  };
}
