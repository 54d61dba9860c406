import { z } from "zod";
import { callerOf, operation } from "../operation.ts";
import { announce, refusalFields } from "./announce.ts";

export const goOffline = operation({
  name: "wire.go-offline",
  summary: "Announce that the tenant's Hall server is offline; whatever its standing.",
  permission: "presence:set",
  input: z.strictObject({}),
  output: z.object({ ok: z.literal(true) }),
  rest: {
    method: "POST",
    path: "/api/server/go-offline",
    wire: { openOnLoopback: true, emptyBody: true, refusalFields },
  },
  async run({ hall, ...context }) {
    await announce(hall, callerOf(context), false);
    return { ok: true as const };
  },
});
