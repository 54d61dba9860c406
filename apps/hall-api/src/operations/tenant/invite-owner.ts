import { findTenantBySlug } from "@guildhall/db";
import { HALL_CHAIN, HallError } from "@guildhall/protocol";
import { z } from "zod";
import { newSecret } from "../../identity/api-key.ts";
import { asOperator } from "../../identity/authenticate.ts";
import { Email } from "../../identity/email.ts";
import { deliverOwnerLink, inviteFirstOwner } from "../../tenants/first-owner.ts";
import { DisplayName, INVITATION_MS } from "../member/invite.ts";
import { operation, operatorOf } from "../operation.ts";

/** The tenant's chain says that the Hall invited, the Hall's own who it was. */
export const inviteOwner = operation({
  name: "tenant.invite-owner",
  summary:
    "Invite the first owner of a tenant that nobody has joined, or send their link once more; the one before leads nowhere.",
  permission: "tenant:create",
  stepUp: true,
  input: z.strictObject({
    /** The tenant's slug. */
    tenant: z.string().min(1).max(64),
    email: Email,
    display_name: DisplayName,
  }),
  output: z.object({ tenant: z.string(), invitation_until: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/hall/tenants/:tenant/invitation", status: 201 },
  trpc: "mutation",
  async run({ hall, input: { tenant: slug, email, display_name: displayName }, ...context }) {
    const operator = operatorOf(context);
    const tenant = await asOperator(hall, operator, (tx) => findTenantBySlug(tx, slug));
    if (!tenant) throw new HallError("NOT_FOUND");
    const link = newSecret("link");
    const nowMs = hall.clock.now();
    const expiresAt = new Date(nowMs + INVITATION_MS);
    const { memberId } = await inviteFirstOwner(hall, tenant.id, { email, displayName, link, expiresAt });
    const envelope = hall.ledger.envelopeFor(HALL_CHAIN, operator.actor, nowMs);
    const act = await asOperator(hall, operator, (tx) => {
      const details = { member: memberId };
      const entry = { kind: "tenant", action: "owner_invited", subject: tenant.id, details } as const;
      return hall.ledger.append(tx, { ...envelope, ...entry }, nowMs);
    });
    await hall.ledger.sealed(act);
    deliverOwnerLink(hall, tenant, { email, link, expiresAt });
    return { tenant: slug, invitation_until: expiresAt.toISOString(), receipt_id: act.receiptId };
  },
});
