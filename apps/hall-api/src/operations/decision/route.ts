import { RouteInput } from "@guildhall/protocol";
import { callerOf, operation } from "../operation.ts";
import { RouteAnswer, routeAnswer, routeAnswerBytes } from "./answer.ts";
import { RouteBody } from "./body.ts";
import { decideAndSeal, newDecisionId } from "./decide-and-seal.ts";

/** Decides, records and answers; nothing runs. */
export const route = operation({
  name: "decision.route",
  summary:
    "Decide whether a capability may run, with a sealed receipt for either answer; nothing is started.",
  permission: "decision:make",
  // A RouteInput that breaks its schema is decided too (DENY_INVALID_INPUT), so the door asks for an object only.
  decides: true,
  input: RouteBody,
  output: RouteAnswer,
  rest: { method: "POST", path: "/wcp/route", also: [202], idempotencyKey: true, shows: RouteInput },
  async run({ hall, input, request, ...context }) {
    const decided = await decideAndSeal(hall, callerOf(context), input, {
      starts: false,
      idempotencyKey: request.idempotencyKey,
      decisionId: newDecisionId(hall),
    });
    if (decided.body.approval_expires_at) request.setStatus(202);
    const answer = routeAnswer(decided, hall.settings.requireHumanMode);
    request.setBytes(routeAnswerBytes(answer, decided));
    return answer;
  },
});
