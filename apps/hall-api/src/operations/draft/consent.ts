import { consentToDraft } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";
import { DraftView, draftConflict, draftView, Revision, requireDraft } from "./view.ts";

/** It stands in the receipt of the publication that rests on it. */
export const consent = operation({
  name: "draft.consent",
  summary: "Consent, as a second person, to publishing one revision of a draft; a later save voids it.",
  permission: "rule:consent",
  input: z.strictObject({
    id: z.uuid(),
    /** The one that was read. */
    revision: Revision,
  }),
  output: DraftView,
  rest: { method: "POST", path: "/wcp/rules/drafts/:id/consent" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const by = actorName(caller);
    // A key is nobody's second thought, whatever it was given.
    if (caller.credential.kind !== "session")
      throw new HallError("FORBIDDEN", { detail: { permission: "rule:consent" } });
    return asCaller(hall, caller, async (tx) => {
      const seen = await requireDraft(tx, input.id);
      if (seen.status !== "open" || seen.revision !== input.revision) throw draftConflict(seen);
      if (seen.updatedBy === by)
        throw new HallError("FORBIDDEN", {
          detail: { permission: "rule:consent", reason: "who edited it last cannot consent to it" },
        });
      // Of that very revision: a save since then has raised it, and with it goes who edited last.
      if (!(await consentToDraft(tx, input, { by, at: new Date(hall.clock.now()) })))
        throw draftConflict(await requireDraft(tx, input.id));
      return draftView(await requireDraft(tx, input.id));
    });
  },
});
