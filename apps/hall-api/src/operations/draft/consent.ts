import { consentToDraft, findApiKey, type TenantTx } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";
import { readSource } from "../rule/bundle-source.ts";
import { requireSound } from "../rule/sound-bundle.ts";
import { DraftView, draftConflict, draftView, Revision, requireDraft } from "./view.ts";

/** It stands in a receipt of its own, whose subject is the bundle's digest, and in that of the publication that rests on it. */
export const consent = operation({
  name: "draft.consent",
  summary: "Consent, as a second person, to publishing one revision of a draft; a later save voids it.",
  permission: "rule:consent",
  stepUp: true,
  input: z.strictObject({
    id: z.uuid(),
    /** The one that was read. */
    revision: Revision,
  }),
  output: DraftView.extend({ receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/rules/drafts/:id/consent", refuses: [422] },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const by = actorName(caller);
    // A key is nobody's second thought, whatever it was given.
    if (caller.credential.kind !== "session")
      throw new HallError("FORBIDDEN", { detail: { permission: "rule:consent" } });
    const { id, revision } = input;
    const { text } = await readSource(hall, caller, { draft_id: id, revision });
    const { digest } = requireSound(text);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { draft, act } = await asCaller(hall, caller, async (tx) => {
      const seen = await requireDraft(tx, id);
      if (by === seen.updatedBy || by === (await ownerOf(tx, seen.updatedBy)))
        throw new HallError("FORBIDDEN", {
          detail: { permission: "rule:consent", reason: "who edited it last cannot consent to it" },
        });
      // Of that very revision: a save since then has raised it, and with it goes who edited last.
      if (!(await consentToDraft(tx, input, { by, at: new Date(nowMs) })))
        throw draftConflict(await requireDraft(tx, id));
      const details = { draft_id: id, revision, edited_by: seen.updatedBy };
      const act = await hall.ledger.append(
        tx,
        { ...envelope, kind: "rule", action: "consented", subject: digest, details },
        nowMs,
      );
      return { draft: await requireDraft(tx, id), act };
    });
    await hall.ledger.sealed(act);
    return { ...draftView(draft), receipt_id: act.receiptId };
  },
});

/** What a key has edited, whoever asked for the key has edited. */
async function ownerOf(tx: TenantTx, actor: string): Promise<string | null> {
  if (!actor.startsWith("key:")) return null;
  const key = await findApiKey(tx, actor.slice("key:".length));
  return key?.createdBy ?? null;
}
