import { type BundleDraft, type BundleDraftHead, readDraft, type TenantTx } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";

/** How drafts look from outside. */

export const DraftHeadView = z.object({
  id: z.uuid(),
  name: z.string(),
  /** The bundle that was in force when it was begun. */
  base_digest: z.string().nullable(),
  /** Raised by every save: name it when you save, consent or publish. */
  revision: z.int(),
  status: z.enum(["open", "published", "discarded"]),
  /** Actors as `kind:id`. */
  created_by: z.string(),
  created_at: z.string(),
  updated_by: z.string(),
  updated_at: z.string(),
  consent_by: z.string().nullable(),
  consent_at: z.string().nullable(),
  /** False where somebody has saved since the consent: it is then worth nothing. */
  consent_current: z.boolean(),
});
export type DraftHeadView = z.infer<typeof DraftHeadView>;

export const DraftView = DraftHeadView.extend({ content: z.string() });
export type DraftView = z.infer<typeof DraftView>;

export const DraftName = z
  .string()
  .min(1)
  .max(256)
  .refine((text) => !text.includes("\0"), "expected text without U+0000");

/** The revision of a draft that somebody has read. */
export const Revision = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);

/** At most 8 MiB in UTF-8; it need not be a bundle yet. */
export const CONTENT_MAX_BYTES = 8 * 1024 * 1024;
export const DraftContent = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= CONTENT_MAX_BYTES, "expected at most 8 MB")
  .refine((text) => !text.includes("\0"), "expected text without U+0000");

export function draftHeadView(draft: BundleDraftHead): DraftHeadView {
  const { consent } = draft;
  return {
    id: draft.id,
    name: draft.name,
    base_digest: draft.baseDigest,
    revision: draft.revision,
    status: draft.status,
    created_by: draft.createdBy,
    created_at: draft.createdAt.toISOString(),
    updated_by: draft.updatedBy,
    updated_at: draft.updatedAt.toISOString(),
    consent_by: consent?.by ?? null,
    consent_at: consent?.at.toISOString() ?? null,
    consent_current: hasConsent(draft),
  };
}

export function draftView(draft: BundleDraft): DraftView {
  return { ...draftHeadView(draft), content: draft.content };
}

/** True where somebody other than its last editor consents to the draft as it stands. */
export function hasConsent({ consent, revision, updatedBy }: BundleDraftHead): boolean {
  return consent !== null && consent.revision === revision && consent.by !== updatedBy;
}

/** Why an act on a draft does not fit it: it is closed, or somebody has saved since it was read. */
export function draftConflict(draft: BundleDraftHead): HallError {
  if (draft.status !== "open")
    return new HallError("CONFLICT", { detail: { reason: `the draft is ${draft.status}` } });
  const { revision, updatedBy: updated_by, updatedAt } = draft;
  return new HallError("DRAFT_CONFLICT", {
    detail: { revision, updated_by, updated_at: updatedAt.toISOString() },
  });
}

/** @throws HallError NOT_FOUND */
export async function requireDraft(tx: TenantTx, id: string): Promise<BundleDraft> {
  const draft = await readDraft(tx, id);
  if (!draft) throw new HallError("NOT_FOUND");
  return draft;
}
