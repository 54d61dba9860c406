import {
  type BundleDraft,
  markDraftPublished,
  publishBundle,
  storeBundle,
  type TenantTx,
} from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { draftConflict, hasConsent, requireDraft } from "../draft/view.ts";
import { callerOf, operation } from "../operation.ts";
import { BUNDLE_BODY_MAX_BYTES, BundleSource, isOneSource, ONE_SOURCE, readSource } from "./bundle-source.ts";
import { findingsOf, requireSound, type SoundBundle, testsOf } from "./sound-bundle.ts";
import { FindingView, findingView, Note, PublicationView, publicationView } from "./view.ts";

/**
 * Puts a bundle in force. It may narrow a right, so it raises the fence: no decision made under the bundle before it is
 * sequenced after its receipt, in any instance.
 */
export const publish = operation({
  name: "rule.publish",
  summary:
    "Put a rule bundle in force; refused where it is unsound, fails its tests or has rules that never match.",
  permission: "rule:publish",
  stepUp: true,
  input: BundleSource.extend({
    note: Note,
    /** What the publisher saw in force: refused where it no longer is. */
    expected_digest: z.string().max(128).optional(),
  }).refine(isOneSource, ONE_SOURCE),
  output: z.object({
    publication: PublicationView,
    receipt_id: z.uuid(),
    findings: z.array(FindingView),
  }),
  rest: {
    method: "POST",
    path: "/wcp/rules/publish",
    status: 201,
    bodyMaxBytes: BUNDLE_BODY_MAX_BYTES,
    refuses: [422],
  },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const source = await readSource(hall, caller, input);
    const sound = requireSound(source.text);
    await requirePassing(sound);
    const findings = (await findingsOf(hall, caller.tenantId, sound.program)).map(findingView);
    requireReachable(sound, findings);

    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { publication, act } = await asCaller(hall, caller, async (tx) => {
      const consentBy = source.draft && (await closeDraft(tx, source.draft));
      if (hall.settings.publishConsent && consentBy === null) throw new HallError("CONSENT_REQUIRED");
      await storeBundle(tx, caller.tenantId, { digest: sound.digest, bundle: sound.text });
      const publication = await publishBundle(tx, caller.tenantId, {
        digest: sound.digest,
        publishedAt: new Date(nowMs),
        publishedBy: actorName(caller),
        receiptId: envelope.receipt_id,
        note: input.note,
        rolledBackFrom: null,
      });
      requireExpected(input.expected_digest, publication.previousDigest);
      const act = await hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "rule",
          action: "published",
          subject: sound.digest,
          details: {
            number: publication.number,
            previous_digest: publication.previousDigest,
            rules: sound.bundle.rules.length,
            policies: sound.bundle.policies.length,
            note: input.note,
            consent_by: consentBy,
          },
        },
        nowMs,
        "tenant",
      );
      return { publication, act };
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return { publication: publicationView(publication, true), receipt_id: act.receiptId, findings };
  },
});

/** Marks the draft as published in the revision that was read. @returns who consents to it, if anybody does */
async function closeDraft(tx: TenantTx, seen: BundleDraft): Promise<string | null> {
  const isClosed = await markDraftPublished(tx, seen);
  const draft = await requireDraft(tx, seen.id);
  if (!isClosed) throw draftConflict(draft);
  return hasConsent(draft) ? (draft.consent?.by ?? null) : null;
}

const NAMED_MAX = 50;

async function requirePassing(sound: SoundBundle): Promise<void> {
  const failed = (await testsOf(sound)).filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  const results = failed.slice(0, NAMED_MAX);
  throw new HallError("BUNDLE_TESTS_FAILED", { detail: { results, more: failed.length - results.length } });
}

/** One bundle serves every environment, and in two of them the engine denies everything where a rule is shadowed. */
function requireReachable({ program }: SoundBundle, found: readonly FindingView[]): void {
  if (program.shadowed.length === 0) return;
  const errors = found.filter(({ severity }) => severity === "error");
  const findings = errors.slice(0, NAMED_MAX);
  throw new HallError("BUNDLE_SHADOWED", { detail: { findings, more: errors.length - findings.length } });
}

/** @param previous what was in force until now, by its digest */
export function requireExpected(expected: string | undefined, previous: string | null): void {
  const was = previous ?? "none";
  if (expected !== undefined && expected !== was)
    throw new HallError("CONFLICT", {
      detail: { reason: "another bundle is in force by now", digest_in_force: was },
    });
}
