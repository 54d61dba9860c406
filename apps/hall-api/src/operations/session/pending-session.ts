import { findSession, lookupSession, withTenant } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import type { Hall } from "../../hall.ts";
import { hashSecret, readSecret } from "../../identity/api-key.ts";
import type { AskedSession } from "../../identity/passkey-challenge.ts";

export interface PendingSession extends AskedSession {
  memberId: string;
  /** By what it was begun, such as `password`. */
  factors: string;
  /** Where a provider's word began it: through which connection. */
  ssoConnectionId: string | null;
}

/** What waits for its second factor under this token. @throws HallError SESSION_ENDED where nothing does */
export async function findPending(hall: Hall, token: string): Promise<PendingSession> {
  if (readSecret(token) !== "session") throw new HallError("SESSION_ENDED");
  const found = await lookupSession(hall.db, hashSecret(token));
  const pending = found && (await withTenant(hall.db, found.tenantId, (tx) => findSession(tx, found.id)));
  const accountId = pending?.member.accountId;
  if (!found || !pending?.awaitsFactor || !accountId) throw new HallError("SESSION_ENDED");
  if (pending.endedAt || pending.expiresAt.getTime() <= hall.clock.now())
    throw new HallError("SESSION_ENDED");
  const { factors, member, ssoConnectionId } = pending;
  const { tenantId, id: sessionId } = found;
  return { tenantId, sessionId, accountId, memberId: member.id, factors, ssoConnectionId };
}
