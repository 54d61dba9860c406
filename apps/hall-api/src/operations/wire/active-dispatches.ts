import { z } from "zod";
import { operation } from "../operation.ts";

/** The public Hall server answers this with nothing at all times, and its clients read it so (contract 8a). */
export const activeDispatches = operation({
  name: "wire.active-dispatches",
  summary:
    "An empty list, as clients of the public Hall server read it; running work is at /wcp/dispatches/:id.",
  permission: "receipt:read",
  input: z.strictObject({}),
  output: z.object({ dispatches: z.array(z.never()), count: z.literal(0) }),
  rest: { method: "GET", path: "/dispatches/active", wire: { openOnLoopback: true } },
  async run() {
    return { dispatches: [], count: 0 as const };
  },
});
