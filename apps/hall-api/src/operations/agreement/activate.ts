import { activateAgreementVersion, lockAgreement } from "@guildhall/db";
import { countersign } from "../../agreements/countersign.ts";
import { requireStill } from "../../agreements/require-still.ts";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";
import { BoundVersion, conflict, requireBoundVersion } from "./bound-version.ts";
import { answerSealed } from "./read-agreement.ts";
import { AgreementAnswer } from "./view.ts";

/** Its terms may be narrower than those before, so it raises the fence. A suspended agreement is in force again by it. */
export const activate = operation({
  name: "agreement.activate",
  summary: "Put a version in force that both sides have signed, in place of the one before.",
  permission: "agreement:sign",
  stepUp: true,
  input: BoundVersion,
  output: AgreementAnswer,
  rest: { method: "POST", path: "/wcp/agreements/:id/activate" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    await asCaller(hall, caller, async (tx) => {
      requireStill(await lockAgreement(tx, input.id));
      await requireBoundVersion(tx, input);
    });
    await countersign(hall, caller.tenantId, { agreementId: input.id, version: input.version });
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      const before = requireStill(await lockAgreement(tx, input.id));
      const { version, digest } = await requireBoundVersion(tx, input);
      const by = { at: new Date(nowMs), by: actorName(caller), receiptId: envelope.receipt_id };
      if (!(await activateAgreementVersion(tx, input.id, version, by)))
        throw conflict("it was activated already");
      const details = { version, digest, previous_version: before.version };
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "agreement", action: "activated", subject: input.id, details },
        nowMs,
        "tenant",
      );
    });
    return answerSealed(hall, caller, input.id, act);
  },
});
