import type { StoredReceipt } from "@guildhall/db";
import { type DecisionBody, readStrictJson } from "@guildhall/protocol";
import { z } from "zod";

/** One line of the list of decisions. */
export const DecisionSummary = z.object({
  decision_id: z.uuid(),
  seq: z.int(),
  decided_at: z.string(),
  logged_at: z.string(),
  tenant_id: z.string().nullable(),
  capability_id: z.string().nullable(),
  env: z.string().nullable(),
  data_label: z.string().nullable(),
  outcome: z.enum(["ALLOW", "DENY", "HOLD"]),
  code: z.string().nullable(),
  /** What stopped it; empty where nothing did. */
  sentence: z.string(),
  worker_id: z.string().nullable(),
  blast_score: z.int().nullable(),
  matched_rule_id: z.string(),
  dispatch_state: z.string().nullable(),
  dry_run: z.boolean(),
});
export type DecisionSummary = z.infer<typeof DecisionSummary>;

export function decisionBody(stored: StoredReceipt): DecisionBody {
  return readStrictJson(stored.body) as unknown as DecisionBody;
}

export function decisionSummary(body: DecisionBody, dispatchState: string | null): DecisionSummary {
  const { decision } = body;
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return {
    decision_id: body.receipt_id,
    seq: body.seq,
    decided_at: body.decided_at,
    logged_at: body.logged_at,
    tenant_id: body.tenant_id,
    capability_id: body.capability_id,
    env: text(decision.inputs.env),
    data_label: text(decision.inputs.data_label),
    outcome: decision.outcome,
    code: decision.deny?.code ?? null,
    sentence: decision.deny?.message ?? "",
    worker_id: body.worker_id,
    blast_score: decision.blast?.score ?? null,
    matched_rule_id: decision.matched_rule_id,
    dispatch_state: dispatchState,
    dry_run: decision.dry_run,
  };
}
