import { saveDraft } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";
import { BUNDLE_BODY_MAX_BYTES } from "../rule/bundle-source.ts";
import { DraftContent, DraftName, DraftView, draftConflict, draftView, Revision } from "./view.ts";

/** Two people who save over one revision: the first one does, the second one is told. Nothing is lost silently. */
export const save = operation({
  name: "draft.save",
  summary: "Save a draft over the revision that was read; refused where somebody else has saved since.",
  permission: "rule:draft",
  input: z.strictObject({
    id: z.uuid(),
    content: DraftContent,
    name: DraftName.optional(),
    /** The one that was read. */
    revision: Revision,
  }),
  output: DraftView,
  rest: { method: "PUT", path: "/wcp/rules/drafts/:id", bodyMaxBytes: BUNDLE_BODY_MAX_BYTES },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { id, content, name, revision } = input;
    const saved = await asCaller(hall, caller, (tx) =>
      saveDraft(
        tx,
        { id, revision },
        { content, ...(name !== undefined && { name }) },
        { updatedBy: actorName(caller), updatedAt: new Date(hall.clock.now()) },
      ),
    );
    if (!saved) throw new HallError("NOT_FOUND");
    if (saved.outcome === "conflict") throw draftConflict(saved.draft);
    return draftView(saved.draft);
  },
});
