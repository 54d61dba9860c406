import { callerOf, operation } from "../operation.ts";
import { Move, move } from "./move.ts";
import { AgreementAnswer } from "./view.ts";

/** A brake asks for no second proof of who pulls it. */
export const suspend = operation({
  name: "agreement.suspend",
  summary: "Suspend an agreement; nothing is started under it once this is answered.",
  permission: "agreement:end",
  input: Move,
  output: AgreementAnswer,
  rest: { method: "POST", path: "/wcp/agreements/:id/suspend" },
  trpc: "mutation",
  run: ({ hall, input, ...context }) =>
    move(hall, callerOf(context), input, {
      action: "suspended",
      from: ["active"],
      to: "suspended",
    }),
});
