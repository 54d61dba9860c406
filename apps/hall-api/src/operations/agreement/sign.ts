import { lockAgreement, signAgreementVersion } from "@guildhall/db";
import { countersign } from "../../agreements/countersign.ts";
import { requireStill } from "../../agreements/require-still.ts";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";
import { BoundVersion, conflict, requireBoundVersion } from "./bound-version.ts";
import { answerSealed } from "./read-agreement.ts";
import { AgreementAnswer } from "./view.ts";

/** Binds the tenant to one document, named by its digest; the Hall countersigns. It is in force once it is activated. */
export const sign = operation({
  name: "agreement.sign",
  summary: "Sign the newest version of an agreement as a person, with step-up; the Hall countersigns it.",
  permission: "agreement:sign",
  stepUp: true,
  input: BoundVersion,
  output: AgreementAnswer,
  rest: { method: "POST", path: "/wcp/agreements/:id/sign" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      requireStill(await lockAgreement(tx, input.id));
      const { version, digest } = await requireBoundVersion(tx, input);
      const by = { at: new Date(nowMs), by: actorName(caller), receiptId: envelope.receipt_id };
      if (!(await signAgreementVersion(tx, input.id, version, by))) throw conflict("it is signed already");
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "agreement", action: "signed", subject: input.id, details: { version, digest } },
        nowMs,
        "tenant",
      );
    });
    await hall.ledger.sealed(act);
    await countersign(hall, caller.tenantId, { agreementId: input.id, version: input.version });
    return answerSealed(hall, caller, input.id, act);
  },
});
