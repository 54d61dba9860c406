import type { AgreementVersion, StoredAgreement } from "@guildhall/db";
import { AgreementDocument } from "@guildhall/protocol";
import { z } from "zod";
import { documentOf } from "../../snapshot/agreements.ts";

const Act = z.object({ at: z.string(), by: z.string(), receipt_id: z.uuid() });

/** One version of an agreement: what was written, and who bound themselves by it. */
export const AgreementVersionView = z.object({
  version: z.int(),
  digest: z.string(),
  document: AgreementDocument,
  drafted: Act,
  signed: Act.nullable(),
  countersigned: z
    .object({ at: z.string(), key_id: z.string(), envelope: z.string(), receipt_id: z.uuid() })
    .nullable(),
  activated: Act.nullable(),
});
export type AgreementVersionView = z.infer<typeof AgreementVersionView>;

/** An agreement as lists show it. */
export const AgreementSummary = z.object({
  agreement_id: z.uuid(),
  title: z.string(),
  signatory: z.string(),
  state: z.enum(["draft", "active", "suspended", "terminated"]),
  /** True where decisions rest on it at this moment. */
  in_force: z.boolean(),
  /** Activated last; null where none ever was. */
  version: z.int().nullable(),
  newest_version: z.int(),
  newest_digest: z.string(),
  /** What the newest version waits for; null where it stands or will never. */
  waits_for: z.enum(["signature", "countersignature", "activation"]).nullable(),
  valid_from: z.string(),
  valid_until: z.string().nullable(),
  changed: Act,
  reason: z.string().nullable(),
});
export type AgreementSummary = z.infer<typeof AgreementSummary>;

/** What an act on an agreement is answered with: how it stands now, and the receipt of the act. */
export const AgreementAnswer = AgreementSummary.extend({ receipt_id: z.uuid() });
export type AgreementAnswer = z.infer<typeof AgreementAnswer>;

export const AgreementView = AgreementSummary.extend({
  /** Newest first. */
  versions: z.array(AgreementVersionView),
});
export type AgreementView = z.infer<typeof AgreementView>;

/** @param shown the version that is in force, or where none is the newest: whose title and time stand for it */
export function summaryOf(
  agreement: StoredAgreement,
  newest: AgreementVersion,
  shown: AgreementVersion,
  nowMs: number,
): AgreementSummary {
  const { id, state, version, changedAt, changedBy, receiptId, reason } = agreement;
  const { title, parties, valid_from, valid_until } = documentOf(shown);
  const isNow = Date.parse(valid_from) <= nowMs && (valid_until === null || nowMs < Date.parse(valid_until));
  return {
    agreement_id: id,
    title,
    signatory: parties.signatory.name,
    state,
    in_force: state === "active" && isNow,
    version,
    newest_version: newest.version,
    newest_digest: newest.digest,
    waits_for: state === "terminated" ? null : whatIsMissing(newest),
    valid_from,
    valid_until,
    changed: { at: changedAt.toISOString(), by: changedBy, receipt_id: receiptId },
    reason,
  };
}

/** @param versions newest first, at least one */
export function viewOf(
  agreement: StoredAgreement,
  versions: readonly AgreementVersion[],
  nowMs: number,
): AgreementView {
  const newest = versions[0];
  if (newest === undefined) throw new Error(`agreement ${agreement.id} has no version`);
  const shown = versions.find(({ version }) => version === agreement.version) ?? newest;
  return { ...summaryOf(agreement, newest, shown, nowMs), versions: versions.map(versionView) };
}

export function answerOf({ versions: _, ...summary }: AgreementView, receiptId: string): AgreementAnswer {
  return { ...summary, receipt_id: receiptId };
}

export function versionView(stored: AgreementVersion): AgreementVersionView {
  const { version, digest, draftedAt, draftedBy, draftReceiptId, signed, countersigned, activated } = stored;
  return {
    version,
    digest,
    document: documentOf(stored),
    drafted: { at: draftedAt.toISOString(), by: draftedBy, receipt_id: draftReceiptId },
    signed: signed && actView(signed),
    countersigned: countersigned && {
      at: countersigned.at.toISOString(),
      key_id: countersigned.keyId,
      envelope: countersigned.envelope,
      receipt_id: countersigned.receiptId,
    },
    activated: activated && actView(activated),
  };
}

function actView({ at, by, receiptId }: NonNullable<AgreementVersion["signed"]>) {
  return { at: at.toISOString(), by, receipt_id: receiptId };
}

function whatIsMissing({
  signed,
  countersigned,
  activated,
}: AgreementVersion): AgreementSummary["waits_for"] {
  if (activated) return null;
  if (countersigned) return "activation";
  return signed ? "countersignature" : "signature";
}
