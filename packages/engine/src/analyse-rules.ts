import type { CapabilityId, CapabilityPattern } from "@guildhall/protocol";
import { NO_RULE, type RuleTables, ruleAt } from "./match-rule.ts";
import { CELLS, cellsOf, prefixOf, type Reach, widerPrefix } from "./rule-reach.ts";

/** Which rule answers which question, and which rules answer none. */
export interface Analysis {
  readonly tables: RuleTables;
  /** Rules that win no cell, in order: earlier ones answer wherever they would. */
  readonly shadowed: readonly ShadowedRule[];
}

export interface ShadowedRule {
  readonly index: number;
  /** Indices of earlier rules, rising, that together answer whatever it would; no more than BY_MAX. */
  readonly by: readonly number[];
  /** True where one earlier rule has the very same match; `by` is that one. */
  readonly duplicate: boolean;
}

/** Of the rules that take a shadowed one's place these many are named. */
export const BY_MAX = 8;

/**
 * One pass over the rules in order. The table at 0 is that of every capability that no rule names and no named prefix
 * holds. A prefix's table stands for what lies under it and is not named more narrowly. Each is made of the rules that
 * name it and, where those come first, of the next wider table. Equal tables are kept once.
 * @param sees told of each pair of rules of which the first wins some cell and the other is the next to match it; often
 *   more than once of the same
 */
export function analyseRules(
  reaches: readonly Reach[],
  sees: (winner: number, next: number) => void,
): Analysis {
  const { general, prefixed, exact } = byPattern(reaches);
  const covered = coveredCells(reaches);
  const shelf = new Shelf();
  const offsets = new Map<CapabilityId, number>();
  const prefixes = new Map<string, number>();
  /** Of each prefix, because narrower tables start from it. */
  const tables = new Map<string, Table>();
  const narrowest = (name: string): Table => {
    for (let prefix = widerPrefix(name); prefix !== null; prefix = widerPrefix(prefix)) {
      const table = tables.get(prefix);
      if (table !== undefined) return table;
    }
    return fallback;
  };

  const fallback = emptyTable();
  claimAll(fallback, covered, general);
  tell(fallback, sees);
  shelf.place(fallback.first);
  // A prefix sorts before those under it.
  for (const prefix of [...prefixed.keys()].sort()) {
    const table = emptyTable();
    claimAll(table, covered, prefixed.get(prefix) as number[]);
    complete(table, narrowest(prefix));
    tell(table, sees);
    tables.set(prefix, table);
    prefixes.set(prefix, shelf.place(table.first));
  }
  const table = emptyTable();
  for (const [capability, indices] of exact) {
    table.first.fill(NO_RULE);
    table.next.fill(NO_RULE);
    claimAll(table, covered, indices);
    complete(table, narrowest(capability));
    tell(table, sees);
    offsets.set(capability, shelf.place(table.first));
  }

  const made: RuleTables = { ...shelf.contents(), offsets, prefixes };
  return { tables: made, shadowed: shadowedRules(reaches, covered, made, shelf.winners) };
}

/** The rules that name a pattern, by pattern, each list in order. */
function byPattern(reaches: readonly Reach[]) {
  const general: number[] = [];
  const prefixed = new Map<string, number[]>();
  const exact = new Map<CapabilityId, number[]>();
  const add = <K>(lists: Map<K, number[]>, key: K, index: number) => {
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [index]);
    else list.push(index);
  };
  reaches.forEach(({ patterns }, index) => {
    if (patterns === null) general.push(index);
    else
      for (const pattern of patterns) {
        const prefix = prefixOf(pattern);
        if (prefix === null) add(exact, pattern as string as CapabilityId, index);
        else add(prefixed, prefix, index);
      }
  });
  return { general, prefixed, exact };
}

type Cells = Uint8Array;

/** Of each rule the cells that its conditions cover. Rules of the same conditions share one list. */
function coveredCells(reaches: readonly Reach[]): Cells[] {
  const known = new Map<number, Cells>();
  return reaches.map(({ conditions }) => {
    const kept = known.get(conditions);
    if (kept !== undefined) return kept;
    const cells = Uint8Array.from(cellsOf(conditions));
    known.set(conditions, cells);
    return cells;
  });
}

/** Of each cell the first rule that matches, and the one that would if the first were not there. */
interface Table {
  readonly first: Int32Array;
  readonly next: Int32Array;
}

function emptyTable(): Table {
  return { first: new Int32Array(CELLS).fill(NO_RULE), next: new Int32Array(CELLS).fill(NO_RULE) };
}

