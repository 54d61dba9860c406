import { randomUUID } from "node:crypto";
import { createSignInLink, lookupAccount, lookupMemberships, voidLinks, withTenant } from "@guildhall/db";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { hashSecret, newSecret } from "../../identity/api-key.ts";
import { Email } from "../../identity/email.ts";
import { linkDetails } from "../../identity/link-details.ts";
import { countAsked } from "../../identity/sign-in-guard.ts";
import { operation } from "../operation.ts";

export const RECOVERY_MS = 3600 * 1000;

/** The same answer at the same time, whoever asks about whom: what there is to do is done behind it. */
export const request = operation({
  name: "recovery.request",
  summary: "Ask for a link that sets another password; it goes to the e-mail, if an account has it.",
  permission: "public",
  input: z.strictObject({ email: Email }),
  output: z.object({ asked: z.literal(true) }),
  rest: { method: "POST", path: "/wcp/recovery", status: 202 },
  trpc: "mutation",
  async run({ hall, input: { email }, request }) {
    await countAsked(hall, { subject: `recovery ${email}`, address: request.address });
    hall.links.behind(() => sendLink(hall, email));
    return { asked: true as const };
  },
});

async function sendLink(hall: Hall, email: string): Promise<void> {
  const accountId = await lookupAccount(hall.db, email);
  const [membership] = accountId ? await lookupMemberships(hall.db, accountId) : [];
  if (!membership) return;
  const { tenantId, memberId } = membership;
  const link = newSecret("link");
  const nowMs = hall.clock.now();
  const expiresAt = new Date(nowMs + RECOVERY_MS);
  const envelope = hall.ledger.envelopeFor(tenantId, { kind: "hall", id: "recovery" }, nowMs);
  const act = await withTenant(hall.db, tenantId, async (tx) => {
    await voidLinks(tx, memberId, new Date(nowMs));
    const recovery = {
      ...{ tenantId, id: randomUUID(), memberId, tokenHash: hashSecret(link), expiresAt },
      purpose: "recovery",
    } as const;
    await createSignInLink(tx, recovery);
    const details = linkDetails(recovery);
    const entry = { kind: "access", action: "recovery_asked", subject: memberId, details } as const;
    return hall.ledger.append(tx, { ...envelope, ...entry }, nowMs);
  });
  await hall.ledger.sealed(act);
  hall.links.deliver({
    to: email,
    subject: "Set another password",
    reason: `Somebody asked to set another password for ${email} at ${hall.settings.consoleUrl}.`,
    url: `${hall.settings.consoleUrl}/recover?token=${link}`,
    expiresAt,
  });
}
