import { callerOf, operation } from "../operation.ts";
import { Move, move } from "./move.ts";
import { AgreementAnswer } from "./view.ts";

export const resume = operation({
  name: "agreement.resume",
  summary: "Put a suspended agreement in force again.",
  permission: "agreement:sign",
  stepUp: true,
  input: Move,
  output: AgreementAnswer,
  rest: { method: "POST", path: "/wcp/agreements/:id/resume" },
  trpc: "mutation",
  run: ({ hall, input, ...context }) =>
    move(hall, callerOf(context), input, {
      action: "resumed",
      from: ["suspended"],
      to: "active",
    }),
});
