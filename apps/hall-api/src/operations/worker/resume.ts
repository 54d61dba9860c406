import { callerOf, operation } from "../operation.ts";
import { ChangedStatus, changeStatus, StatusChange } from "./change-status.ts";

export const resume = operation({
  name: "worker.resume",
  summary: "Resume a suspended worker; from then on decisions may select it again.",
  permission: "worker:suspend",
  stepUp: true,
  input: StatusChange,
  output: ChangedStatus,
  rest: { method: "POST", path: "/wcp/workers/:worker_id/resume" },
  trpc: "mutation",
  run({ hall, input, ...context }) {
    return changeStatus(hall, callerOf(context), input, {
      action: "resumed",
      from: ["suspended"],
      to: "active",
    });
  },
});
