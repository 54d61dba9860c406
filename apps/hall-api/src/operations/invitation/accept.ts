import { z } from "zod";
import { acceptInvitation } from "../../identity/accept-invitation.ts";
import { PASSWORD_MAX } from "../../identity/password.ts";
import { DisplayName } from "../member/invite.ts";
import { operation } from "../operation.ts";
import { TenantView } from "../session/start-session.ts";

/**
 * Whoever has an account already shows its password: an invitation alone takes nobody's account over. Whoever has none
 * sets one. It begins no session; they sign in, with their second factor where they have one.
 */
export const accept = operation({
  name: "invitation.accept",
  summary: "Accept an invitation with a password: one's own, or a first one; then sign in.",
  permission: "public",
  input: z.strictObject({
    token: z.string().max(128),
    display_name: DisplayName,
    password: z.string().min(1).max(PASSWORD_MAX),
  }),
  output: z.object({ tenant: TenantView, email: z.string(), receipt_id: z.uuid() }),
  rest: { method: "POST", path: "/wcp/invitations/accept", status: 201 },
  trpc: "mutation",
  async run({ hall, input: { token, display_name: displayName, password }, request: { address } }) {
    const { receiptId, ...accepted } = await acceptInvitation(hall, {
      token,
      displayName,
      password,
      address,
    });
    return { ...accepted, receipt_id: receiptId };
  },
});
