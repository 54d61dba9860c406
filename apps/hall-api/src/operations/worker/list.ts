import { listWorkers } from "@guildhall/db";
import { COMPLIANCE_LEVELS, complianceLevel } from "@guildhall/engine";
import { readStrictJson } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const list = operation({
  name: "worker.list",
  summary: "The tenant's enrolled workers, newest first.",
  permission: "worker:read",
  input: z.strictObject({}),
  output: z.object({
    workers: z.array(
      z.object({
        worker_id: z.string(),
        worker_species_id: z.string(),
        capabilities: z.array(z.string()),
        risk_tier: z.string(),
        status: z.enum(["active", "suspended", "retired"]),
        enrolled_at: z.string(),
        worker_record_hash: z.string(),
        transport: z.object({ version: z.int(), digest: z.string() }).nullable(),
        /** What of WCP's levels the record reaches by itself (contract 5.2), and what the next one asks. */
        compliance: z.object({ level: z.enum(COMPLIANCE_LEVELS).nullable(), missing: z.array(z.string()) }),
      }),
    ),
    count: z.int(),
  }),
  rest: { method: "GET", path: "/wcp/workers" },
  trpc: "query",
  async run({ hall, ...context }) {
    const rows = await asCaller(hall, callerOf(context), listWorkers);
    const workers = rows.map((row) => {
      const record = readStrictJson(row.record, { maxKeys: Number.POSITIVE_INFINITY }) as Record<
        string,
        unknown
      >;
      return {
        worker_id: row.workerId,
        worker_species_id: row.speciesId,
        capabilities: record.capabilities as string[],
        risk_tier: typeof record.risk_tier === "string" ? record.risk_tier : "unknown",
        status: row.status,
        enrolled_at: row.enrolledAt.toISOString(),
        worker_record_hash: row.recordHash,
        transport: row.transport && { version: row.transport.version, digest: row.transport.digest },
        compliance: complianceOf(record),
      };
    });
    return { workers, count: workers.length };
  },
});

function complianceOf(record: Record<string, unknown>) {
  const { level, missing } = complianceLevel(record);
  return { level, missing: [...missing] };
}
