import {
  listAgreementVersions,
  lockAgreement,
  moveAgreement,
  type StoredAgreementState,
} from "@guildhall/db";
import { z } from "zod";
import { requireStill } from "../../agreements/require-still.ts";
import type { Hall } from "../../hall.ts";
import { asCaller } from "../../identity/authenticate.ts";
import { actorName, type Caller } from "../../identity/caller.ts";
import { conflict } from "./bound-version.ts";
import { answerSealed } from "./read-agreement.ts";
import type { AgreementAnswer } from "./view.ts";

export const Move = z.strictObject({ id: z.uuid(), reason: z.string().trim().min(1).max(256) });

/** Brings an agreement from one state into another, with the entry that says so; it raises the fence. */
export async function move(
  hall: Hall,
  caller: Caller,
  { id, reason }: z.infer<typeof Move>,
  on: {
    action: "suspended" | "resumed" | "terminated";
    from: readonly StoredAgreementState[];
    to: StoredAgreementState;
  },
): Promise<AgreementAnswer> {
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
  const act = await asCaller(hall, caller, async (tx) => {
    const { state, version } = requireStill(await lockAgreement(tx, id));
    const by = { at: new Date(nowMs), by: actorName(caller), receiptId: envelope.receipt_id };
    if (!(await moveAgreement(tx, id, { from: on.from, to: on.to, reason }, by)))
      throw conflict(state === "draft" ? "it was never activated" : `it is ${state}`);
    const current = (await listAgreementVersions(tx, id)).find((one) => one.version === version);
    const details = { version, digest: current?.digest ?? null, before: state, reason };
    return hall.ledger.append(
      tx,
      { ...envelope, kind: "agreement", action: on.action, subject: id, details },
      nowMs,
      "tenant",
    );
  });
  return answerSealed(hall, caller, id, act);
}
