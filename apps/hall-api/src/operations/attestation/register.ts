import { commitText, newSalt, textDigest, verifyPackageStatement } from "@guildhall/attestation";
import { listNamespaceKeys, listWorkers, registerAttestation, type TenantTx } from "@guildhall/db";
import {
  AttestationMethod,
  canonicalId,
  HallError,
  namespaceOf,
  type SignedManifest,
  WorkerId,
} from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";

/** The worker is held to this from then on, so what was decided before is decided again. */
export const register = operation({
  name: "attestation.register",
  summary:
    "Register what a worker's code has to be: a statement signed by a key of the worker's namespace; replaces the one before.",
  permission: "attestation:register",
  input: z.strictObject({
    worker_id: WorkerId,
    /** A DSSE envelope around an in-toto statement, as `hall attest sign` writes it. */
    envelope: z.string().max(16_384),
    /** The weakest way of measuring that counts for this worker. */
    method: AttestationMethod.exclude(["tee"]).default("runner-measured"),
  }),
  output: z.object({
    worker_id: z.string(),
    worker_version: z.string(),
    method: z.string(),
    envelope_digest: z.string(),
    receipt_id: z.uuid(),
  }),
  rest: { method: "POST", path: "/wcp/workers/:worker_id/attestation", status: 201, refuses: [422] },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { worker_id: workerId, envelope, method } = input;
    const nowMs = hall.clock.now();
    const entry = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const salt = newSalt();
    const envelopeDigest = textDigest(envelope);
    const { act, manifest } = await asCaller(hall, caller, async (tx) => {
      const { manifest, namespaceKeyId } = await readStatement(tx, workerId, envelope);
      if (method === "self-reported" && manifest.worker_key === undefined)
        throw invalid("WORKER_KEY_MISSING");
      if (method === "oci-digest" && manifest.image_digest === undefined)
        throw invalid("IMAGE_DIGEST_MISSING");
      await registerAttestation(tx, caller.tenantId, {
        id: entry.receipt_id,
        workerId,
        workerVersion: manifest.worker_version,
        method,
        packageHash: manifest.package_hash,
        imageDigest: manifest.image_digest ?? null,
        workerKey: manifest.worker_key === undefined ? null : Buffer.from(manifest.worker_key, "base64"),
        namespaceKeyId,
        envelope,
        envelopeDigest,
        salt,
        registeredAt: new Date(nowMs),
        registeredBy: actorName(caller),
      });
      const act = await hall.ledger.append(
        tx,
        {
          ...entry,
          kind: "attestation",
          action: "registered",
          subject: workerId,
          details: {
            envelope_digest: envelopeDigest,
            method,
            namespace_key_id: namespaceKeyId,
            registered_hash: commitText(manifest.package_hash, salt),
            worker_version: manifest.worker_version,
          },
        },
        nowMs,
        "tenant",
      );
      return { act, manifest };
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return {
      worker_id: workerId,
      worker_version: manifest.worker_version,
      method,
      envelope_digest: envelopeDigest,
      receipt_id: act.receiptId,
    };
  },
});

/**
 * The manifest of a statement about this worker, signed by a live key of the namespace that owns its id.
 * @throws HallError NOT_FOUND, ATTESTATION_INVALID
 */
async function readStatement(
  tx: TenantTx,
  workerId: WorkerId,
  envelope: string,
): Promise<{ manifest: SignedManifest; namespaceKeyId: string }> {
  const worker = (await listWorkers(tx)).find((one) => one.workerId === workerId);
  if (!worker) throw new HallError("NOT_FOUND");
  const namespace = namespaceOf(workerId);
  const keys = (await listNamespaceKeys(tx)).filter((key) => key.namespace === namespace && !key.retiredAt);
  if (keys.length === 0) throw invalid("NAMESPACE_KEY_UNKNOWN");
  const verdict = await verifyPackageStatement(
    envelope,
    keys.map(({ publicKey }) => new Uint8Array(publicKey)),
  );
  if (!verdict.ok) throw invalid(verdict.code);
  const { manifest, signedBy } = verdict;
  if (manifest.worker_id !== workerId) throw invalid("WORKER_OTHER");
  if (canonicalId("wrk", manifest.worker_species_id) !== worker.speciesId) throw invalid("SPECIES_OTHER");
  const signer = keys.find(({ publicKey }) => signedBy.some((key) => Buffer.from(key).equals(publicKey)));
  if (!signer) throw new Error("a statement verified under a key that nobody gave");
  return { manifest, namespaceKeyId: signer.id };
}

function invalid(reason: string): HallError {
  return new HallError("ATTESTATION_INVALID", { detail: { reason } });
}
