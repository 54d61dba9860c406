import { countHolders, findCustomRole, retireCustomRole } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { CustomRoleName } from "./role-name.ts";

export const retire = operation({
  name: "role.retire",
  summary: "Retire a role of the tenant's own that nobody holds any more.",
  permission: "role:define",
  stepUp: true,
  input: z.strictObject({ name: CustomRoleName }),
  output: z.object({ name: z.string(), retired_at: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/roles/:name/retire" },
  trpc: "mutation",
  async run({ hall, input: { name }, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const at = new Date(nowMs);
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const act = await asCaller(hall, caller, async (tx) => {
      const holders = await countHolders(tx, name);
      if (holders > 0) throw new HallError("CONFLICT", { detail: { reason: `${holders} members hold it` } });
      if (!(await retireCustomRole(tx, name, at))) {
        const known = await findCustomRole(tx, name);
        throw new HallError(
          known ? "CONFLICT" : "NOT_FOUND",
          known ? { detail: { reason: "already retired" } } : {},
        );
      }
      return hall.ledger.append(
        tx,
        { ...envelope, kind: "role", action: "retired", subject: name, details: {} },
        nowMs,
        "tenant",
      );
    });
    await hall.ledger.sealed(act);
    return { name, retired_at: at.toISOString(), receipt_id: act.receiptId };
  },
});
