import { randomUUID } from "node:crypto";
import { createMember, createSignInLink, findMemberByEmail, readTenant, voidLinks } from "@guildhall/db";
import { HallError, isPrintable } from "@guildhall/protocol";
import { z } from "zod";
import { hashSecret, newSecret } from "../../identity/api-key.ts";
import { asCaller } from "../../identity/authenticate.ts";
import { Email } from "../../identity/email.ts";
import { requireMayGive } from "../../identity/giving-roles.ts";
import { linkDetails } from "../../identity/link-details.ts";
import { callerOf, operation } from "../operation.ts";
import { RoleName } from "../role/role-name.ts";

export const INVITATION_MS = 72 * 3600 * 1000;

export const DisplayName = z
  .string()
  .min(1)
  .max(64)
  .refine(isPrintable, "expected 1 to 64 printable characters");

/**
 * The link goes to the person and never to whoever invites: nobody joins in another's name. Inviting again sends another
 * link, and the one before leads nowhere. Whether there is an account for the e-mail is not looked up.
 */
export const invite = operation({
  name: "member.invite",
  summary: "Invite somebody by e-mail, under a role; the link goes to them.",
  permission: "member:invite",
  stepUp: true,
  input: z.strictObject({ email: Email, display_name: DisplayName, role: RoleName }),
  output: z.object({ id: z.uuid(), expires_at: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/members", status: 201 },
  trpc: "mutation",
  async run({ hall, input: { email, display_name: displayName, role }, ...context }) {
    const caller = callerOf(context);
    const link = newSecret("link");
    const nowMs = hall.clock.now();
    const at = new Date(nowMs);
    const expiresAt = new Date(nowMs + INVITATION_MS);
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { act, id, tenant } = await asCaller(hall, caller, async (tx) => {
      await requireMayGive(tx, caller, role);
      const known = await findMemberByEmail(tx, email);
      if (known && (known.joinedAt || known.role !== role))
        throw new HallError("CONFLICT", {
          detail: { reason: known.joinedAt ? "already a member" : `already invited as ${known.role}` },
        });
      const id = known?.id ?? randomUUID();
      if (known) await voidLinks(tx, id, at);
      else await createMember(tx, caller.tenantId, { id, displayName, role, email, joinedAt: null });
      const tenant = await readTenant(tx);
      const invitation = {
        tenantId: caller.tenantId,
        id: randomUUID(),
        memberId: id,
        tokenHash: hashSecret(link),
        expiresAt,
        purpose: "invitation",
      } as const;
      await createSignInLink(tx, invitation);
      // Without the e-mail: a body is kept for ever.
      const details = { role, ...linkDetails(invitation) };
      const entry = { kind: "access", action: "invited", subject: id, details } as const;
      return { act: await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs), id, tenant };
    });
    await hall.ledger.sealed(act);
    hall.links.deliver({
      to: email,
      subject: `You are invited to ${tenant?.name ?? "a tenant"}`,
      reason: `You are invited to join ${tenant?.name ?? "a tenant"} at ${hall.settings.consoleUrl} as ${role}.`,
      url: `${hall.settings.consoleUrl}/join?token=${link}`,
      expiresAt,
    });
    return { id, expires_at: expiresAt.toISOString(), receipt_id: act.receiptId };
  },
});
