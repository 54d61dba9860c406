import { listWorkers } from "@guildhall/db";
import { readStrictJson } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const workers = operation({
  name: "wire.workers",
  summary: "The workers that are not retired, newest first, as clients of the public Hall server read them.",
  permission: "worker:read",
  input: z.strictObject({}),
  output: z.object({
    workers: z.array(
      z.object({
        worker_id: z.string(),
        worker_species_id: z.string(),
        capabilities: z.array(z.string()),
        risk_tier: z.string(),
        enrolled_at: z.string(),
        status: z.enum(["active", "suspended"]),
      }),
    ),
    count: z.int(),
  }),
  rest: { method: "GET", path: "/workers", wire: { openOnLoopback: true } },
  async run({ hall, ...context }) {
    const rows = await asCaller(hall, callerOf(context), listWorkers);
    const workers = rows.flatMap((row) => {
      if (row.status === "retired") return [];
      const { capabilities, risk_tier } = readStrictJson(row.record, {
        maxKeys: Number.POSITIVE_INFINITY,
      }) as Record<string, unknown>;
      return {
        worker_id: row.workerId as string,
        worker_species_id: row.speciesId,
        capabilities: capabilities as string[],
        risk_tier: typeof risk_tier === "string" ? risk_tier : "unknown",
        enrolled_at: row.enrolledAt.toISOString(),
        status: row.status,
      };
    });
    return { workers, count: workers.length };
  },
});
