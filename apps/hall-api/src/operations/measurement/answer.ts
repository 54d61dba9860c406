import { commitText, newSalt, verifyMeasurement } from "@guildhall/attestation";
import {
  answerChallenge,
  findAttestation,
  listRunnerKeys,
  raiseFlag,
  storeAlert,
  type TenantTx,
  type WorkerAttestation,
} from "@guildhall/db";
import { HallError, type Measurement, WorkerId } from "@guildhall/protocol";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { asCaller } from "../../identity/authenticate.ts";
import type { Caller } from "../../identity/caller.ts";
import type { Appended } from "../../ledger/append-entry.ts";
import { callerOf, operation } from "../operation.ts";

/**
 * Takes the answer to a nonce. Code that differs from what was registered flags the worker and alerts in the same
 * transaction, under the fence: no decision made before is sequenced after.
 */
export const answer = operation({
  name: "measurement.answer",
  summary: "Answer a nonce with a signed measurement of a worker's code; one that differs flags the worker.",
  permission: "attestation:measure",
  input: z.strictObject({
    worker_id: WorkerId,
    /** A DSSE envelope around the measurement, signed by a registered runner's key or by the worker's own. */
    envelope: z.string().max(16_384),
  }),
  output: z.object({
    worker_id: z.string(),
    method: z.string(),
    matches: z.boolean(),
    valid_until: z.string(),
    receipt_id: z.uuid(),
    /** The alert's receipt, where this measurement raised one. */
    alert_id: z.uuid().nullable(),
  }),
  rest: { method: "POST", path: "/wcp/workers/:worker_id/measurements", status: 201, refuses: [422] },
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const { measured, alert, acts } = await asCaller(hall, caller, async (tx) => {
      const measured = await takeMeasurement(hall, tx, caller, input, nowMs);
      const alert = measured.matches ? null : await flag(hall, tx, caller, measured, nowMs);
      const acts: Appended[] = [await appendMeasured(hall, tx, measured, nowMs)];
      if (alert) acts.push(await hall.ledger.append(tx, alert, nowMs, "tenant"));
      return { measured, alert, acts };
    });
    for (const act of acts) await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return {
      worker_id: input.worker_id,
      method: measured.method,
      matches: measured.matches,
      valid_until: measured.validUntil.toISOString(),
      receipt_id: measured.id,
      alert_id: alert?.receipt_id ?? null,
    };
  },
});

interface Taken {
  id: string;
  envelope: ReturnType<Hall["ledger"]["envelopeFor"]>;
  workerId: WorkerId;
  attestationId: string;
  method: "self-reported" | "runner-measured" | "oci-digest";
  hash: string;
  matches: boolean;
  validUntil: Date;
  runnerId: string | null;
  salt: Uint8Array;
}

/** @throws HallError NOT_FOUND, MEASUREMENT_INVALID */
async function takeMeasurement(
  hall: Hall,
  tx: TenantTx,
  caller: Caller,
  { worker_id: workerId, envelope }: { worker_id: WorkerId; envelope: string },
  nowMs: number,
): Promise<Taken> {
  const attestation = await findAttestation(tx, workerId);
  if (!attestation) throw new HallError("NOT_FOUND");
  const { measurement, runnerId } = await readMeasurement(tx, attestation, envelope);
  const { method, hash, nonce } = measurement;
  if (measurement.hall !== hall.settings.origin) throw invalid("HALL_OTHER");
  if (measurement.worker_id !== workerId) throw invalid("WORKER_OTHER");
  // Nothing here can check what a trusted environment says yet.
  if (method === "tee") throw invalid("METHOD_NOT_SUPPORTED");
  // What a worker says of itself is one thing, what somebody else has read another.
  if ((method === "self-reported") !== (runnerId === null)) throw invalid("METHOD_NOT_THIS_KEYS");
  const expected = method === "oci-digest" ? attestation.imageDigest : attestation.packageHash;
  if (expected === null) throw invalid("IMAGE_DIGEST_MISSING");

  const entry = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
  const taken: Taken = {
    id: entry.receipt_id,
    envelope: entry,
    workerId,
    attestationId: attestation.id,
    method,
    hash,
    matches: hash === expected,
    validUntil: new Date(nowMs + hall.settings.measurementValidMs),
    runnerId,
    salt: newSalt(),
  };
  const { envelope: _, workerId: _worker, attestationId, ...answer } = taken;
  const spent = { nonce, workerId, attestationId };
  if (!(await answerChallenge(tx, spent, { ...answer, answeredAt: new Date(nowMs) })))
    throw invalid("NONCE_NOT_OPEN");
  return taken;
}

/** Who measured: a runner, or (null) the worker itself. A key that is registered as both is the worker's. */
async function readMeasurement(
  tx: TenantTx,
  { workerKey }: WorkerAttestation,
  envelope: string,
): Promise<{ measurement: Measurement; runnerId: string | null }> {
  const runners = (await listRunnerKeys(tx)).filter(({ retiredAt }) => retiredAt === null);
  const keys = [...(workerKey ? [workerKey] : []), ...runners.map(({ publicKey }) => publicKey)];
  const verdict = await verifyMeasurement(
    envelope,
    keys.map((key) => new Uint8Array(key)),
  );
  if (!verdict.ok) throw invalid(verdict.code);
  const isBy = (key: Uint8Array) => verdict.signedBy.some((signer) => Buffer.from(signer).equals(key));
  const { measurement } = verdict;
  if (workerKey !== null && isBy(workerKey)) return { measurement, runnerId: null };
  const runner = runners.find(({ publicKey }) => isBy(publicKey));
  if (!runner) throw new Error("a measurement verified under a key that nobody gave");
  return { measurement, runnerId: runner.id };
}

/** Flags the worker and says so. @returns the alert's entry, or null where the worker was flagged before */
async function flag(hall: Hall, tx: TenantTx, caller: Caller, measured: Taken, nowMs: number) {
  const { workerId, method, id: measurementId } = measured;
  const envelope = hall.ledger.envelopeFor(caller.tenantId, { kind: "hall", id: "attestation" }, nowMs);
  const at = new Date(nowMs);
  const raised = { id: envelope.receipt_id, workerId, measurementId, raisedAt: at };
  if (!(await raiseFlag(tx, caller.tenantId, raised))) return null;
  const [level, code] = ["error", "DENY_WORKER_TAMPERED"] as const;
  await storeAlert(tx, caller.tenantId, {
    id: envelope.receipt_id,
    createdAt: at,
    level,
    code,
    message: `The code of ${workerId} is not what was registered (${method}). It runs nothing until an operator clears the flag.`,
    workerId,
    capabilityId: null,
  });
  const details = { code, level, measurement_receipt_id: measurementId, method };
  return { ...envelope, kind: "alert", action: "raised", subject: workerId, details } as const;
}

function appendMeasured(hall: Hall, tx: TenantTx, measured: Taken, nowMs: number) {
  const { envelope, workerId, attestationId, method, matches, runnerId, validUntil } = measured;
  return hall.ledger.append(
    tx,
    {
      ...envelope,
      kind: "attestation",
      action: "measured",
      subject: workerId,
      details: {
        attestation_receipt_id: attestationId,
        current_hash: commitText(measured.hash, measured.salt),
        matches,
        method,
        runner_id: runnerId,
        valid_until: validUntil.toISOString(),
      },
    },
    nowMs,
  );
}

function invalid(reason: string): HallError {
  return new HallError("MEASUREMENT_INVALID", { detail: { reason } });
}
