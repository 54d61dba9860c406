import type { ShadowRun, ShadowDifference as StoredDifference } from "@guildhall/db";
import { z } from "zod";

/** How shadow runs look from outside. */

export const ShadowRunView = z.object({
  id: z.uuid(),
  /** Of the bundle beside the one in force. */
  digest: z.string(),
  started_at: z.string(),
  /** The actor as `kind:id`. */
  started_by: z.string(),
  ended_at: z.string().nullable(),
  /** How many decisions were compared. */
  decisions: z.int(),
  /** How many of them would have been others; 10,000 of a run are kept. */
  differences: z.int(),
});
export type ShadowRunView = z.infer<typeof ShadowRunView>;

export function shadowRunView(run: ShadowRun): ShadowRunView {
  return {
    id: run.id,
    digest: run.digest,
    started_at: run.startedAt.toISOString(),
    started_by: run.startedBy,
    ended_at: run.endedAt?.toISOString() ?? null,
    decisions: run.decisions,
    differences: run.differences,
  };
}

const Verdict = z.object({
  outcome: z.string(),
  code: z.string().nullable(),
  rule: z.string().nullable(),
  worker: z.string().nullable(),
});

/** A decision that would have been another: as it was made, and as the run's bundle has it. */
export const ShadowDifferenceView = z.object({
  decision_id: z.uuid(),
  decided_at: z.string(),
  before: Verdict,
  after: Verdict,
  /** The first step of the pipeline at which the two part. */
  first_difference: z.string(),
});
export type ShadowDifferenceView = z.infer<typeof ShadowDifferenceView>;

export function shadowDifferenceView(stored: StoredDifference): ShadowDifferenceView {
  return {
    decision_id: stored.decisionId,
    decided_at: stored.decidedAt.toISOString(),
    before: {
      outcome: stored.outcomeBefore,
      code: stored.codeBefore,
      rule: stored.ruleBefore,
      worker: stored.workerBefore,
    },
    after: {
      outcome: stored.outcomeAfter,
      code: stored.codeAfter,
      rule: stored.ruleAfter,
      worker: stored.workerAfter,
    },
    first_difference: stored.firstDifference,
  };
}
