import { readWorkerCertificate } from "@guildhall/attestation/certificate";
import { findCertificate, listWorkers, lockCertifications } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { certify, ExpiresInSeconds } from "./certify.ts";
import { CertificateView, viewOf } from "./view.ts";

/** The same certification for longer: same record, scope and key. The one before it stays valid until its own end. */
export const renew = operation({
  name: "certificate.renew",
  summary: "Renew a worker's certificate for the same record, scope and key, until a later time.",
  permission: "certification:grant",
  stepUp: true,
  input: z.strictObject({ id: z.uuid(), expires_in_seconds: ExpiresInSeconds }),
  output: CertificateView,
  rest: { method: "POST", path: "/wcp/certificates/:id/renew", status: 201 },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { certificate, act } = await asCaller(hall, caller, async (tx) => {
      await lockCertifications(tx, caller.tenantId);
      const previous = await findCertificate(tx, input.id);
      if (!previous) throw new HallError("NOT_FOUND");
      const { workerId, recordHash, scope, isKeyHeld } = previous;
      if (previous.revocation) throw conflict("it was revoked; certify the worker anew");
      const worker = (await listWorkers(tx)).find((one) => one.workerId === workerId);
      if (worker?.status !== "active") throw conflict("the worker is retired");
      if (worker.recordHash !== recordHash)
        throw conflict("another version of the record is enrolled; certify that one");
      const { spki, statement } = readWorkerCertificate(previous.der);
      return certify(hall, tx, caller, {
        action: "renewed",
        workerId,
        species: statement.species,
        recordHash,
        scope,
        key: { spki, isHeld: isKeyHeld },
        expiresInSeconds: input.expires_in_seconds,
        previous,
      });
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return viewOf(certificate, hall.clock.now());
  },
});

function conflict(reason: string): HallError {
  return new HallError("CONFLICT", { detail: { reason } });
}
