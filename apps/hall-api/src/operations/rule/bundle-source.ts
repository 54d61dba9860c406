import { type BundleDraft, readDraft } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { asCaller } from "../../identity/authenticate.ts";
import type { Caller } from "../../identity/caller.ts";
import { draftConflict, Revision } from "../draft/view.ts";

/** A body that carries a rule bundle as text: 8 MB of it, and something around it. */
export const BUNDLE_BODY_MAX_BYTES = 8 * 1024 * 1024 + 64 * 1024;

/** Where a bundle comes from: its text, or a draft in the revision that was seen. */
export const BundleSource = z.strictObject({
  /** JSON as its author wrote it. */
  bundle: z.string().optional(),
  draft_id: z.uuid().optional(),
  revision: Revision.optional(),
});
export type BundleSource = z.infer<typeof BundleSource>;

/** Either the text, or draft and revision, and not both. */
export function isOneSource({ bundle, draft_id, revision }: BundleSource): boolean {
  return bundle === undefined
    ? draft_id !== undefined && revision !== undefined
    : draft_id === undefined && revision === undefined;
}

export const ONE_SOURCE = { path: ["bundle"], message: "expected bundle, or draft_id and revision" };

/**
 * The text of the bundle, and the draft that it stands in.
 * @throws HallError NOT_FOUND, CONFLICT where the draft is closed, DRAFT_CONFLICT where it was saved since
 */
export async function readSource(
  hall: Hall,
  caller: Caller,
  { bundle, draft_id: id, revision }: BundleSource,
): Promise<{ text: string; draft: BundleDraft | null }> {
  if (bundle !== undefined) return { text: bundle, draft: null };
  const draft = await asCaller(hall, caller, (tx) => readDraft(tx, id as string));
  if (!draft) throw new HallError("NOT_FOUND");
  if (draft.status !== "open" || draft.revision !== revision) throw draftConflict(draft);
  return { text: draft.content, draft };
}
