import {
  type ApiKey,
  findApiKey,
  lookupApiKey,
  revokeApiKey,
  storeAlert,
  type TenantTx,
  withTenant,
} from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
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
  const envelope = () => hall.ledger.envelopeFor(found.tenantId, { kind: "hall", id: "leak-report" }, nowMs);
  const acts = await withTenant(hall.db, found.tenantId, async (tx) => {
    const key = await findApiKey(tx, found.id);
    if (!key || !(await revokeApiKey(tx, key.id, new Date(nowMs)))) return [];
    const details = { reason: "reported as leaked" };
    const revoked = { ...envelope(), kind: "key", action: "revoked", subject: key.id, details } as const;
    const alert = await alertOf(tx, key, envelope(), nowMs);
    return [
      await hall.ledger.append(tx, revoked, nowMs, "tenant"),
      await hall.ledger.append(tx, alert, nowMs),
    ];
  });
  for (const act of acts) await hall.ledger.sealed(act);
}

/** By which the tenant hears of it. @returns its entry */
async function alertOf<E extends { receipt_id: string }>(
  tx: TenantTx,
  key: ApiKey,
  envelope: E,
  nowMs: number,
) {
  const [level, code] = ["error", "KEY_LEAKED"] as const;
  await storeAlert(tx, key.tenantId, {
    id: envelope.receipt_id,
    createdAt: new Date(nowMs),
    level,
    code,
    message: `Somebody who holds the text of the key ${key.name} reported it as leaked. It is revoked; create another, and look for what it was used for.`,
    workerId: null,
    capabilityId: null,
  });
  return { ...envelope, kind: "alert", action: "raised", subject: key.id, details: { code, level } } as const;
}
