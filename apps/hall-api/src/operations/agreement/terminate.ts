import { callerOf, operation } from "../operation.ts";
import { Move, move } from "./move.ts";
import { AgreementAnswer } from "./view.ts";

/** Of a draft too, which then never binds anybody. */
export const terminate = operation({
  name: "agreement.terminate",
  summary: "Terminate an agreement for good; nothing is started under it, and nothing brings it back.",
  permission: "agreement:end",
  stepUp: true,
  input: Move,
  output: AgreementAnswer,
  rest: { method: "POST", path: "/wcp/agreements/:id/terminate" },
  trpc: "mutation",
  run: ({ hall, input, ...context }) =>
    move(hall, callerOf(context), input, {
      action: "terminated",
      from: ["draft", "active", "suspended"],
      to: "terminated",
    }),
});
