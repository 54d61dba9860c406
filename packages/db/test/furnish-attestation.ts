import { randomBytes, randomUUID } from "node:crypto";
import type { TenantId, WorkerId } from "@guildhall/protocol";
import {
  answerChallenge,
  createChallenge,
  type Db,
  type MeasurementAnswer,
  raiseFlag,
  registerAttestation,
  registerNamespaceKey,
  registerRunnerKey,
  storeAlert,
  type WorkerAttestation,
  withOperator,
  withTenant,
} from "../src/index.ts";

export const PACKAGE_HASH = "a".repeat(64);

/** One row in every table of package attestation: a registered package, measured and found to differ. */
export async function furnishAttestation(db: Db, tenant: TenantId, workerId: WorkerId): Promise<void> {
  const { attestation, runnerId } = await furnishRegistration(db, tenant, workerId);
  const now = new Date();
  await withTenant(db, tenant, async (tx) => {
    const measurementId = await measured(tx, tenant, attestation, {
      runnerId,
      hash: "b".repeat(64),
      at: now,
    });
    const id = randomUUID();
    await raiseFlag(tx, tenant, { id, workerId, measurementId, raisedAt: now });
    const alert = { level: "error", code: "X", message: "x", capabilityId: null } as const;
    await storeAlert(tx, tenant, { id, createdAt: now, workerId, ...alert });
  });
}

export async function furnishRegistration(
  db: Db,
  tenant: TenantId,
  workerId: WorkerId,
  changes: Partial<WorkerAttestation> = {},
) {
  const now = new Date();
  const namespaceKeyId = randomUUID();
  const runnerId = randomUUID();
  const namespace = workerId.split(".").slice(0, 2).join(".");
  await withOperator(db, (tx) =>
    registerNamespaceKey(tx, tenant, {
      id: namespaceKeyId,
      namespace,
      publicKey: randomBytes(32),
      registeredAt: now,
    }),
  );
  const attestation = registration(workerId, namespaceKeyId, changes);
  await withTenant(db, tenant, async (tx) => {
    const runner = { id: runnerId, name: "runner", publicKey: randomBytes(32) };
    await registerRunnerKey(tx, tenant, { ...runner, registeredAt: now, registeredBy: "person:olga" });
    await registerAttestation(tx, tenant, attestation);
  });
  return { attestation, runnerId, namespaceKeyId };
}

export function registration(
  workerId: WorkerId,
  namespaceKeyId: string,
  changes: Partial<WorkerAttestation> = {},
): WorkerAttestation {
  return {
    id: randomUUID(),
    workerId,
    workerVersion: "1",
    method: "runner-measured",
    packageHash: PACKAGE_HASH,
    imageDigest: null,
    workerKey: null,
    namespaceKeyId,
    envelope: "{}",
    envelopeDigest: `sha256:${"0".repeat(64)}`,
    salt: randomBytes(16),
    registeredAt: new Date(),
    registeredBy: "person:olga",
    ...changes,
  };
}

/** A nonce that is asked for and answered. @returns the measurement's id */
export async function measured(
  tx: Parameters<typeof createChallenge>[0],
  tenant: TenantId,
  attestation: WorkerAttestation,
  { runnerId, at, ...changes }: { runnerId: string | null; at: Date } & Partial<MeasurementAnswer>,
): Promise<string> {
  const nonce = randomBytes(32).toString("hex");
  const { workerId, id: attestationId } = attestation;
  const expiresAt = new Date(at.getTime() + 60_000);
  await createChallenge(tx, tenant, { nonce, workerId, attestationId, askedAt: at, expiresAt });
  const id = randomUUID();
  const hash = changes.hash ?? PACKAGE_HASH;
  const answer: MeasurementAnswer = {
    id,
    answeredAt: at,
    method: runnerId === null ? "self-reported" : "runner-measured",
    hash,
    matches: hash === PACKAGE_HASH,
    validUntil: new Date(at.getTime() + 300_000),
    runnerId,
    salt: randomBytes(16),
    ...changes,
  };
  if (!(await answerChallenge(tx, { nonce, workerId, attestationId }, answer)))
    throw new Error("the nonce was not there to be answered");
  return id;
}
