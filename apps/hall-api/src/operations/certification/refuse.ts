import { decideCertificationRequest, lockCertificationRequest } from "@guildhall/db";
import { EXAMINED } from "@guildhall/engine";
import { canonicalJson, HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";
import { requireOpenToOthers } from "./open-to-others.ts";
import { ChecklistAnswer, RequestView, requestView } from "./view.ts";

export const refuse = operation({
  name: "certification.refuse",
  summary: "Refuse to certify what was asked for, with a reason.",
  permission: "certification:grant",
  input: z.strictObject({
    id: z.uuid(),
    reason: z.string().trim().min(1).max(1024),
    checklist: z.array(ChecklistAnswer).max(EXAMINED.length).default([]),
  }),
  output: RequestView,
  rest: { method: "POST", path: "/wcp/certification-requests/:id/refuse" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { id, reason, checklist } = input;
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const decided = { at: new Date(nowMs), by: actorName(caller), receiptId: envelope.receipt_id };
    const { request, act } = await asCaller(hall, caller, async (tx) => {
      const request = await lockCertificationRequest(tx, id);
      requireOpenToOthers(request, caller);
      const written = canonicalJson(checklist);
      const decision = {
        ...decided,
        state: "refused",
        reason,
        checklist: written,
        certificateId: null,
      } as const;
      if (!(await decideCertificationRequest(tx, id, decision)))
        throw new HallError("CONFLICT", { detail: { reason: "it was decided meanwhile" } });
      const details = { worker_id: request.workerId, requested_by: request.requestedBy, reason, checklist };
      const act = await hall.ledger.append(
        tx,
        { ...envelope, kind: "certification", action: "refused", subject: id, details },
        nowMs,
      );
      return { request: { ...request, state: "refused" as const, decided, reason, checklist: written }, act };
    });
    await hall.ledger.sealed(act);
    return requestView(request);
  },
});
