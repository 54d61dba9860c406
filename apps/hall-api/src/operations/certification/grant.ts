import { keyOfRecord } from "@guildhall/attestation/certificate";
import {
  decideCertificationRequest,
  findCertificationRequest,
  listWorkers,
  lockCertificationRequest,
} from "@guildhall/db";
import { EXAMINED } from "@guildhall/engine";
import { ArtifactHash, canonicalJson, HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { requireCertifiable } from "../certificate/certifiable.ts";
import { certify, ExpiresInSeconds } from "../certificate/certify.ts";
import { CertificateView, viewOf } from "../certificate/view.ts";
import { callerOf, operation } from "../operation.ts";
import { type Evidence, readEvidence } from "./evidence.ts";
import { requireOpenToOthers } from "./open-to-others.ts";
import { ChecklistAnswer } from "./view.ts";

/** An officer's word after an examination, for what was asked and no more. Who asked does not grant. */
export const grant = operation({
  name: "certification.grant",
  summary: "Certify what was asked for, by what was examined; whoever asked does not grant.",
  permission: "certification:grant",
  stepUp: true,
  input: z.strictObject({
    id: z.uuid(),
    /** Of the evidence that was read: where something else is found by now, nothing is certified. */
    evidence_digest: ArtifactHash,
    checklist: z.array(ChecklistAnswer).max(EXAMINED.length),
    expires_in_seconds: ExpiresInSeconds,
  }),
  output: CertificateView,
  rest: { method: "POST", path: "/wcp/certification-requests/:id/grant", status: 201 },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const seen = await asCaller(hall, caller, (tx) => findCertificationRequest(tx, input.id));
    requireOpenToOthers(seen, caller);
    const evidence = await readEvidence(hall, caller.tenantId, seen);
    if (evidence.digest !== input.evidence_digest)
      throw conflict("the Hall finds something else by now; read the evidence again");
    requireAnswered(input.checklist, evidence);
    const { certificate, act } = await asCaller(hall, caller, async (tx) => {
      const request = await lockCertificationRequest(tx, input.id);
      requireOpenToOthers(request, caller);
      const { workerId, recordHash, scope } = request;
      const worker = (await listWorkers(tx)).find((one) => one.workerId === workerId);
      if (!worker) throw new HallError("NOT_FOUND");
      requireCertifiable(worker, recordHash);
      return certify(
        hall,
        tx,
        caller,
        {
          action: "issued",
          workerId,
          species: worker.speciesId,
          recordHash,
          scope,
          key: keyOfRecord(recordHash),
          expiresInSeconds: input.expires_in_seconds,
          previous: null,
          examined: {
            requestId: request.id,
            requestedBy: request.requestedBy,
            evidenceDigest: evidence.digest,
            checklist: input.checklist,
          },
        },
        async ({ id: certificateId, issuedAt: at, receiptId }) => {
          const by = actorName(caller);
          const checklist = canonicalJson(input.checklist);
          const decision = {
            state: "granted",
            at,
            by,
            receiptId,
            reason: null,
            checklist,
            certificateId,
          } as const;
          if (!(await decideCertificationRequest(tx, request.id, decision)))
            throw conflict("it was decided meanwhile");
        },
      );
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return viewOf(certificate, hall.clock.now());
  },
});

/** Everything was looked at and accepted, and what a decision would deny was accepted in words. */
function requireAnswered(checklist: readonly z.infer<typeof ChecklistAnswer>[], { items }: Evidence): void {
  const problems = EXAMINED.flatMap((check) => {
    const answer = checklist.find((one) => one.check === check);
    if (!answer?.accepted)
      return [{ path: `checklist.${check}`, expected: "accepted; refuse the request where it is not" }];
    const isMet = items.every((item) => item.check !== check || item.met);
    return isMet || answer.note !== ""
      ? []
      : [{ path: `checklist.${check}`, expected: "a note that says why it is accepted all the same" }];
  });
  if (problems.length > 0) throw new HallError("INVALID_REQUEST", { detail: { problems } });
}

function conflict(reason: string): HallError {
  return new HallError("CONFLICT", { detail: { reason } });
}
