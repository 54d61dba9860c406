import { randomUUID } from "node:crypto";
import { createSession, lookupSignInLink, readTenant, spendSignInLink, withTenant } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { hashSecret, newSecret, readSecret } from "../../identity/api-key.ts";
import { operation } from "../operation.ts";

const SESSION_MS = 12 * 3600 * 1000;

export const MemberView = z.object({ id: z.uuid(), display_name: z.string(), role: z.string() });
export const TenantView = z.object({ slug: z.string(), name: z.string() });

export const begin = operation({
  name: "session.begin",
  summary: "Spend a one-time sign-in link and begin a session; the token is in this answer and nowhere else.",
  permission: "public",
  input: z.strictObject({ token: z.string().max(128) }),
  output: z.object({
    session_token: z.string(),
    expires_at: z.string(),
    member: MemberView,
    tenant: TenantView,
  }),
  rest: { method: "POST", path: "/wcp/session/begin", status: 201 },
  trpc: "mutation",
  async run({ hall, input }) {
    if (readSecret(input.token) !== "link") throw new HallError("LINK_SPENT");
    const found = await lookupSignInLink(hall.db, hashSecret(input.token));
    if (!found) throw new HallError("LINK_SPENT");
    const token = newSecret("session");
    const nowMs = hall.clock.now();
    const expiresAt = new Date(nowMs + SESSION_MS);
    const sessionId = randomUUID();
    const { act, member, tenant } = await withTenant(hall.db, found.tenantId, async (tx) => {
      const member = await spendSignInLink(tx, found.id, new Date(nowMs));
      const tenant = await readTenant(tx);
      if (!member || !tenant) throw new HallError("LINK_SPENT");
      await createSession(tx, {
        tenantId: found.tenantId,
        id: sessionId,
        memberId: member.id,
        tokenHash: hashSecret(token),
        expiresAt,
      });
      const envelope = hall.ledger.envelopeFor(found.tenantId, { kind: "person", id: member.id }, nowMs);
      const act = await hall.ledger.append(
        tx,
        { ...envelope, kind: "session", action: "begun", subject: sessionId, details: { factor: "link" } },
        nowMs,
      );
      return { act, member, tenant };
    });
    await hall.ledger.sealed(act);
    return {
      session_token: token,
      expires_at: expiresAt.toISOString(),
      member: { id: member.id, display_name: member.displayName, role: member.role },
      tenant: { slug: tenant.slug, name: tenant.name },
    };
  },
});
