import { callerOf, operation } from "../operation.ts";
import { ChangedStatus, changeStatus, StatusChange } from "./change-status.ts";

/** Irreversible: whoever reads a receipt of this worker later knows that nothing else was ever enrolled under its id. */
export const retire = operation({
  name: "worker.retire",
  summary: "Retire a worker for good; no decision selects it any more, and its id takes no record.",
  permission: "worker:retire",
  stepUp: true,
  input: StatusChange,
  output: ChangedStatus,
  rest: { method: "POST", path: "/wcp/workers/:worker_id/retire" },
  trpc: "mutation",
  run({ hall, input, ...context }) {
    return changeStatus(hall, callerOf(context), input, {
      action: "retired",
      from: ["active", "suspended"],
      to: "retired",
    });
  },
});
