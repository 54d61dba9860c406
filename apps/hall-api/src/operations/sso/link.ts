import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { beginFlow, GoneView } from "../../single-sign-on/begin-flow.ts";
import { callerOf, operation } from "../operation.ts";
import { personOf } from "../session/person-of.ts";

/** Whoever signs in otherwise says themself that the provider may vouch for them too; an e-mail never does (H-116). */
export const link = operation({
  name: "sso.link",
  summary:
    "Begin to link the tenant's provider to one's own account: where to go, and what to keep until back.",
  permission: "account:change",
  stepUp: true,
  input: z.strictObject({}),
  output: GoneView,
  rest: { method: "POST", path: "/wcp/sso/link", status: 201, refuses: [404, 429, 502] },
  trpc: "mutation",
  async run({ hall, request, ...context }) {
    const caller = callerOf(context);
    const { id } = personOf(caller);
    const retry_after_seconds = hall.ssoBegins.take(request.address);
    if (retry_after_seconds > 0) throw new HallError("RATE_LIMITED", { detail: { retry_after_seconds } });
    const link = { member: caller.actor.id, session: id };
    return beginFlow(hall, { tenantId: caller.tenantId, link, hint: null });
  },
});
