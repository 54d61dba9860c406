import { type AccountTx, findSession, liveFactors, nameAccount, type TenantTx } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import type { Hall } from "../../hall.ts";
import { asCaller } from "../../identity/authenticate.ts";
import type { Caller } from "../../identity/caller.ts";
import { personOf } from "../session/person-of.ts";

interface OwnTx {
  tx: TenantTx;
  account: AccountTx;
  accountId: string;
  sessionId: string;
  at: Date;
}

/**
 * What somebody does to their own account. It stands on the chain of the tenant in whose session it was done, and says
 * what kind of factor changed and never the factor.
 */
export async function recordOwnAct<T>(
  hall: Hall,
  caller: Caller,
  action: string,
  work: (own: OwnTx) => Promise<{ result: T; details: Record<string, string | number | boolean | null> }>,
): Promise<{ result: T; receiptId: string }> {
  const { id: sessionId, accountId } = personOf(caller);
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
  const { act, result } = await asCaller(hall, caller, async (tx) => {
    const account = await nameAccount(tx, accountId);
    await refuseWordOfProvider(tx, account, sessionId);
    const { result, details } = await work({ tx, account, accountId, sessionId, at: new Date(nowMs) });
    const entry = { ...envelope, kind: "access", action, subject: caller.actor.id, details } as const;
    return { act: await hall.ledger.append(tx, entry, nowMs, "tenant"), result };
  });
  await hall.ledger.sealed(act);
  return { result, receiptId: act.receiptId };
}

/**
 * An account may open several tenants, and one tenant's provider vouches there alone: a session that rests on its word
 * changes nothing of an account that has a password, or whoever runs the provider could come in everywhere.
 * @throws HallError FORBIDDEN
 */
async function refuseWordOfProvider(tx: TenantTx, account: AccountTx, sessionId: string): Promise<void> {
  const session = await findSession(tx, sessionId);
  if (session === null || session.ssoConnectionId === null) return;
  if ((await liveFactors(account, "password")).length === 0) return;
  throw new HallError("FORBIDDEN", {
    detail: {
      reason: "this session rests on a provider's word; sign in by the account's password to change it",
    },
  });
}
