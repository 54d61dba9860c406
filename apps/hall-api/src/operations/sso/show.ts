import { findSsoConnection } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { SsoView, ssoView } from "./view.ts";

export const show = operation({
  name: "sso.show",
  summary: "How the tenant's people sign in through its OpenID provider, and where the provider answers.",
  permission: "sso:read",
  input: z.strictObject({}),
  output: SsoView,
  rest: { method: "GET", path: "/wcp/sso" },
  trpc: "query",
  async run({ hall, ...context }) {
    return asCaller(hall, callerOf(context), async (tx) => ssoView(hall, tx, await findSsoConnection(tx)));
  },
});
