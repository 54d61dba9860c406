import { endShadowRun, listShadowRuns, readOpenShadowRun } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { ShadowRunView, shadowRunView } from "./view.ts";

export const end = operation({
  name: "shadow.end",
  summary: "End the shadow run; what it found stays.",
  permission: "rule:publish",
  input: z.strictObject({}),
  output: ShadowRunView,
  rest: { method: "POST", path: "/wcp/rules/shadow/end" },
  trpc: "mutation",
  async run({ hall, ...context }) {
    const caller = callerOf(context);
    // What other instances have not written by now is not counted: a run that has ended takes nothing more.
    await hall.shadow.flush();
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { act, run } = await asCaller(hall, caller, async (tx) => {
      const open = await readOpenShadowRun(tx);
      if (!open || !(await endShadowRun(tx, open.id, new Date(nowMs))))
        throw new HallError("CONFLICT", { detail: { reason: "no shadow run is open" } });
      // Read again, because another instance may have counted on until the run was locked.
      const run = (await listShadowRuns(tx, 20)).find(({ id }) => id === open.id) ?? open;
      const { id: run_id, decisions, differences } = run;
      const act = await hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "rule",
          action: "shadow_ended",
          subject: run.digest,
          details: { run_id, decisions, differences },
        },
        nowMs,
      );
      return { act, run };
    });
    await hall.ledger.sealed(act);
    await hall.snapshots.refresh(caller.tenantId);
    return shadowRunView(run);
  },
});
