import { verifierKey } from "@guildhall/attestation";
import { findDispatch, findReceipt, findReceiptAt } from "@guildhall/db";
import { explain } from "@guildhall/engine";
import { HallError, StepMark, StepName } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { receiptOf } from "../../ledger/ledger.ts";
import { dispatchView, readOutcome } from "../dispatch/view.ts";
import { callerOf, operation } from "../operation.ts";
import { SealedReceiptView } from "../receipt/get.ts";
import { DecisionSummary, decisionBody, decisionSummary } from "./summary.ts";

export const get = operation({
  name: "decision.get",
  summary:
    "One decision: its steps in words, its sealed receipt, the receipt before it, and how its work ended.",
  permission: "receipt:read",
  input: z.strictObject({ id: z.uuid() }),
  output: z.object({
    summary: DecisionSummary,
    steps: z.array(
      z.object({
        step: StepName,
        mark: StepMark,
        seen: z.union([z.string(), z.number()]).optional(),
        limit: z.union([z.string(), z.number()]).optional(),
        sentence: z.string(),
      }),
    ),
    sealed: SealedReceiptView,
    /** The one before it in the chain, to check the link with; null for the first. */
    previous: z.looseObject({ receipt_hash: z.string() }).nullable(),
    outcome: SealedReceiptView.nullable(),
    result: z.unknown(),
    verifier_key: z.string(),
  }),
  rest: { method: "GET", path: "/wcp/decisions/:id" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    const found = await asCaller(hall, callerOf(context), async (tx) => {
      const stored = await findReceipt(tx, input.id);
      if (stored?.kind !== "decision") return null;
      const body = decisionBody(stored);
      const dispatch = await findDispatch(tx, input.id);
      return {
        stored,
        body,
        previous: body.seq > 0 ? await findReceiptAt(tx, body.seq - 1) : null,
        dispatch: dispatch && { dispatch, outcome: await readOutcome(tx, dispatch) },
      };
    });
    if (!found) throw new HallError("NOT_FOUND");
    const { body, dispatch } = found;
    const view = dispatch && (await dispatchView(hall, dispatch.dispatch, dispatch.outcome));
    return {
      summary: decisionSummary(body, view?.dispatch.state ?? null),
      steps: explain(body.decision),
      sealed: (await hall.ledger.present(found.stored)) as z.infer<typeof SealedReceiptView>,
      previous: found.previous && receiptOf(found.previous),
      outcome: (view?.outcome_receipt ?? null) as z.infer<typeof SealedReceiptView> | null,
      result: view?.result ?? null,
      verifier_key: verifierKey(hall.settings.origin, hall.signer.publicKey),
    };
  },
});
