import { restoreDraft } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { DraftView, draftView, requireDraft } from "./view.ts";

export const restore = operation({
  name: "draft.restore",
  summary: "Open a discarded draft again, as it was.",
  permission: "rule:draft",
  input: z.strictObject({ id: z.uuid() }),
  output: DraftView,
  rest: { method: "POST", path: "/wcp/rules/drafts/:id/restore" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    return asCaller(hall, callerOf(context), async (tx) => {
      const done = await restoreDraft(tx, input.id);
      const draft = await requireDraft(tx, input.id);
      if (!done) throw new HallError("CONFLICT", { detail: { reason: `the draft is ${draft.status}` } });
      return draftView(draft);
    });
  },
});
