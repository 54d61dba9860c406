import { readTenant, setPresence } from "@guildhall/db";
import { HallError, type Standing } from "@guildhall/protocol";
import type { Hall } from "../../hall.ts";
import { asCaller } from "../../identity/authenticate.ts";
import type { Caller } from "../../identity/caller.ts";

/** Its clients read these two of a refusal (contract 8a). */
export const refusalFields = ({ error }: { error: string }) => ({ ok: false, message: error });

/**
 * Records what a tenant announces of itself. Nothing is decided by it: what a tenant may have done, its standing says at
 * each decision, and `/status` shows nobody online whose standing has become too low since.
 * @throws HallError STANDING_REFUSED where it would go online and its standing does not let it
 */
export async function announce(hall: Hall, caller: Caller, online: boolean): Promise<Standing> {
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
  const { act, standing } = await asCaller(hall, caller, async (tx) => {
    const standing = (await readTenant(tx))?.standing ?? "suspended";
    if (online && !hall.settings.onlineStandings.includes(standing))
      throw new HallError("STANDING_REFUSED", { detail: { account_standing: standing } });
    await setPresence(tx, caller.tenantId, { online, standing, checkedAt: new Date(nowMs) });
    const act = await hall.ledger.append(
      tx,
      {
        ...envelope,
        kind: "tenant",
        action: online ? "went_online" : "went_offline",
        subject: caller.tenantId,
        details: { standing },
      },
      nowMs,
    );
    return { act, standing };
  });
  await hall.ledger.sealed(act);
  return standing;
}
