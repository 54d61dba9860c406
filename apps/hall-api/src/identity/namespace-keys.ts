import { randomUUID } from "node:crypto";
import { registerNamespaceKey, retireNamespaceKey, withOperator } from "@guildhall/db";
import { type Actor, HALL_CHAIN, HallError, type ReceiptId, type TenantId } from "@guildhall/protocol";
import type { Hall } from "../hall.ts";

/**
 * Which key signs for which namespace, and whose it is: the word of the Hall's operator, on the Hall's own chain. The
 * Hall never has the private half.
 */
export interface NamespaceKey {
  tenantId: TenantId;
  namespace: string;
  publicKey: Uint8Array;
}

type Core = Pick<Hall, "db" | "clock" | "ledger">;

/** @throws HallError CONFLICT where the tenant has this key for this namespace already */
export async function recordNamespaceKey(
  { db, clock, ledger }: Core,
  actor: Actor,
  { tenantId, namespace, publicKey }: NamespaceKey,
): Promise<{ id: string; receiptId: ReceiptId }> {
  const id = randomUUID();
  const nowMs = clock.now();
  const envelope = ledger.envelopeFor(HALL_CHAIN, actor, nowMs);
  const act = await withOperator(db, async (tx) => {
    const key = { id, namespace, publicKey, registeredAt: new Date(nowMs) };
    if (!(await registerNamespaceKey(tx, tenantId, key)))
      throw new HallError("CONFLICT", { detail: { reason: "registered before" } });
    const details = {
      role: "namespace",
      algorithm: "ed25519",
      namespace,
      public_key: Buffer.from(publicKey).toString("base64"),
      tenant: tenantId,
    };
    return ledger.append(tx, { ...envelope, kind: "key", action: "registered", subject: id, details }, nowMs);
  });
  await ledger.sealed(act);
  return { id, receiptId: act.receiptId };
}

/**
 * What the key signed counts no more, so every instance decides again what it decided before.
 * @throws HallError NOT_FOUND where there is no such key, or it was retired before
 */
export async function recordNamespaceKeyRetired(
  { db, clock, ledger }: Core,
  actor: Actor,
  { id, reason }: { id: string; reason: string },
): Promise<{ receiptId: ReceiptId }> {
  const nowMs = clock.now();
  const envelope = ledger.envelopeFor(HALL_CHAIN, actor, nowMs);
  const act = await withOperator(db, async (tx) => {
    const tenant = await retireNamespaceKey(tx, id, new Date(nowMs));
    if (tenant === null) throw new HallError("NOT_FOUND");
    const details = { role: "namespace", reason, tenant };
    return ledger.append(
      tx,
      { ...envelope, kind: "key", action: "retired", subject: id, details },
      nowMs,
      "hall",
    );
  });
  await ledger.sealed(act);
  return { receiptId: act.receiptId };
}
