import { TenantSlug } from "@guildhall/protocol";
import { z } from "zod";
import { Email } from "../../identity/email.ts";
import { PASSWORD_MAX } from "../../identity/password.ts";
import { foundByLink } from "../../tenants/found-by-link.ts";
import { TenantName } from "../../tenants/tenant-name.ts";
import { DisplayName } from "../member/invite.ts";
import { operation } from "../operation.ts";
import { TenantView } from "../session/start-session.ts";

/** It begins no session; whoever has founded signs in, as anybody does. */
export const found = operation({
  name: "tenant.found",
  summary:
    "Found an empty tenant by a one-time link and become its owner: after signing up, or as the first who operates this Hall.",
  permission: "public",
  input: z.strictObject({
    token: z.string().max(128),
    tenant: TenantSlug,
    name: TenantName,
    /** Only with the link of a first run: whoever signs up is known by the e-mail that their link went to. */
    email: Email.optional(),
    display_name: DisplayName,
    password: z.string().min(1).max(PASSWORD_MAX),
  }),
  output: z.object({
    tenant: TenantView,
    email: z.string(),
    /** True for the first who operates this Hall. */
    operates_hall: z.boolean(),
    receipt_id: z.uuid(),
  }),
  rest: { method: "POST", path: "/wcp/tenants", status: 201, refuses: [404, 409] },
  trpc: "mutation",
  async run({ hall, input: { token, tenant: slug, name, email, display_name, password }, request }) {
    const { address } = request;
    const founder = { email, displayName: display_name, password, address };
    const { kind, receiptId, ...founded } = await foundByLink(hall, token, founder, { slug, name });
    return { ...founded, operates_hall: kind === "first_run", receipt_id: receiptId };
  },
});
