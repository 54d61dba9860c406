import { findAgreement, listAgreementVersions, type TenantTx } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import type { Hall } from "../../hall.ts";
import { asCaller } from "../../identity/authenticate.ts";
import type { Caller } from "../../identity/caller.ts";
import type { Appended } from "../../ledger/append-entry.ts";
import { type AgreementAnswer, type AgreementView, answerOf, viewOf } from "./view.ts";

/** @throws HallError NOT_FOUND */
export async function readAgreement(tx: TenantTx, id: string, nowMs: number): Promise<AgreementView> {
  const agreement = await findAgreement(tx, id);
  if (!agreement) throw new HallError("NOT_FOUND");
  return viewOf(agreement, await listAgreementVersions(tx, id), nowMs);
}

/** The end of an act: it is sealed, this instance decides by it, and whoever did it is told how the agreement stands. */
export async function answerSealed(
  hall: Hall,
  caller: Caller,
  id: string,
  act: Appended,
): Promise<AgreementAnswer> {
  await hall.ledger.sealed(act);
  await hall.snapshots.refresh(caller.tenantId);
  const view = await asCaller(hall, caller, (tx) => readAgreement(tx, id, hall.clock.now()));
  return answerOf(view, act.receiptId);
}
