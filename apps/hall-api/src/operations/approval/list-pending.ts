import { listPendingApprovals } from "@guildhall/db";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

export const listPending = operation({
  name: "approval.list-pending",
  summary: "What waits for a human, oldest first, a page at a time (WCP 5.8).",
  permission: "approval:read",
  input: z.strictObject({
    /** `next` of the page before. */
    after: z.coerce.number().int().min(0).optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  output: z.object({
    approvals: z.array(
      z.object({
        /** The held decision's id, which is also its receipt's. */
        pending_approval_id: z.uuid(),
        decided_at: z.string(),
        approval_expires_at: z.string(),
        supervisor_level: z.string(),
        quorum: z.int(),
        step_up: z.boolean(),
        asked_by: z.array(z.string()),
        escalation_context: z.object({
          capability_id: z.string().nullable(),
          worker_id: z.string().nullable(),
          env: z.string().nullable(),
          data_label: z.string().nullable(),
          blast_score: z.int().nullable(),
        }),
      }),
    ),
    next: z.int().nullable(),
  }),
  rest: { method: "GET", path: "/wcp/approvals/pending" },
  trpc: "query",
  async run({ hall, input, ...context }) {
    const page = await asCaller(hall, callerOf(context), (tx) =>
      listPendingApprovals(tx, {
        now: new Date(hall.clock.now()),
        after: input.after ?? null,
        limit: input.limit,
      }),
    );
    return {
      approvals: page.approvals.map((held) => ({
        pending_approval_id: held.id,
        decided_at: held.decidedAt.toISOString(),
        approval_expires_at: held.expiresAt.toISOString(),
        supervisor_level: held.level,
        quorum: held.quorum,
        step_up: held.stepUp,
        asked_by: held.askedBy,
        escalation_context: {
          capability_id: held.capabilityId,
          worker_id: held.workerId,
          env: held.env,
          data_label: held.dataLabel,
          blast_score: held.blastScore,
        },
      })),
      next: page.next,
    };
  },
});
