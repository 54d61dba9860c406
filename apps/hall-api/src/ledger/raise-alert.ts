import { newReceiptId } from "@guildhall/attestation";
import { type Db, storeAlert, withOperator, withTenant } from "@guildhall/db";
import { type Actor, HALL_CHAIN, type TenantId } from "@guildhall/protocol";
import type { Clock } from "../clock.ts";
import type { Ledger } from "./ledger.ts";

export interface Found {
  /** What the auditor looked at. */
  subject: string;
  code: string;
  /** For people; a tenant's stands at `GET /alerts`. */
  message: string;
  findings: readonly Record<string, string | number>[];
}

/** How an auditor says what it found: settled once the alert stands on the chain. */
export type Raise = (chain: TenantId, found: Found) => Promise<void>;

const AUDITOR: Actor = { kind: "hall", id: "auditor" };
/** How many findings an alert names; it counts them all. */
const NAMED_MAX = 20;

/** Says what an auditor found: an error in the log of the process, and an alert on the chain that it is about. */
export async function raiseAlert(
  on: { db: Db; ledger: Ledger; clock: Clock; log: { error(details: object, message: string): void } },
  chain: TenantId,
  { subject, code, message, findings }: Found,
): Promise<void> {
  const { db, ledger, clock, log } = on;
  log.error({ chain, code, findings }, message);
  const nowMs = clock.now();
  const receiptId = newReceiptId(nowMs);
  const entry = {
    ...ledger.envelopeFor(chain, AUDITOR, nowMs, receiptId),
    kind: "alert",
    action: "raised",
    subject,
    details: { code, level: "error", count: findings.length, findings: findings.slice(0, NAMED_MAX) },
  } as const;
  const act =
    chain === HALL_CHAIN
      ? await withOperator(db, (tx) => ledger.append(tx, entry, nowMs))
      : await withTenant(db, chain, async (tx) => {
          await storeAlert(tx, chain, {
            ...{ id: receiptId, createdAt: new Date(nowMs), level: "error", code, message },
            ...{ workerId: null, capabilityId: null },
          });
          return ledger.append(tx, entry, nowMs);
        });
  // The alert stands; where nothing can be sealed at the moment it is sealed later.
  await ledger.sealed(act).catch((err: unknown) => log.error({ err }, "the alert could not be sealed yet"));
}
