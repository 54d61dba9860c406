import type { Blast, RouteInput } from "@guildhall/protocol";
import { isGuarded } from "./guarded-env.ts";
import type { RequestFacts } from "./read-inputs.ts";
import type { Refusal } from "./refusal.ts";

/** From this score on a human decides, in prod and edge (contract 4.1). */
export const BLAST_GATE = 85;
const SCORE_MAX = 100;
const DIMENSION_SUM_MAX = 25;
const PERCENT_PER_DIMENSION = 4;

const LABEL_PART = { PUBLIC: 0, INTERNAL: 20, RESTRICTED: 40 } as const;

type Asked = Pick<RouteInput, "env" | "data_label" | "qos_class">;

/** What the request alone says of its blast: contract 4.1, 0-100. The tenant's risk plays no part. */
export function heuristicBlast(asked: Asked, facts: RequestFacts): number {
  let score = 10 + LABEL_PART[asked.data_label];
  if (isGuarded(asked.env)) score += 15;
  if (asked.qos_class === "P0") score += 10;
  if (facts.egress || facts.external_call) score += 15;
  if (facts.writes || facts.mutates_state) score += 15;
  return Math.min(score, SCORE_MAX);
}

/**
 * The strongest of the request's own score, what the caller claims and what the worker's record declares.
 * The caller can only raise it. The chain's part is 0: the snapshot holds no chain of work.
 */
export function scoreBlast(
  asked: Asked & Pick<RouteInput, "blast_score">,
  facts: RequestFacts,
  dimensionSum: number,
): Blast {
  if (!(dimensionSum >= 0 && dimensionSum <= DIMENSION_SUM_MAX))
    throw new RangeError("a dimension sum lies outside 0-25");
  const heuristic = heuristicBlast(asked, facts);
  const caller = callerScore(asked);
  const dimensions = dimensionSum * PERCENT_PER_DIMENSION;
  const score = Math.min(Math.max(heuristic, caller ?? 0, dimensions), SCORE_MAX);
  const limit = isGuarded(asked.env) ? BLAST_GATE : null;
  return {
    caller,
    chain: 0,
    dimension_sum: dimensionSum,
    dimensions,
    gate_passed: limit === null || score < limit,
    heuristic,
    limit,
    score,
  };
}

/** What the caller claims, or null. Adding 0 turns -0, which has no canonical text, into 0. */
export function callerScore({ blast_score }: Pick<RouteInput, "blast_score">): number | null {
  return typeof blast_score === "number" ? blast_score + 0 : null;
}

export function checkBlast(blast: Blast): Refusal | null {
  if (blast.gate_passed) return null;
  return {
    code: "DENY_REQUIRES_HUMAN",
    details: {
      blast_score: blast.score,
      reason: "REQUIRE_HUMAN_HIGH_BLAST",
      supervisor_level: "gatekeeper",
      supervisor_required: true,
    },
    because: `The score is ${blast.score} and the gate is ${blast.limit}.`,
  };
}
