import { Standing } from "@guildhall/protocol";
import { z } from "zod";
import { callerOf, operation } from "../operation.ts";
import { announce, refusalFields } from "./announce.ts";

export const goOnline = operation({
  name: "wire.go-online",
  summary: "Announce that the tenant's Hall server is online, where its standing lets it.",
  permission: "presence:set",
  input: z.strictObject({}),
  output: z.object({ ok: z.literal(true), account_standing: Standing, tier_id: z.null() }),
  rest: { method: "POST", path: "/api/server/go-online", wire: { emptyBody: true, refusalFields } },
  async run({ hall, ...context }) {
    const account_standing = await announce(hall, callerOf(context), true);
    return { ok: true as const, account_standing, tier_id: null };
  },
});
