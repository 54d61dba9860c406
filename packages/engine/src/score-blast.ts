import type { Blast, Env, RouteInput } from "@guildhall/protocol";
import type { Floors } from "./floors.ts";
import { isGuarded } from "./guarded-env.ts";
import type { RequestFacts } from "./read-inputs.ts";
import type { Refusal } from "./refusal.ts";

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
 * The strongest of the request's own score, what the caller claims, what the worker's record declares and what the
 * chain of work has added up with it (contract 4.4). The caller can only raise it. A human decides where it reaches
 * the gate, or where the record's dimensions alone reach theirs.
 * @param chainSum the dimensions of the chain so far, without this worker
 */
export function scoreBlast(
  asked: Asked & Pick<RouteInput, "blast_score">,
  facts: RequestFacts,
  dimensionSum: number,
  chainSum: number,
  { holdAt, dimensionsHoldAt }: Pick<Floors, "holdAt" | "dimensionsHoldAt">,
): Blast {
  if (!(dimensionSum >= 0 && dimensionSum <= DIMENSION_SUM_MAX))
    throw new RangeError("a dimension sum lies outside 0-25");
  if (!(Number.isSafeInteger(chainSum) && chainSum >= 0))
    throw new RangeError("a chain's sum is no whole number");
  const heuristic = heuristicBlast(asked, facts);
  const caller = callerScore(asked);
  const dimensions = dimensionSum * PERCENT_PER_DIMENSION;
  const chain = Math.min((chainSum + dimensionSum) * PERCENT_PER_DIMENSION, SCORE_MAX);
  const score = Math.min(Math.max(heuristic, caller ?? 0, dimensions, chain), SCORE_MAX);
  return {
    caller,
    chain,
    dimension_sum: dimensionSum,
    dimensions,
    gate_passed:
      (holdAt === null || score < holdAt) && (dimensionsHoldAt === null || dimensionSum < dimensionsHoldAt),
    heuristic,
    limit: holdAt,
    score,
  };
}

/** What the caller claims, or null. Adding 0 turns -0, which has no canonical text, into 0. */
export function callerScore({ blast_score }: Pick<RouteInput, "blast_score">): number | null {
  return typeof blast_score === "number" ? blast_score + 0 : null;
}

/** The limits beyond which nobody is asked any more. */
export function checkBlastLimits(
  blast: Blast,
  floors: Floors,
  ruleMax: Readonly<Record<Env, number | null>>,
  env: Env,
  spent: number,
): Refusal | null {
  const max = ruleMax[env];
  if (max !== null && blast.score > max)
    return overLimit(blast.score, max, `The rule allows ${max}; the score is ${blast.score}.`);
  if (floors.denyAt !== null && blast.score >= floors.denyAt)
    return overLimit(
      blast.score,
      floors.denyAt,
      `A profile denies from ${floors.denyAt} on; the score is ${blast.score}.`,
    );
  const sum = blast.dimension_sum;
  if (floors.dimensionsDenyAt !== null && sum >= floors.dimensionsDenyAt)
    return overLimit(
      blast.score,
      floors.dimensionsDenyAt,
      `A profile denies from a dimension sum of ${floors.dimensionsDenyAt} on; the worker's is ${sum}.`,
    );
  const budget = floors.budgetPerHour;
  if (budget !== null && spent + blast.score > budget)
    return {
      code: "DENY_QUOTA",
      details: { blast_score: blast.score, budget_per_hour: budget, spent },
      because: `This agent has spent ${spent} of its ${budget} points of blast in this hour; this asks for ${blast.score}.`,
    };
  return null;
}

function overLimit(score: number, limit: number, because: string): Refusal {
  return { code: "DENY_BLAST_LIMIT", details: { blast_score: score, limit }, because };
}
