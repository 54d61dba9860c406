import { findApiKey, lookupApiKey, revokeApiKey, storeAlert, withTenant } from "@guildhall/db";
import { HallError, type TenantId } from "@guildhall/protocol";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { hashSecret, isKeyText } from "../../identity/api-key.ts";
import { operation } from "../operation.ts";

/**
 * Whoever holds a key's text may end it: that is all they can do with it here, and less than the text would let them do
 * elsewhere. The answer is the same for a key of this Hall, one revoked before, and one that never was.
 */
export const reportLeak = operation({
  name: "key.report-leak",
  summary:
    "Report the text of an API key that was found where it should not be; if it is a key of this Hall, it is revoked.",
  permission: "public",
  input: z.strictObject({ key: z.string().max(256) }),
  output: z.object({ received: z.literal(true) }),
  rest: { method: "POST", path: "/wcp/keys/report-leak", refuses: [429] },
  trpc: "mutation",
  async run({ hall, input, request }) {
    const retry_after_seconds = hall.leakReports.take(request.address);
    if (retry_after_seconds > 0)
      throw new HallError("RATE_LIMITED", { detail: { exceeded: "minute", retry_after_seconds } });
    // What cannot be a key costs no look-up.
    if (isKeyText(input.key)) await revokeLeaked(hall, hashSecret(input.key));
    return { received: true as const };
  },
});

async function revokeLeaked(hall: Hall, keyHash: Buffer): Promise<void> {
  const found = await lookupApiKey(hall.db, keyHash);
  if (!found) return;
  const nowMs = hall.clock.now();
  const act = await withTenant(hall.db, found.tenantId, async (tx) => {
    const key = await findApiKey(tx, found.id);
    if (!key || !(await revokeApiKey(tx, key.id, new Date(nowMs)))) return null;
    const { entry, alert } = entriesOf(hall, found.tenantId, { id: key.id, name: key.name }, nowMs);
    await storeAlert(tx, found.tenantId, alert);
    return hall.ledger.append(tx, entry, nowMs, "tenant");
  });
  if (act) await hall.ledger.sealed(act);
}

/** The revocation's entry, and the alert by which the tenant hears of it. */
function entriesOf(
  hall: Hall,
  tenantId: TenantId,
  { id, name }: { id: string; name: string },
  nowMs: number,
) {
  const envelope = hall.ledger.envelopeFor(tenantId, { kind: "hall", id: "leak-report" }, nowMs);
  const details = { reason: "reported as leaked" };
  return {
    entry: { ...envelope, kind: "key", action: "revoked", subject: id, details } as const,
    alert: {
      id: envelope.receipt_id,
      createdAt: new Date(nowMs),
      level: "error" as const,
      code: "KEY_LEAKED",
      message: `Somebody who holds the text of the key ${name} reported it as leaked. It is revoked; create another, and look for what it was used for.`,
      workerId: null,
      capabilityId: null,
    },
  };
}
