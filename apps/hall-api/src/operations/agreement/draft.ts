import { randomUUID } from "node:crypto";
import { textDigest } from "@guildhall/attestation";
import { createAgreement, storeAgreementVersion } from "@guildhall/db";
import { canonicalJson } from "@guildhall/protocol";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";
import { answerSealed } from "./read-agreement.ts";
import { AgreementAnswer } from "./view.ts";
import { AgreementDraft, writeDocument } from "./write-document.ts";

export const draft = operation({
  name: "agreement.draft",
  summary:
    "Draft a signatory agreement from one of the Hall's templates; it binds nobody until it is signed.",
  permission: "agreement:draft",
  input: AgreementDraft,
  output: AgreementAnswer,
  rest: { method: "POST", path: "/wcp/agreements", status: 201 },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const agreementId = randomUUID();
    const by = { at: new Date(nowMs), by: actorName(caller), receiptId: envelope.receipt_id };
    const act = await asCaller(hall, caller, async (tx) => {
      const on = { hall: hall.settings.origin, agreementId, version: 1, previousDigest: null, nowMs };
      const document = canonicalJson(await writeDocument(tx, input, on));
      const digest = textDigest(document);
      await createAgreement(tx, caller.tenantId, agreementId, by);
      await storeAgreementVersion(tx, caller.tenantId, { agreementId, version: 1, digest, document }, by);
      const details = { version: 1, digest, template_id: input.template_id };
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "agreement", action: "drafted", subject: agreementId, details },
        nowMs,
        "tenant",
      );
    });
    return answerSealed(hall, caller, agreementId, act);
  },
});
