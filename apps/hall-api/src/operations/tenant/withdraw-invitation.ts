import { findTenantBySlug } from "@guildhall/db";
import { HALL_CHAIN, HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asOperator } from "../../identity/authenticate.ts";
import { withdrawFirstOwner } from "../../tenants/first-owner.ts";
import { operation, operatorOf } from "../operation.ts";

export const withdrawInvitation = operation({
  name: "tenant.withdraw-invitation",
  summary: "Withdraw the invitation of a tenant's first owner; their link leads nowhere.",
  permission: "tenant:create",
  stepUp: true,
  input: z.strictObject({
    /** The tenant's slug. */
    tenant: z.string().min(1).max(64),
    reason: z.string().min(1).max(256),
  }),
  output: z.object({ tenant: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/hall/tenants/:tenant/invitation/withdraw" },
  trpc: "mutation",
  async run({ hall, input: { tenant: slug, reason }, ...context }) {
    const operator = operatorOf(context);
    const tenant = await asOperator(hall, operator, (tx) => findTenantBySlug(tx, slug));
    if (!tenant) throw new HallError("NOT_FOUND");
    const { memberId } = await withdrawFirstOwner(hall, tenant.id, reason);
    const nowMs = hall.clock.now();
    const envelope = hall.ledger.envelopeFor(HALL_CHAIN, operator.actor, nowMs);
    const act = await asOperator(hall, operator, (tx) => {
      const details = { member: memberId, reason };
      const entry = { kind: "tenant", action: "invitation_withdrawn", subject: tenant.id, details } as const;
      return hall.ledger.append(tx, { ...envelope, ...entry }, nowMs);
    });
    await hall.ledger.sealed(act);
    return { tenant: slug, receipt_id: act.receiptId };
  },
});
