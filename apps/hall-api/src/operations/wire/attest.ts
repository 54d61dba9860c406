import { declarePackage, findAttestation, findWorker } from "@guildhall/db";
import { HallError, isPrintable, namespaceOf, SpeciesId, WorkerId } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";

const PackageHash = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 lower-case hex digits");
const Word = z.string().max(256).refine(isPrintable, "expected printable characters").nullish();

/**
 * Two bodies circulate (contract 8b): `sha256` with `label` and `ai_session_id`, and `package_hash` with a species, a
 * version and `ai_session_fingerprint`. Either is read, and each of its clients finds its own words in the answer.
 *
 * Nobody signed this and nothing was measured, so no decision rests on it: it is what the tenant says to strangers. What
 * a namespace's key signed is registered at /wcp/workers/:worker_id/attestation.
 */
export const attest = operation({
  name: "wire.attest",
  summary:
    "Declare the hash of a worker's package to everybody; what was signed for the worker must not differ.",
  permission: "attestation:register",
  input: z.strictObject({
    /** In the path; one of the clients repeats it in the body, as worker_id. */
    worker: WorkerId,
    worker_id: WorkerId.optional(),
    sha256: PackageHash.optional(),
    package_hash: PackageHash.optional(),
    worker_species_id: SpeciesId.optional(),
    worker_version: Word,
    manifest_path: z.string().max(1024).nullish(),
    label: Word,
    ai_generated: z.boolean().nullish(),
    ai_service: Word,
    ai_model: Word,
    ai_session_id: Word,
    ai_session_fingerprint: Word,
  }),
  output: z.object({
    /** The declaration's, and its receipt's. */
    id: z.uuid(),
    worker_id: z.string(),
    sha256: z.string(),
    namespace: z.string(),
    package_hash: z.string(),
    attested_at: z.string(),
    status: z.enum(["active", "suspended"]),
    receipt_id: z.uuid(),
  }),
  rest: { method: "PUT", path: "/api/v1/workers/:worker/attest", wire: {} },
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { worker: workerId } = input;
    const packageHash = hashOf(input);
    const nowMs = hall.clock.now();
    const entry = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { act, status } = await asCaller(hall, caller, async (tx) => {
      const worker = await findWorker(tx, workerId);
      if (!worker) throw new HallError("NOT_FOUND");
      if (worker.status === "retired") throw new HallError("WORKER_RETIRED");
      if (input.worker_species_id !== undefined && input.worker_species_id !== worker.speciesId)
        throw invalid("worker_species_id", "the species that the worker is enrolled with");
      const registered = await findAttestation(tx, workerId);
      if (registered && registered.packageHash !== packageHash)
        throw new HallError("CONFLICT", { detail: { reason: "another package was signed for this worker" } });
      await declarePackage(tx, caller.tenantId, {
        id: entry.receipt_id,
        workerId,
        packageHash,
        workerVersion: input.worker_version ?? null,
        label: input.label ?? null,
        aiGenerated: input.ai_generated ?? false,
        aiService: input.ai_service ?? null,
        aiModel: input.ai_model ?? null,
        aiSession: input.ai_session_fingerprint ?? input.ai_session_id ?? null,
        declaredAt: new Date(nowMs),
        declaredBy: actorName(caller),
      });
      const act = await hall.ledger.append(
        tx,
        {
          ...entry,
          kind: "attestation",
          action: "declared",
          subject: workerId,
          // Public by this very act, so it may stand here as it is.
          details: { package_hash: packageHash },
        },
        nowMs,
      );
      return { act, status: worker.status };
    });
    await hall.ledger.sealed(act);
    return {
      id: act.receiptId,
      worker_id: workerId,
      sha256: packageHash,
      namespace: namespaceOf(workerId),
      package_hash: packageHash,
      attested_at: new Date(nowMs).toISOString(),
      status,
      receipt_id: act.receiptId,
    };
  },
});

/** @throws HallError INVALID_REQUEST where none came, or two that differ, or another worker is named */
function hashOf(input: {
  worker: WorkerId;
  worker_id?: WorkerId | undefined;
  sha256?: string | undefined;
  package_hash?: string | undefined;
}): string {
  if (input.worker_id !== undefined && input.worker_id !== input.worker)
    throw invalid("worker_id", "the worker that the path names");
  const hash = input.sha256 ?? input.package_hash;
  if (hash === undefined) throw invalid("sha256", "sha256 or package_hash, 64 lower-case hex digits");
  if (input.package_hash !== undefined && input.package_hash !== hash)
    throw invalid("package_hash", "the same hash as sha256");
  return hash;
}

function invalid(path: string, expected: string): HallError {
  return new HallError("INVALID_REQUEST", { detail: { problems: [{ path, expected }] } });
}
