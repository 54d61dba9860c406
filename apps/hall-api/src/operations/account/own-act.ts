import { type AccountTx, nameAccount, type TenantTx } from "@guildhall/db";
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
    const { result, details } = await work({ tx, account, accountId, sessionId, at: new Date(nowMs) });
    const entry = { ...envelope, kind: "access", action, subject: caller.actor.id, details } as const;
    return { act: await hall.ledger.append(tx, entry, nowMs, "tenant"), result };
  });
  await hall.ledger.sealed(act);
  return { result, receiptId: act.receiptId };
}
