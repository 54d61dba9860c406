import {
  CertificateError,
  keyOfRecord,
  requestedKey,
  type SubjectKey,
} from "@guildhall/attestation/certificate";
import { listWorkers } from "@guildhall/db";
import {
  ArtifactHash,
  CertificationScope,
  HallError,
  readStrictJson,
  WorkerId,
  WorkerRecord,
} from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { requireCertifiable, requireWithin } from "./certifiable.ts";
import { certify, ExpiresInSeconds } from "./certify.ts";
import { CertificateView, viewOf } from "./view.ts";

/** An officer's word that one version of a worker is fit, and for what. Nobody certifies more than the record claims. */
export const issue = operation({
  name: "certificate.issue",
  summary: "Certify a worker's record for capabilities, environments and data labels, until a time.",
  permission: "certification:grant",
  stepUp: true,
  input: z.strictObject({
    worker_id: WorkerId,
    /** Of the record that was examined: where another is enrolled by now, nothing is certified. */
    record_hash: ArtifactHash,
    ...CertificationScope.shape,
    expires_in_seconds: ExpiresInSeconds,
    /** PKCS#10 in PEM, of the worker's own key; without one the certificate is good for no connection. */
    certificate_request: z.string().max(8192).optional(),
  }),
  output: CertificateView,
  rest: { method: "POST", path: "/wcp/workers/:worker_id/certificates", status: 201 },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { worker_id: workerId, record_hash: recordHash, certificate_request: request } = input;
    const key = request === undefined ? keyOfRecord(recordHash) : await keyOf(request);
    const { certificate, act } = await asCaller(hall, caller, async (tx) => {
      const worker = (await listWorkers(tx)).find((one) => one.workerId === workerId);
      if (!worker) throw new HallError("NOT_FOUND");
      requireCertifiable(worker, recordHash);
      const record = WorkerRecord.parse(readStrictJson(worker.record, { maxKeys: Number.POSITIVE_INFINITY }));
      const { capabilities, environments, data_labels } = input;
      const scope = { capabilities, environments, data_labels };
      requireWithin(scope, record);
      return certify(hall, tx, caller, {
        action: "issued",
        workerId,
        species: record.worker_species_id,
        recordHash,
        scope,
        key,
        expiresInSeconds: input.expires_in_seconds,
        previous: null,
      });
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return viewOf(certificate, hall.clock.now());
  },
});

async function keyOf(request: string): Promise<SubjectKey> {
  try {
    return await requestedKey(request);
  } catch (cause) {
    if (!(cause instanceof CertificateError)) throw cause;
    throw new HallError("INVALID_REQUEST", {
      cause,
      detail: { problems: [{ path: "certificate_request", expected: cause.message }] },
    });
  }
}
