import { readTenant } from "@guildhall/db";
import { Standing } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const standing = operation({
  name: "wire.standing",
  summary: "How the caller's tenant stands, as clients of the public registry read it.",
  permission: "tenant:read",
  input: z.strictObject({}),
  output: z.object({
    standing: Standing,
    /** Guildhall knows neither tiers nor accounts elsewhere. */
    tier_id: z.null(),
    github_login: z.null(),
    checked_at: z.string(),
  }),
  rest: { method: "GET", path: "/api/account/standing", wire: {} },
  async run({ hall, ...context }) {
    const tenant = await asCaller(hall, callerOf(context), readTenant);
    if (!tenant) throw new Error("a caller's tenant is not there");
    const checked_at = new Date(hall.clock.now()).toISOString();
    return { standing: tenant.standing, tier_id: null, github_login: null, checked_at };
  },
});
