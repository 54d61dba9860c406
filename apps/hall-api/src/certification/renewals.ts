import {
  certificatesThatMatter,
  type Db,
  noteReminder,
  type StoredCertificate,
  tenantsWithEndingCertificates,
  withTenant,
} from "@guildhall/db";
import { type Actor, instant, type TenantId } from "@guildhall/protocol";
import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** Days before its end at which a certificate is reminded of, the last first. */
export const REMINDED_DAYS = [1, 7, 30] as const;

const DAY_MS = 86_400_000;
const REMINDER: Actor = { kind: "hall", id: "certification" };

/**
 * Reminds of certificates that end soon, by a notice on the tenant's chain: once a certificate and threshold, whichever
 * instance finds it. One that was renewed is not reminded of, nor one whose whole time is shorter than the threshold.
 * @returns how many notices were written
 */
export async function remindOfRenewals(on: { db: Db; ledger: Ledger; clock: Clock }): Promise<number> {
  const nowMs = on.clock.now();
  const until = new Date(nowMs + Math.max(...REMINDED_DAYS) * DAY_MS);
  let written = 0;
  for (const tenantId of await tenantsWithEndingCertificates(on.db, new Date(nowMs), until))
    written += await remindTenant(on, tenantId, nowMs);
  return written;
}

async function remindTenant(
  { db, ledger }: { db: Db; ledger: Ledger },
  tenantId: TenantId,
  nowMs: number,
): Promise<number> {
  const certificates = await withTenant(db, tenantId, (tx) => certificatesThatMatter(tx, new Date(nowMs)));
  let written = 0;
  for (const { certificate, days } of dueForRenewal(certificates, nowMs)) {
    const envelope = ledger.envelopeFor(tenantId, REMINDER, nowMs);
    const act = await withTenant(db, tenantId, async (tx) => {
      const reminder = {
        certificateId: certificate.id,
        days,
        remindedAt: new Date(nowMs),
        receiptId: envelope.receipt_id,
      };
      if (!(await noteReminder(tx, tenantId, reminder))) return null;
      const details = {
        worker_id: certificate.workerId,
        certification_id: certificate.certificationId,
        days,
        valid_until: instant(certificate.validUntil.getTime()),
      };
      return ledger.append(
        tx,
        { ...envelope, kind: "notice", action: "renewal_due", subject: certificate.id, details },
        nowMs,
      );
    });
    if (act === null) continue;
    await ledger.sealed(act);
    written++;
  }
  return written;
}

/** Those that end soon and that nothing of their certification outlives, each with the nearest threshold that has passed. */
export function dueForRenewal(
  certificates: readonly StoredCertificate[],
  nowMs: number,
): { certificate: StoredCertificate; days: number }[] {
  const live = certificates.filter(
    ({ revocation, validUntil }) => revocation === null && validUntil.getTime() > nowMs,
  );
  return live.flatMap((certificate) => {
    const { certificationId, validFrom, validUntil } = certificate;
    if (live.some((other) => other.certificationId === certificationId && other.validUntil > validUntil))
      return [];
    const leftMs = validUntil.getTime() - nowMs;
    const days = REMINDED_DAYS.find((threshold) => leftMs <= threshold * DAY_MS);
    const isShort = days !== undefined && validUntil.getTime() - validFrom.getTime() <= days * DAY_MS;
    return days === undefined || isShort ? [] : [{ certificate, days }];
  });
}
