import {
  endSessionsOf,
  lockToEndSessions,
  lookupMemberships,
  type Membership,
  withTenant,
} from "@guildhall/db";
import type { TenantId } from "@guildhall/protocol";
import type { Hall } from "../../hall.ts";

/**
 * Ends an account's sessions in every tenant but this one: a password opens all of them, so whoever knew the one before is
 * out everywhere. Each tenant's chain says that its member's sessions ended. @returns how many
 */
export async function endElsewhere(hall: Hall, accountId: string, but: TenantId): Promise<number> {
  let ended = 0;
  for (const membership of await lookupMemberships(hall.db, accountId))
    if (membership.tenantId !== but) ended += await endIn(hall, membership);
  return ended;
}

async function endIn(hall: Hall, { tenantId, memberId }: Membership): Promise<number> {
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(tenantId, { kind: "person", id: memberId }, nowMs);
  const { act, sessions } = await withTenant(hall.db, tenantId, async (tx) => {
    await lockToEndSessions(tx, tenantId);
    const sessions = await endSessionsOf(tx, memberId, new Date(nowMs));
    const entry = { kind: "session", action: "all_ended", subject: memberId, details: { sessions } } as const;
    return { act: await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs, "tenant"), sessions };
  });
  await hall.ledger.sealed(act);
  return sessions;
}
