import { decideCertificationRequest, lockCertificationRequest } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";
import { RequestView, requestView } from "./view.ts";

export const withdraw = operation({
  name: "certification.withdraw",
  summary: "Take a request for certification back, as who made it.",
  permission: "certification:request",
  input: z.strictObject({ id: z.uuid() }),
  output: RequestView,
  rest: { method: "POST", path: "/wcp/certification-requests/:id/withdraw" },
  trpc: "mutation",
  async run({ hall, input: { id }, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const decided = { at: new Date(nowMs), by: actorName(caller), receiptId: envelope.receipt_id };
    const { request, act } = await asCaller(hall, caller, async (tx) => {
      const request = await lockCertificationRequest(tx, id);
      if (!request) throw new HallError("NOT_FOUND");
      if (request.requestedBy !== decided.by)
        throw new HallError("FORBIDDEN", {
          detail: { permission: "certification:request", reason: "another asked" },
        });
      const decision = {
        ...decided,
        state: "withdrawn",
        reason: null,
        checklist: null,
        certificateId: null,
      } as const;
      if (!(await decideCertificationRequest(tx, id, decision)))
        throw new HallError("CONFLICT", { detail: { reason: `it was ${request.state} before` } });
      const act = await hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "certification",
          action: "withdrawn",
          subject: id,
          details: { worker_id: request.workerId },
        },
        nowMs,
      );
      return { request: { ...request, state: "withdrawn" as const, decided }, act };
    });
    await hall.ledger.sealed(act);
    return requestView(request);
  },
});
