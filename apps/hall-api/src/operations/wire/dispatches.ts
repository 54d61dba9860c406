import { listDecisions } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { decisionBody, decisionSummary } from "../decision/summary.ts";
import { callerOf, operation } from "../operation.ts";

const LIMIT_MAX = 200;

/** The public Hall server's word for decisions (contract 8a), made or not made into work. */
export const dispatches = operation({
  name: "wire.dispatches",
  summary: "The newest decisions, as clients of the public Hall server read them.",
  permission: "receipt:read",
  // As text: what is no whole number has an answer of its own there.
  input: z.strictObject({ limit: z.string().max(32).default("50") }),
  output: z.object({
    dispatches: z.array(
      z.object({
        decision_id: z.string(),
        decided_at: z.string(),
        capability_id: z.string().nullable(),
        tenant_id: z.string().nullable(),
        env: z.string().nullable(),
        denied: z.union([z.literal(0), z.literal(1)]),
        deny_reason: z.string().nullable(),
        selected_worker: z.string().nullable(),
        blast_score: z.int().nullable(),
        artifact_hash: z.string(),
      }),
    ),
    count: z.int(),
  }),
  rest: { method: "GET", path: "/dispatches", wire: { openOnLoopback: true } },
  async run({ hall, input, ...context }) {
    if (!/^[+-]?[0-9]+$/.test(input.limit.trim()))
      throw new HallError("INVALID_REQUEST", { detail: { error: "limit must be an integer" } });
    const limit = Math.min(LIMIT_MAX, Math.max(1, Number(input.limit)));
    const page = { before: null, limit, env: null, outcome: null };
    const { receipts } = await asCaller(hall, callerOf(context), (tx) => listDecisions(tx, page));
    // A hold looks as it does to its caller.
    const isHoldDenied = hall.settings.requireHumanMode === "sdk";
    const dispatches = receipts.map((stored) => {
      const body = decisionBody(stored);
      const {
        decision_id,
        decided_at,
        capability_id,
        tenant_id,
        env,
        outcome,
        code,
        worker_id,
        blast_score,
      } = decisionSummary(body, null);
      const isDenied = outcome === "DENY" || (outcome === "HOLD" && isHoldDenied);
      return {
        ...{ decision_id, decided_at, capability_id, tenant_id, env },
        denied: (isDenied ? 1 : 0) as 0 | 1,
        deny_reason: code,
        selected_worker: worker_id,
        blast_score,
        artifact_hash: body.artifact_hash,
      };
    });
    return { dispatches, count: dispatches.length };
  },
});
