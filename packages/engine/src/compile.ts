import {
  type AbridgedEscalation,
  type AbridgedPreconditions,
  type CapabilityId,
  type ControlId,
  DEFAULT_ESCALATION,
  DEFAULT_PRECONDITIONS,
  type Decision,
  Env,
  type Escalation,
  type Policy,
  type Preconditions,
  type Rule,
  type RuleBundle,
  type RuleCandidate,
  type RuleDecision,
  type SpeciesId,
} from "@guildhall/protocol";
import { analyseRules, type ShadowedRule } from "./analyse-rules.ts";
import { type CompiledPolicy, compilePolicies } from "./apply-policy.ts";
import { BundleError, type BundleProblem, policyProblem } from "./bundle-error.ts";
import { inOrder } from "./check-controls.ts";
import { compileConditions } from "./compile-conditions.ts";
import type { Expression } from "./expression.ts";
import { ConflictSearch, type Conflicts } from "./find-conflicts.ts";
import { freeze } from "./freeze.ts";
import type { RuleTables } from "./match-rule.ts";
import { type Reach, reachOf } from "./rule-reach.ts";
import { wholeOrText } from "./whole-number.ts";

/**
 * A rule bundle made ready to decide with. Built once for each published bundle and shared by all
 * decisions, which carry its lists as they are: hence frozen, all but the tables (a typed array cannot be).
 */
export interface Program extends RuleTables {
  /** The bundle's digest, named in every decision. */
  readonly digest: string;
  readonly rules: readonly CompiledRule[];
  readonly policies: readonly CompiledPolicy[];
  /** The capabilities that rules name, sorted. */
  readonly capabilities: readonly CapabilityId[];
  /** Rules that can never match, in order. */
  readonly shadowedRuleIds: readonly string[];
  /** The same, with the earlier rules that take their place. */
  readonly shadowed: readonly Shadowed[];
  readonly conflicts: Conflicts;
}

export interface Shadowed {
  readonly rule_id: string;
  /** Earlier rules that together answer whatever this one would; the first eight of them. */
  readonly by: readonly string[];
  /** True where one earlier rule, then alone in `by`, has the very same match. */
  readonly duplicate: boolean;
}

/** A rule as decisions use it. Its lists are typed mutable because a Decision's are; they are frozen. */
export interface CompiledRule {
  readonly ruleId: string;
  readonly reach: Reach;
  /** In rank order. */
  readonly candidates: readonly CompiledCandidate[];
  /** The controls that the rule itself asks for, sorted. */
  readonly floor: ControlId[];
  readonly profiles: Decision["recommended_profiles"];
  readonly escalation: Escalation;
  readonly preconditions: Preconditions;
  /** Over this score a request is denied; null is no limit of the rule's. */
  readonly maxBlast: Readonly<Record<Env, number | null>>;
  /** `escalation.human_required_if`, compiled. */
  readonly humanIf: readonly Expression[];
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

/**
 * Throws `BundleError` where an expression does not compile.
 * @param digest the bundle's digest, as the ledger stores it
 */
export function compile(bundle: RuleBundle, digest: string): Program {
  const shared: Shared = { pool: new Map(), expressions: new Map(), problems: [] };
  const rules = freeze(bundle.rules.map((rule) => compileRule(rule, shared)));
  const { policies, problems } = compilePolicies(bundle.policies.map(wellFormed));
  const all = [...shared.problems, ...problems.map(policyProblem)];
  if (all.length > 0) throw new BundleError(all);
  const search = new ConflictSearch(rules);
  const { tables, shadowed } = analyseRules(
    rules.map(({ reach }) => reach),
    (winner, next) => search.see(winner, next),
  );
  return freeze({
    digest,
    rules,
    policies: freeze(policies),
    ...tables,
    capabilities: freeze([...tables.offsets.keys()].sort()),
    shadowedRuleIds: freeze(shadowed.map(({ index }) => (rules[index] as CompiledRule).ruleId)),
    shadowed: freeze(shadowed.map((one) => toldShadowed(one, rules))),
    conflicts: search.conflicts(),
  });
}

/** Every receipt repeats a policy's reason. */
function wellFormed(policy: Policy): Policy {
  return { ...policy, reason: policy.reason.toWellFormed() };
}

function toldShadowed({ index, by, duplicate }: ShadowedRule, rules: readonly CompiledRule[]): Shadowed {
  const idOf = (at: number) => (rules[at] as CompiledRule).ruleId;
  return freeze({ rule_id: idOf(index), by: freeze(by.map(idOf)), duplicate });
}

function compileRule({ rule_id, match, decision }: Rule, shared: Shared): CompiledRule {
  const { pool } = shared;
  const floor = controls(decision.required_controls_suggested, pool);
  const candidates = ranked(decision.candidate_workers_ranked).map((candidate) =>
    compileCandidate(candidate, floor, pool),
  );
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
  const { patterns, conditions } = reachOf(match);
  return freeze({
    ruleId: rule_id,
    reach: freeze({ patterns: patterns && pooled(pool, patterns), conditions }),
    candidates: pooled(pool, candidates),
    floor,
    profiles: pooled(pool, profiles),
    escalation: pooled(pool, escalation),
    preconditions: pooled(pool, { ...decision.preconditions }),
    maxBlast: pooled(pool, maxBlast(decision.max_blast_score)),
    humanIf: compileConditions(rule_id, escalation.human_required_if, shared.expressions, shared.problems),
    told: pooled(pool, {
      escalation: freeze(departures(escalation, DEFAULT_ESCALATION)),
      preconditions: freeze(departures(decision.preconditions, DEFAULT_PRECONDITIONS)),
    }),
  });
}

/** In the order in which they are tried: rank, then score, then species. */
function ranked(candidates: readonly RuleCandidate[]): RuleCandidate[] {
  return candidates
    .map((candidate, place) => ({ candidate, rank: candidate.rank ?? place }))
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        (b.candidate.score_hint ?? 0) - (a.candidate.score_hint ?? 0) ||
        (a.candidate.worker_species_id < b.candidate.worker_species_id ? -1 : 1),
    )
    .map(({ candidate }) => candidate);
}

function maxBlast(said: RuleDecision["max_blast_score"]): Record<Env, number | null> {
  const of = (env: Env) => (typeof said === "object" ? said[env] : said) ?? null;
  return Object.fromEntries(Env.options.map((env) => [env, of(env)])) as Record<Env, number | null>;
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

/** What the rules of one bundle share while they are compiled, and what was found wrong with them. */
interface Shared {
  readonly pool: Pool;
  readonly expressions: Map<string, Expression>;
  readonly problems: BundleProblem[];
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
