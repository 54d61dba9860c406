import { publishBundle, readBundle, readPublication, type StoredBundle } from "@guildhall/db";
import { BundleError, type Program } from "@guildhall/engine";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { compileStored } from "../../snapshot/load.ts";
import { callerOf, operation } from "../operation.ts";
import { requireExpected } from "./publish.ts";
import { Note, PublicationView, publicationView } from "./view.ts";

/**
 * What was published once passed once, so nothing but its compiling is asked of it again. Where publishing takes two
 * people so does this: an earlier bundle may be the looser one.
 */
export const rollBack = operation({
  name: "rule.roll-back",
  summary: "Put the bundle of an earlier publication in force again.",
  permission: "rule:publish",
  stepUp: true,
  input: z.strictObject({
    /** Of the earlier publication. */
    number: z.int().min(1),
    note: Note,
    /** What was seen in force: refused where it no longer is. */
    expected_digest: z.string().max(128).optional(),
  }),
  output: z.object({ publication: PublicationView, receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/rules/roll-back", status: 201, refuses: [422] },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    // The way back leads through a draft, because that is where somebody can consent.
    if (hall.settings.publishConsent) throw new HallError("CONSENT_REQUIRED");
    const earlier = await asCaller(hall, caller, async (tx) => {
      const publication = await readPublication(tx, input.number);
      return publication && (await readBundle(tx, publication.digest));
    });
    if (!earlier) throw new HallError("NOT_FOUND");
    const program = requireCompiling(earlier);

    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { publication, act } = await asCaller(hall, caller, async (tx) => {
      const publication = await publishBundle(tx, caller.tenantId, {
        digest: earlier.digest,
        publishedAt: new Date(nowMs),
        publishedBy: actorName(caller),
        receiptId: envelope.receipt_id,
        note: input.note,
        rolledBackFrom: input.number,
      });
      requireExpected(input.expected_digest, publication.previousDigest);
      if (publication.previousDigest === earlier.digest)
        throw new HallError("CONFLICT", { detail: { reason: "its bundle is in force already" } });
      const act = await hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "rule",
          action: "rolled_back",
          subject: earlier.digest,
          details: {
            number: publication.number,
            rolled_back_from: input.number,
            previous_digest: publication.previousDigest,
            rules: program.rules.length,
            policies: program.policies.length,
            note: input.note,
          },
        },
        nowMs,
        "tenant",
      );
      return { publication, act };
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return { publication: publicationView(publication, true), receipt_id: act.receiptId };
  },
});

/** An engine of today may refuse what one of its time took; in force, a bundle that does not compile stops the tenant. */
function requireCompiling(stored: StoredBundle): Program {
  try {
    return compileStored(stored);
  } catch (cause) {
    if (!(cause instanceof BundleError)) throw cause;
    throw new HallError("BUNDLE_INVALID", { cause, detail: { problems: cause.problems, more: 0 } });
  }
}
