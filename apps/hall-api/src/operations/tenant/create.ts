import { TenantSlug } from "@guildhall/protocol";
import { z } from "zod";
import { newSecret } from "../../identity/api-key.ts";
import { asOperator } from "../../identity/authenticate.ts";
import { Email } from "../../identity/email.ts";
import { deliverOwnerLink, inviteFirstOwner } from "../../tenants/first-owner.ts";
import { TenantName } from "../../tenants/tenant-name.ts";
import { writeTenant } from "../../tenants/write-tenant.ts";
import { DisplayName, INVITATION_MS } from "../member/invite.ts";
import { operation, operatorOf } from "../operation.ts";

/** A crash before the letter leaves a tenant whose owner is invited again by `tenant.invite-owner`. */
export const create = operation({
  name: "tenant.create",
  summary: "Make an empty tenant and invite its first owner; the link goes to them.",
  permission: "tenant:create",
  stepUp: true,
  input: z.strictObject({
    /** The tenant's slug. It signs by the same name. */
    tenant: TenantSlug,
    name: TenantName,
    owner: z.strictObject({ email: Email, display_name: DisplayName }),
  }),
  output: z.object({ tenant: z.string(), invitation_until: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/hall/tenants", status: 201 },
  trpc: "mutation",
  async run({ hall, input: { tenant: slug, name, owner }, ...context }) {
    const operator = operatorOf(context);
    const nowMs = hall.clock.now();
    const made = await asOperator(hall, operator, (tx) =>
      writeTenant(hall, tx, { slug, name, by: "operator", actor: operator.actor, nowMs }),
    );
    await hall.ledger.sealed(made.act);
    const link = newSecret("link");
    const expiresAt = new Date(nowMs + INVITATION_MS);
    const { email, display_name: displayName } = owner;
    await inviteFirstOwner(hall, made.id, { email, displayName, link, expiresAt });
    deliverOwnerLink(hall, { name }, { email, link, expiresAt });
    return {
      tenant: slug,
      invitation_until: expiresAt.toISOString(),
      receipt_id: made.act.receiptId,
    };
  },
});
