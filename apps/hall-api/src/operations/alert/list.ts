import { listAlerts } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

/** In the words of the public Hall server (contract 8a), a page at a time. */
export const list = operation({
  name: "alert.list",
  summary: "The tenant's alerts, newest first, a page at a time.",
  permission: "alert:read",
  input: z.strictObject({
    /** `next` of the page before. */
    before: z.uuid().optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  output: z.object({
    alerts: z.array(
      z.object({
        /** Also its receipt's. */
        alert_id: z.uuid(),
        created_at: z.string(),
        level: z.enum(["info", "warning", "error"]),
        code: z.string(),
        message: z.string(),
        worker_id: z.string().nullable(),
        capability_id: z.string().nullable(),
      }),
    ),
    count: z.int(),
    next: z.uuid().nullable(),
  }),
  rest: { method: "GET", path: "/alerts", wire: { openOnLoopback: true } },
  trpc: "query",
  async run({ hall, input, ...context }) {
    const { before = null, limit } = input;
    const page = await asCaller(hall, callerOf(context), (tx) => listAlerts(tx, { before, limit }));
    return {
      alerts: page.alerts.map(({ id, createdAt, level, code, message, workerId, capabilityId }) => ({
        alert_id: id,
        created_at: createdAt.toISOString(),
        level,
        code,
        message,
        worker_id: workerId,
        capability_id: capabilityId,
      })),
      count: page.alerts.length,
      next: page.next,
    };
  },
});
