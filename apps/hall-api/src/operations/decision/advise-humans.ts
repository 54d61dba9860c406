import { newReceiptId, prepareBody } from "@guildhall/attestation";
import type { DecisionBody, ReceiptId } from "@guildhall/protocol";
import type { Hall } from "../../hall.ts";
import type { Caller } from "../../identity/caller.ts";

/** A notice takes no right and gives none, so it follows the epochs as often as a decision does. */
const ROUNDS_MAX = 3;

/**
 * What is advisory runs, and people are told: by a receipt of its own, right behind the decision's. The decision stands
 * whatever becomes of the notice, so a failure is logged with what it was about and not answered as a refusal.
 */
export async function adviseHumans(
  hall: Hall,
  { tenantId }: Caller,
  epochs: { epoch: number; hallEpoch: number },
  { human, outcome, dry_run }: DecisionBody["decision"],
  decisionId: ReceiptId,
): Promise<void> {
  if (human?.level !== "advisory" || outcome !== "ALLOW" || dry_run) return;
  const nowMs = hall.clock.now();
  const receiptId = newReceiptId(nowMs);
  const actor = { kind: "hall", id: hall.ledger.envelope.hall } as const;
  const body = prepareBody({
    ...hall.ledger.envelopeFor(tenantId, actor, nowMs, receiptId),
    kind: "notice",
    action: "advised",
    subject: decisionId,
    details: { asked_by: human.asked_by, level: human.level },
  });
  try {
    let at: { epoch: number; hallEpoch: number } | undefined = epochs;
    for (let round = 0; at !== undefined && round < ROUNDS_MAX; round++) {
      const { epoch, hallEpoch } = at;
      const nothing = { payload: null, idempotency: null, dispatch: null, hold: null };
      const submitted = await hall.ledger.submit({ tenantId, receiptId, epoch, hallEpoch, body, ...nothing });
      if (submitted.outcome !== "fenced") return;
      at = (await hall.snapshots.refresh(tenantId))?.engine;
    }
    throw new Error("the epochs moved on each time");
  } catch (err) {
    hall.log.error({ err, decision: decisionId }, "people could not be told of an advisory decision");
  }
}
