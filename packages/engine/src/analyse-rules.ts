import type { CapabilityId, Rule } from "@guildhall/protocol";
import { CELLS, capabilitiesOf, cellsOf, NO_RULE } from "./match-rule.ts";

/** Which rule answers which question, and which rules answer none. */
export interface RuleTables {
  /** For each capability that a rule names: the index of the first matching rule, cell by cell. */
  tables: ReadonlyMap<CapabilityId, Int32Array>;
  /** The same for every capability that no rule names. */
  fallback: Int32Array;
  /** Indices of rules that win no cell, in order: an earlier rule answers wherever they would. */
  shadowed: readonly number[];
}

/**
 * One pass over the rules in order. A capability's table starts from the rules that name it and is
 * completed by the rules for any capability, whichever comes first in each cell. Capabilities that the
 * very same rules name share one table.
 */
export function analyseRules(rules: readonly Rule[]): RuleTables {
  const fallback = new Int32Array(CELLS).fill(NO_RULE);
  const naming = new Map<CapabilityId, number[]>();
  rules.forEach((rule, index) => {
    const capabilities = capabilitiesOf(rule.match);
    if (capabilities === null) claim(fallback, rule, index);
    for (const capability of capabilities ?? []) {
      const indices = naming.get(capability);
      if (indices) indices.push(index);
      else naming.set(capability, [index]);
    }
  });

  const wins = new Uint8Array(rules.length);
  markWinners(fallback, wins);
  const tables = new Map<CapabilityId, Int32Array>();
  const shared = new Map<string, Int32Array>();
  for (const [capability, indices] of naming) {
    const key = indices.join();
    let table = shared.get(key);
    if (table === undefined) {
      table = tableOf(rules, indices, fallback);
      markWinners(table, wins);
      shared.set(key, table);
    }
    tables.set(capability, table);
  }

  const shadowed: number[] = [];
  wins.forEach((won, index) => {
    if (won === 0) shadowed.push(index);
  });
  return { tables, fallback, shadowed };
}

function tableOf(rules: readonly Rule[], indices: readonly number[], fallback: Int32Array): Int32Array {
  const table = new Int32Array(CELLS).fill(NO_RULE);
  let open = CELLS;
  for (const index of indices) {
    open -= claim(table, rules[index] as Rule, index);
    if (open === 0) break;
  }
  for (let cell = 0; cell < CELLS; cell++) {
    const general = fallback[cell] as number;
    const specific = table[cell] as number;
    if (general !== NO_RULE && (specific === NO_RULE || general < specific)) table[cell] = general;
  }
  return table;
}

/** Gives the rule every cell it covers that no earlier rule has; how many those were. */
function claim(table: Int32Array, rule: Rule, index: number): number {
  let claimed = 0;
  for (const cell of cellsOf(rule.match)) {
    if (table[cell] !== NO_RULE) continue;
    table[cell] = index;
    claimed++;
  }
  return claimed;
}

function markWinners(table: Int32Array, wins: Uint8Array): void {
  for (const index of table) if (index !== NO_RULE) wins[index] = 1;
}
