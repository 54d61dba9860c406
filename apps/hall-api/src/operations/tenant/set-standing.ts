import { findTenantBySlug, setTenantStanding } from "@guildhall/db";
import { HALL_CHAIN, HallError, Standing } from "@guildhall/protocol";
import { z } from "zod";
import { asOperator } from "../../identity/authenticate.ts";
import { operation, operatorOf } from "../operation.ts";

/** Whatever it becomes, everything in flight is decided again: a better standing allows what was just denied. */
export const setStanding = operation({
  name: "tenant.set-standing",
  summary:
    "Set how a tenant stands: ok, grace, degraded or suspended. Nothing is deleted; suspended work is denied with a receipt.",
  permission: "tenant:set-standing",
  stepUp: true,
  input: z.strictObject({
    /** The tenant's slug. */
    tenant: z.string().min(1).max(64),
    standing: Standing,
    reason: z.string().min(1).max(256),
  }),
  output: z.object({ tenant: z.string(), standing: Standing, receipt_id: z.uuid() }),
  rest: { method: "PUT", path: "/hall/tenants/:tenant/standing" },
  trpc: "mutation",
  async run({ hall, input: { tenant: slug, standing, reason }, ...context }) {
    const operator = operatorOf(context);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(HALL_CHAIN, operator.actor, nowMs);
    const { act, id } = await asOperator(hall, operator, async (tx) => {
      const tenant = await findTenantBySlug(tx, slug);
      if (!tenant) throw new HallError("NOT_FOUND");
      if (tenant.standing === standing)
        throw new HallError("CONFLICT", { detail: { reason: `already ${standing}` } });
      await setTenantStanding(tx, tenant.id, standing);
      const act = await hall.ledger.append(
        tx,
        {
          ...envelope,
          kind: "tenant",
          action: "standing_set",
          subject: tenant.id,
          details: { before: tenant.standing, reason, standing },
        },
        nowMs,
        "hall",
      );
      return { act, id: tenant.id };
    });
    await hall.ledger.sealed(act);
    if (hall.snapshots.peek(id)) await hall.snapshots.refresh(id);
    return { tenant: slug, standing, receipt_id: act.receiptId };
  },
});
