import { findDispatch } from "@guildhall/db";
import { RouteInput } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { SEAL_DEADLINE_MS } from "../../ledger/writer.ts";
import { RouteAnswer, routeAnswer } from "../decision/answer.ts";
import { RouteBody } from "../decision/body.ts";
import { decideAndSeal, newDecisionId } from "../decision/decide-and-seal.ts";
import { callerOf, operation } from "../operation.ts";
import { DispatchView, dispatchView, readOutcome } from "./view.ts";

/** How long the answer waits for the work; longer work is followed at GET /wcp/dispatches/:id. */
const WAIT_MS = 30_000;

export const startDispatch = operation({
  name: "dispatch.start",
  summary: "Decide, and where the answer is yes run the worker; waits up to 30 s for its result.",
  permission: "dispatch:start",
  decides: true,
  input: RouteBody,
  output: RouteAnswer.extend({
    dispatch: DispatchView.shape.dispatch.nullable(),
    result: z.unknown(),
    result_salt: DispatchView.shape.result_salt,
    outcome_receipt: DispatchView.shape.outcome_receipt,
  }),
  rest: { method: "POST", path: "/wcp/dispatch", also: [202], idempotencyKey: true, shows: RouteInput },
  async run({ hall, input, request, ...context }) {
    const caller = callerOf(context);
    const decisionId = newDecisionId(hall);
    // Listening starts before the work can: a worker may be done before the seal's answer is written.
    const ended = hall.dispatcher.waitForOutcome(decisionId, SEAL_DEADLINE_MS + WAIT_MS);
    const decided = await decideAndSeal(hall, caller, input, {
      starts: true,
      idempotencyKey: request.idempotencyKey,
      decisionId,
    }).catch((error) => {
      // Nothing runs, so nobody waits for its end.
      hall.dispatcher.noteOutcome(decisionId);
      throw error;
    });
    if (decided.body.approval_expires_at) request.setStatus(202);
    const answer = routeAnswer(decided, hall.settings.requireHumanMode);
    if (decided.body.dispatched_at === null) {
      hall.dispatcher.noteOutcome(decisionId);
      return { ...answer, dispatch: null, result: null, result_salt: null, outcome_receipt: null };
    }
    const id = decided.body.receipt_id;
    const read = () =>
      asCaller(hall, caller, async (tx) => {
        const dispatch = await findDispatch(tx, id);
        return dispatch && { dispatch, outcome: await readOutcome(tx, dispatch) };
      });
    const follow = async () => {
      // A repeat has another id than the one we listen for; its work may have ended long ago.
      if (id === decisionId) await ended;
      else {
        hall.dispatcher.noteOutcome(decisionId);
        const repeated = hall.dispatcher.waitForOutcome(id, WAIT_MS);
        if ((await read())?.dispatch.endedAt) hall.dispatcher.noteOutcome(id);
        await repeated;
      }
      const now = await read();
      return now && dispatchView(hall, now.dispatch, now.outcome);
    };
    // The decision is sealed and its work starts, whatever fails from here on: a refusal would say that nothing runs.
    const view = await follow().catch((err) => {
      hall.log.warn({ err, dispatch: id }, "how a dispatch stands could not be read");
      return null;
    });
    if (!view?.outcome_receipt) request.setStatus(202);
    return {
      ...answer,
      dispatch: view?.dispatch ?? waiting(id, decided.body.worker_id),
      result: view?.result ?? null,
      result_salt: view?.result_salt ?? null,
      outcome_receipt: view?.outcome_receipt ?? null,
    };
  },
});

/** What is known of work whose row could not be read. */
function waiting(id: string, workerId: string | null): DispatchView["dispatch"] {
  const state = "waiting" as const;
  return {
    id,
    state,
    worker_id: workerId ?? "",
    attempts: 0,
    started_at: null,
    ended_at: null,
    reason: null,
  };
}
