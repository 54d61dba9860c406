import type { Escalation } from "@guildhall/protocol";
import type { CompiledCandidate, CompiledRule } from "./compile.ts";
import { freeze } from "./freeze.ts";
import { covers } from "./rule-reach.ts";

/** Pairs of rules whose order alone says which of two different decisions holds where both match. */
export interface Conflicts {
  /** In the order of the winner, then of the other. */
  readonly pairs: readonly { readonly winner: string; readonly other: string }[];
  /** How many more were found. */
  readonly more: number;
  /** False where there were too many pairs to look at them all: then there may be more still. */
  readonly complete: boolean;
}

const PAIRS_MAX = 1_000;
const EXAMINED_MAX = 100_000;

/**
 * Two rules conflict where neither covers the other, the first wins some cell that the other is the next to match, and
 * they decide differently. A rule and the wider one behind it are no conflict: that is how exceptions are written.
 */
export class ConflictSearch {
  private readonly rules: readonly CompiledRule[];
  private readonly seen = new Set<number>();
  private readonly found: { winner: number; other: number }[] = [];
  private complete = true;

  constructor(rules: readonly CompiledRule[]) {
    this.rules = rules;
  }

  /** Told of a pair that meets in some cell; `winner` stands first. */
  see(winner: number, other: number): void {
    const a = this.rules[winner] as CompiledRule;
    const b = this.rules[other] as CompiledRule;
    if (a.candidates === b.candidates && sameDemands(a, b)) return;
    const pair = winner * this.rules.length + other;
    if (this.seen.has(pair)) return;
    if (this.seen.size === EXAMINED_MAX) {
      this.complete = false;
      return;
    }
    this.seen.add(pair);
    if (sameCandidates(a, b) && sameDemands(a, b)) return;
    if (covers(a.reach, b.reach) || covers(b.reach, a.reach)) return;
    this.found.push({ winner, other });
  }

  conflicts(): Conflicts {
    const idOf = (index: number) => (this.rules[index] as CompiledRule).ruleId;
    const pairs = this.found
      .sort((a, b) => a.winner - b.winner || a.other - b.other)
      .slice(0, PAIRS_MAX)
      .map(({ winner, other }) => freeze({ winner: idOf(winner), other: idOf(other) }));
    return freeze({
      pairs: freeze(pairs),
      more: this.found.length - pairs.length,
      complete: this.complete,
    });
  }
}

/** What a program shares is the same object wherever it is equal, so most of this compares references. */
function sameDemands(a: CompiledRule, b: CompiledRule): boolean {
  return (
    a.floor === b.floor &&
    a.profiles === b.profiles &&
    a.preconditions === b.preconditions &&
    a.maxBlast === b.maxBlast &&
    (a.escalation === b.escalation || unexplained(a.escalation) === unexplained(b.escalation))
  );
}

/** The rationale is for people and decides nothing. */
function unexplained(escalation: Escalation): string {
  return JSON.stringify({ ...escalation, rationale: null });
}

function sameCandidates(a: CompiledRule, b: CompiledRule): boolean {
  return (
    a.candidates.length === b.candidates.length &&
    a.candidates.every((candidate, at) => isSame(candidate, b.candidates[at] as CompiledCandidate))
  );
}

/** Hints only order the candidates, and that has been done. */
function isSame(a: CompiledCandidate, b: CompiledCandidate): boolean {
  return a.speciesId === b.speciesId && a.minimum === b.minimum;
}
