import { listWorkers, readPresence, readTenant } from "@guildhall/db";
import { Standing } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { HALL_VERSION } from "../../version.ts";
import { callerOf, operation } from "../operation.ts";

export const status = operation({
  name: "wire.status",
  summary: "The tenant's Hall in numbers, as clients of the public Hall server read them.",
  permission: "tenant:read",
  input: z.strictObject({}),
  output: z.object({
    hall_version: z.string(),
    hall_name: z.string(),
    workers_enrolled: z.int(),
    decisions_total: z.int(),
    /** Since midnight UTC. */
    decisions_today: z.int(),
    denials_today: z.int(),
    timestamp: z.string(),
    /** What the tenant announced last, while its standing lets it be so; no decision asks for it. */
    online: z.boolean(),
    account_standing: Standing,
    /** When it last went online or offline. */
    standing_checked_at: z.string().nullable(),
  }),
  rest: { method: "GET", path: "/status", wire: { openOnLoopback: true } },
  async run({ hall, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const { workers, presence, tenant } = await asCaller(hall, caller, async (tx) => ({
      workers: await listWorkers(tx),
      presence: await readPresence(tx),
      tenant: await readTenant(tx),
    }));
    const standing = tenant?.standing ?? "suspended";
    const tally = await hall.tally.of(caller.tenantId, nowMs);
    return {
      hall_version: HALL_VERSION,
      hall_name: "Guildhall",
      workers_enrolled: workers.filter((worker) => worker.status !== "retired").length,
      decisions_total: tally.total,
      decisions_today: tally.today,
      denials_today: tally.deniedToday,
      timestamp: new Date(nowMs).toISOString(),
      online: (presence?.online ?? false) && hall.settings.onlineStandings.includes(standing),
      account_standing: standing,
      standing_checked_at: presence?.checkedAt.toISOString() ?? null,
    };
  },
});
