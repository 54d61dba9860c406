import type { AttestationMethod, TenantId, WorkerId } from "@guildhall/protocol";
import type { TenantTx } from "../with-tenant.ts";

/** A nonce that the Hall has given out. */
export interface Challenge {
  nonce: string;
  workerId: WorkerId;
  /** What the answer is held against. */
  attestationId: string;
  askedAt: Date;
  expiresAt: Date;
}

/** The answer to a nonce. */
export interface MeasurementAnswer {
  /** The receipt's. */
  id: string;
  answeredAt: Date;
  method: AttestationMethod;
  hash: string;
  matches: boolean;
  validUntil: Date;
  /** Who measured; null where the worker reports of itself. */
  runnerId: string | null;
  /** Of the commitment to the hash. */
  salt: Uint8Array;
}

export async function createChallenge(tx: TenantTx, tenantId: TenantId, challenge: Challenge): Promise<void> {
  await tx.measurement.createMany({ data: [{ ...challenge, tenantId }] });
}

/** Nonces of a worker that somebody may still answer. */
export async function countOpenChallenges(tx: TenantTx, workerId: WorkerId, now: Date): Promise<number> {
  return tx.measurement.count({ where: { workerId, answeredAt: null, expiresAt: { gt: now } } });
}

/**
 * Spends a nonce, once: of two answers the second finds it spent.
 * @returns false where the nonce is not this worker's, was given for another registration, is spent or has expired
 */
export async function answerChallenge(
  tx: TenantTx,
  { nonce, workerId, attestationId }: Pick<Challenge, "nonce" | "workerId" | "attestationId">,
  { salt, ...answer }: MeasurementAnswer,
): Promise<boolean> {
  const { count } = await tx.measurement.updateMany({
    where: { nonce, workerId, attestationId, answeredAt: null, expiresAt: { gt: answer.answeredAt } },
    data: { ...answer, salt: new Uint8Array(salt) },
  });
  return count === 1;
}

/** What a measurement found, with the salt that opens its commitment. */
export async function readMeasurement(
  tx: TenantTx,
  id: string,
): Promise<{ hash: string; salt: Uint8Array } | null> {
  const row = await tx.measurement.findFirst({ where: { id } });
  return row?.hash && row.salt ? { hash: row.hash, salt: row.salt } : null;
}
