import { z } from "zod";
import { HALL_VERSION } from "../../version.ts";
import { operation } from "../operation.ts";

/** Liveness, in the words that both of the public servers' clients read (contract 8a, 8b). */
export const health = operation({
  name: "hall.health",
  summary: "That this process answers.",
  permission: "public",
  input: z.strictObject({}),
  output: z.object({
    ok: z.literal(true),
    status: z.literal("ok"),
    version: z.string(),
    timestamp: z.string(),
  }),
  rest: { method: "GET", path: "/health" },
  async run({ hall }) {
    const timestamp = new Date(hall.clock.now()).toISOString();
    return { ok: true as const, status: "ok" as const, version: HALL_VERSION, timestamp };
  },
});
