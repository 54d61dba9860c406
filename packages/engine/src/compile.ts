import {
  type AbridgedEscalation,
  type AbridgedPreconditions,
  type CapabilityId,
  type ControlId,
  DEFAULT_ESCALATION,
  DEFAULT_PRECONDITIONS,
  type Decision,
  type Escalation,
  type Preconditions,
  type Rule,
  type RuleBundle,
  type RuleCandidate,
  type SpeciesId,
} from "@guildhall/protocol";
import { analyseRules } from "./analyse-rules.ts";
import { inOrder } from "./check-controls.ts";
import { freeze } from "./freeze.ts";
import { wholeOrText } from "./whole-number.ts";

/**
 * A rule bundle made ready to decide with. Built once for each published bundle and shared by all
 * decisions, which carry its lists as they are: hence frozen, all but the cells (a typed array cannot be).
 */
export interface Program {
  /** The bundle's digest, named in every decision. */
  readonly digest: string;
  readonly rules: readonly CompiledRule[];
  /** Which rule answers which question: see `RuleTables`. */
  readonly cells: Int32Array;
  readonly offsets: ReadonlyMap<CapabilityId, number>;
  /** The capabilities that rules name, sorted. */
  readonly capabilities: readonly CapabilityId[];
  /** Rules that can never match, in order. */
  readonly shadowedRuleIds: readonly string[];
}

/** A rule as decisions use it. Its lists are typed mutable because a Decision's are; they are frozen. */
export interface CompiledRule {
  readonly ruleId: string;
  /** In rank order; a species that stands twice counts where it stands first. */
  readonly candidates: readonly CompiledCandidate[];
  /** The controls that the rule itself asks for, sorted. */
  readonly floor: ControlId[];
  readonly profiles: Decision["recommended_profiles"];
  readonly escalation: Escalation;
  readonly preconditions: Preconditions;
  /** Both as a receipt tells them: only what departs from the defaults. */
  readonly told: { readonly escalation: AbridgedEscalation; readonly preconditions: AbridgedPreconditions };
}

export interface CompiledCandidate {
  readonly speciesId: SpeciesId;
  readonly scoreHint: string | number | null;
  readonly minimum: ControlId[];
  /** What the rule and this candidate ask together, sorted. The worker's own demands come on top. */
  readonly floor: ControlId[];
}

/** @param digest the bundle's digest, as the ledger stores it */
export function compile(bundle: RuleBundle, digest: string): Program {
  const { cells, offsets, shadowed } = analyseRules(bundle.rules);
  const pool: Pool = new Map();
  return freeze({
    digest,
    rules: freeze(bundle.rules.map((rule) => compileRule(rule, pool))),
    cells,
    offsets,
    capabilities: freeze([...offsets.keys()].sort()),
    shadowedRuleIds: freeze(shadowed.map((index) => (bundle.rules[index] as Rule).rule_id)),
  });
}

function compileRule({ rule_id, decision }: Rule, pool: Pool): CompiledRule {
  const floor = controls(decision.required_controls_suggested, pool);
  const seen = new Set<SpeciesId>();
  const candidates: CompiledCandidate[] = [];
  for (const candidate of decision.candidate_workers_ranked) {
    if (seen.has(candidate.worker_species_id)) continue;
    seen.add(candidate.worker_species_id);
    candidates.push(compileCandidate(candidate, floor, pool));
  }
  const profiles = decision.recommended_profiles.map(({ profile_id, score }) =>
    freeze({ profile_id, score: wholeOrText(score) }),
  );
  const { human_required_if, rationale } = decision.escalation;
  // An author's free text: half a surrogate pair has no canonical text, and every receipt repeats it.
  const escalation = {
    ...decision.escalation,
    human_required_if: freeze(human_required_if.map((text) => text.toWellFormed())),
    rationale: rationale === null ? null : rationale.toWellFormed(),
  };
  return freeze({
    ruleId: rule_id,
    candidates: freeze(candidates),
    floor,
    profiles: pooled(pool, profiles),
    escalation: pooled(pool, escalation),
    preconditions: pooled(pool, { ...decision.preconditions }),
    told: pooled(pool, {
      escalation: freeze(departures(escalation, DEFAULT_ESCALATION)),
      preconditions: freeze(departures(decision.preconditions, DEFAULT_PRECONDITIONS)),
    }),
  });
}

/** The fields that say something else than the defaults do. */
function departures<T extends object>(said: T, defaults: T): Partial<T> {
  const departs = ([name, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(defaults[name as keyof T]);
  return Object.fromEntries(Object.entries(said).filter(departs)) as Partial<T>;
}

function compileCandidate(candidate: RuleCandidate, ruleFloor: ControlId[], pool: Pool): CompiledCandidate {
  const minimum = controls(candidate.requires_controls_minimum, pool);
  return freeze({
    speciesId: candidate.worker_species_id,
    scoreHint: candidate.score_hint === undefined ? null : wholeOrText(candidate.score_hint),
    minimum,
    floor: minimum.length === 0 ? ruleFloor : controls([...ruleFloor, ...minimum], pool),
  });
}

function controls(ids: readonly ControlId[], pool: Pool): ControlId[] {
  return pooled(pool, inOrder(ids));
}

/** Rules mostly ask for the same few things: each is kept once, which is what keeps large programs small. */
type Pool = Map<string, object>;

/** The pool's copy of a JSON value, by its text; two values of one text are of one type. */
function pooled<T extends object>(pool: Pool, value: T): T {
  const text = JSON.stringify(value);
  const kept = pool.get(text);
  if (kept !== undefined) return kept as T;
  pool.set(text, value);
  return freeze(value);
}
