import { textDigest } from "@guildhall/attestation";
import { listAgreementVersions, lockAgreement, storeAgreementVersion } from "@guildhall/db";
import { canonicalJson } from "@guildhall/protocol";
import { z } from "zod";
import { requireStill } from "../../agreements/require-still.ts";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";
import { answerSealed } from "./read-agreement.ts";
import { AgreementAnswer } from "./view.ts";
import { AgreementDraft, writeDocument } from "./write-document.ts";

/** Another version, of a draft as of an agreement in force. Until it is activated, what stood before stands. */
export const amend = operation({
  name: "agreement.amend",
  summary: "Draft a new version of an agreement; the version in force stands until the new one is activated.",
  permission: "agreement:draft",
  input: z.strictObject({ id: z.uuid(), draft: AgreementDraft }),
  output: AgreementAnswer,
  rest: { method: "POST", path: "/wcp/agreements/:id/versions", status: 201 },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { id: agreementId, draft } = input;
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const by = { at: new Date(nowMs), by: actorName(caller), receiptId: envelope.receipt_id };
    const act = await asCaller(hall, caller, async (tx) => {
      requireStill(await lockAgreement(tx, agreementId));
      const [newest] = await listAgreementVersions(tx, agreementId);
      const version = (newest?.version ?? 0) + 1;
      const previousDigest = newest?.digest ?? null;
      const on = { hall: hall.settings.origin, agreementId, version, previousDigest, nowMs };
      const document = canonicalJson(await writeDocument(tx, draft, on));
      const digest = textDigest(document);
      await storeAgreementVersion(tx, caller.tenantId, { agreementId, version, digest, document }, by);
      const details = { version, digest, template_id: draft.template_id, previous_digest: previousDigest };
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "agreement", action: "amended", subject: agreementId, details },
        nowMs,
        "tenant",
      );
    });
    return answerSealed(hall, caller, agreementId, act);
  },
});