/** Gives each rule in turn the cells it covers that are not yet taken. */
function claimAll({ first, next }: Table, covered: readonly Cells[], indices: readonly number[]): void {
  for (const index of indices)
    for (const cell of covered[index] as Cells)
      if (first[cell] === NO_RULE) first[cell] = index;
      else if (next[cell] === NO_RULE) next[cell] = index;
}

/** Lets the rules of the wider table answer where they come before those that name this one. */
function complete({ first, next }: Table, wider: Table): void {
  wider.first.forEach((other, cell) => {
    const own = first[cell] as number;
    if (other === NO_RULE) return;
    if (own === NO_RULE || other < own) {
      first[cell] = other;
      next[cell] = earlier(own, wider.next[cell] as number);
    } else next[cell] = earlier(next[cell] as number, other);
  });
}

function earlier(a: number, b: number): number {
  if (a === NO_RULE || b === NO_RULE) return a === NO_RULE ? b : a;
  return Math.min(a, b);
}

function tell({ first, next }: Table, sees: (winner: number, next: number) => void): void {
  let winner = NO_RULE;
  let second = NO_RULE;
  next.forEach((other, cell) => {
    if (other === NO_RULE || (first[cell] === winner && other === second)) return;
    winner = first[cell] as number;
    second = other;
    sees(winner, second);
  });
}

/** Tables one behind the other, equal ones once, and their shapes likewise. */
class Shelf {
  /** Every rule that answers somewhere. */
  readonly winners = new Set<number>();
  private readonly tables: number[] = [];
  private readonly tablesByText = new Map<string, number>();
  private readonly shapes: number[] = [];
  private readonly shapesByText = new Map<string, number>();

  /** Where the table, or its equal, begins. */
  place(answers: Int32Array): number {
    const rules: number[] = [];
    const shape = answers.map((index) => {
      const known = rules.indexOf(index);
      return known === -1 ? rules.push(index) - 1 : known;
    });
    for (const index of rules) this.winners.add(index);
    const shapeAt = kept(this.shapes, this.shapesByText, String.fromCharCode(...shape), shape);
    const table = [shapeAt, ...rules];
    return kept(this.tables, this.tablesByText, table.join(), table);
  }

  contents(): Pick<RuleTables, "tables" | "shapes"> {
    return { tables: Int32Array.from(this.tables), shapes: Uint8Array.from(this.shapes) };
  }
}

/** Where the values stand among all: put there unless their text is known. */
function kept(all: number[], byText: Map<string, number>, text: string, values: Iterable<number>): number {
  const known = byText.get(text);
  if (known !== undefined) return known;
  const at = all.length;
  byText.set(text, at);
  all.push(...values);
  return at;
}

function shadowedRules(
  reaches: readonly Reach[],
  covered: readonly Cells[],
  tables: RuleTables,
  winners: ReadonlySet<number>,
): ShadowedRule[] {
  const firstAlike = new Map<string, number>();
  const shadowed: ShadowedRule[] = [];
  reaches.forEach((reach, index) => {
    const match = `${reach.conditions} ${reach.patterns}`;
    const alike = firstAlike.get(match);
    if (alike === undefined) firstAlike.set(match, index);
    if (winners.has(index)) return;
    const own = covered[index] as Cells;
    const by = alike === undefined ? winnersOver(reach, own, tables) : [alike];
    shadowed.push({ index, by, duplicate: alike !== undefined });
  });
  return shadowed;
}

/**
 * Who answers in the tables of the rule's own patterns. Those rules reach as far as the patterns do, so they stand before
 * it in every narrower table too.
 */
function winnersOver({ patterns }: Reach, covered: Cells, tables: RuleTables): number[] {
  const winners = new Set<number>();
  for (const pattern of patterns ?? [null]) {
    const table = tableOfPattern(tables, pattern);
    for (const cell of covered) {
      winners.add(ruleAt(tables, table, cell));
      if (winners.size === BY_MAX) return rising(winners);
    }
  }
  return rising(winners);
}

/** A pattern that some rule has, and hence a table. */
function tableOfPattern({ offsets, prefixes }: RuleTables, pattern: CapabilityPattern | null): number {
  if (pattern === null) return 0;
  const prefix = prefixOf(pattern);
  const table = prefix === null ? offsets.get(pattern as string as CapabilityId) : prefixes.get(prefix);
  return table as number;
}

function rising(indices: Iterable<number>): number[] {
  return [...indices].sort((a, b) => a - b);
}
