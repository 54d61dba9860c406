import { lookupSsoTenant } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { Email } from "../../identity/email.ts";
import { beginFlow, GoneView } from "../../single-sign-on/begin-flow.ts";
import { domainOf } from "../../single-sign-on/domain-of.ts";
import { operation } from "../operation.ts";

/** That a domain signs in through a provider is no secret of anybody's; whether there is such a person is not looked up. */
export const begin = operation({
  name: "sso.begin",
  summary:
    "Begin to sign in through the provider of the e-mail's domain: where to go, and what to keep until back.",
  permission: "public",
  input: z.strictObject({ email: Email }),
  output: GoneView,
  rest: { method: "POST", path: "/wcp/sso/begin", status: 201, refuses: [404, 429, 502] },
  trpc: "mutation",
  async run({ hall, input: { email }, request }) {
    const retry_after_seconds = hall.ssoBegins.take(request.address);
    if (retry_after_seconds > 0) throw new HallError("RATE_LIMITED", { detail: { retry_after_seconds } });
    const tenantId = await lookupSsoTenant(hall.db, domainOf(email));
    if (tenantId === null) throw new HallError("SSO_UNKNOWN");
    return beginFlow(hall, { tenantId, link: null, hint: email });
  },
});
