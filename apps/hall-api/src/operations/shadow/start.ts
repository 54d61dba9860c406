import { randomUUID } from "node:crypto";
import { readOpenShadowRun, startShadowRun, storeBundle } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName } from "../../identity/caller.ts";
import { callerOf, operation } from "../operation.ts";
import {
  BUNDLE_BODY_MAX_BYTES,
  BundleSource,
  isOneSource,
  ONE_SOURCE,
  readSource,
} from "../rule/bundle-source.ts";
import { requireSound } from "../rule/sound-bundle.ts";
import { ShadowRunView, shadowRunView } from "./view.ts";

/** Enforces nothing, so it raises no fence: what is compared is what each instance learns of from its snapshot. */
export const start = operation({
  name: "shadow.start",
  summary:
    "Evaluate a bundle beside the one in force from now on, and keep what it would have decided otherwise.",
  permission: "rule:publish",
  input: BundleSource.refine(isOneSource, ONE_SOURCE),
  output: ShadowRunView,
  rest: {
    method: "POST",
    path: "/wcp/rules/shadow",
    status: 201,
    bodyMaxBytes: BUNDLE_BODY_MAX_BYTES,
    refuses: [422],
  },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const { text, digest } = requireSound((await readSource(hall, caller, input)).text);
    const id = randomUUID();
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { act, run } = await asCaller(hall, caller, async (tx) => {
      await storeBundle(tx, caller.tenantId, { digest, bundle: text });
      const isStarted = await startShadowRun(tx, caller.tenantId, {
        id,
        digest,
        startedAt: new Date(nowMs),
        startedBy: actorName(caller),
      });
      const run = await readOpenShadowRun(tx);
      if (!isStarted || !run)
        throw new HallError("CONFLICT", { detail: { reason: "a shadow run is open; end it first" } });
      const act = await hall.ledger.append(
        tx,
        { ...envelope, kind: "rule", action: "shadow_started", subject: digest, details: { run_id: id } },
        nowMs,
      );
      return { act, run };
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return shadowRunView(run);
  },
});
