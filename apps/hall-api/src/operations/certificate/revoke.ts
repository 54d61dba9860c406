import { findCertificate, lockCertifications, revokeCertification } from "@guildhall/db";
import { HallError, RevocationReason } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";

/** Takes a right away, so it raises the fence: no decision that rests on the certificate is sequenced after this entry. */
export const revoke = operation({
  name: "certificate.revoke",
  summary:
    "Revoke a worker's certificate with all of its certification; no decision rests on them once this is answered.",
  permission: "certification:revoke",
  stepUp: true,
  input: z.strictObject({
    id: z.uuid(),
    reason: RevocationReason,
    note: z.string().min(1).max(256).optional(),
  }),
  output: z.object({
    certification_id: z.uuid(),
    /** The certificate and those that were renewed from it or it from them. */
    revoked: z.array(z.uuid()),
    revoked_at: z.string(),
    receipt_id: z.uuid(),
    leaf_index: z.int(),
  }),
  rest: { method: "POST", path: "/wcp/certificates/:id/revoke" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const at = new Date(nowMs);
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { act, revoked, certificationId } = await asCaller(hall, caller, async (tx) => {
      await lockCertifications(tx, caller.tenantId);
      const found = await findCertificate(tx, input.id);
      if (!found) throw new HallError("NOT_FOUND");
      const { certificationId, workerId } = found;
      const { reason, note = null } = input;
      const revocation = { at, by: actorName(caller), reason, receiptId: envelope.receipt_id };
      const revoked = await revokeCertification(tx, certificationId, revocation);
      if (revoked.length === 0) throw new HallError("CONFLICT", { detail: { reason: "already revoked" } });
      const details = {
        certification_id: certificationId,
        worker_id: workerId,
        certificates: revoked,
        reason,
        note,
      };
      const entry = { kind: "certification", action: "revoked", subject: input.id, details } as const;
      const act = await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs, "tenant");
      return { act, revoked, certificationId };
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    // Inside the Hall it is revoked; for those outside the list says so. Whoever fetches it next has it made otherwise.
    await hall.authority
      .revocationList()
      .catch((err: unknown) =>
        hall.log.warn({ err }, "the revocation list was not signed; it is when it is asked for"),
      );
    return {
      certification_id: certificationId,
      revoked,
      revoked_at: at.toISOString(),
      receipt_id: act.receiptId,
      leaf_index: act.leafIndex,
    };
  },
});
