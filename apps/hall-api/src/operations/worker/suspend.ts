import { callerOf, operation } from "../operation.ts";
import { ChangedStatus, changeStatus, StatusChange } from "./change-status.ts";

export const suspend = operation({
  name: "worker.suspend",
  summary: "Suspend a worker; no decision selects it until somebody resumes it.",
  permission: "worker:suspend",
  input: StatusChange,
  output: ChangedStatus,
  rest: { method: "POST", path: "/wcp/workers/:worker_id/suspend" },
  trpc: "mutation",
  run({ hall, input, ...context }) {
    return changeStatus(hall, callerOf(context), input, {
      action: "suspended",
      from: ["active"],
      to: "suspended",
    });
  },
});
