import type { CapabilityId, Rule } from "@guildhall/protocol";
import { CELLS, capabilitiesOf, cellsOf, NO_RULE } from "./match-rule.ts";

/** Which rule answers which question, and which rules answer none. */
export interface RuleTables {
  /** All tables in one piece: at `offset + cell` the index of the first matching rule, or NO_RULE. */
  cells: Int32Array;
  /** Where the table of a capability begins, for each capability that a rule names. */
  offsets: ReadonlyMap<CapabilityId, number>;
  /** Indices of rules that win no cell, in order: an earlier rule answers wherever they would. */
  shadowed: readonly number[];
}

/**
 * One pass over the rules in order. The table at 0 is that of every capability no rule names. The others
 * start from the rules that name the capability and are completed by the rules for any capability,
 * whichever comes first in each cell. Capabilities that the very same rules name share one table.
 */
export function analyseRules(rules: readonly Rule[]): RuleTables {
  const general: number[] = [];
  const naming = new Map<CapabilityId, number[]>();
  rules.forEach((rule, index) => {
    const capabilities = capabilitiesOf(rule.match);
    if (capabilities === null) general.push(index);
    for (const capability of capabilities ?? []) {
      const indices = naming.get(capability);
      if (indices) indices.push(index);
      else naming.set(capability, [index]);
    }
  });

  const namedBy = new Map<string, { indices: number[]; capabilities: CapabilityId[] }>();
  for (const [capability, indices] of naming) {
    const key = indices.join();
    const group = namedBy.get(key);
    if (group) group.capabilities.push(capability);
    else namedBy.set(key, { indices, capabilities: [capability] });
  }

  const cells = new Int32Array(CELLS * (namedBy.size + 1)).fill(NO_RULE);
  const offsets = new Map<CapabilityId, number>();
  const fallback = cells.subarray(0, CELLS);
  claimAll(fallback, rules, general);
  let offset = 0;
  for (const { indices, capabilities } of namedBy.values()) {
    offset += CELLS;
    const table = cells.subarray(offset, offset + CELLS);
    claimAll(table, rules, indices);
    complete(table, fallback);
    for (const capability of capabilities) offsets.set(capability, offset);
  }
  return { cells, offsets, shadowed: withoutCell(cells, rules.length) };
}

/** Gives each rule in turn the cells it covers that no earlier one has. */
function claimAll(table: Int32Array, rules: readonly Rule[], indices: readonly number[]): void {
  let open = CELLS;
  for (const index of indices) {
    for (const cell of cellsOf((rules[index] as Rule).match)) {
      if (table[cell] !== NO_RULE) continue;
      table[cell] = index;
      open--;
    }
    if (open === 0) return;
  }
}

/** Lets a rule for any capability answer where it comes before the rule that names this one. */
function complete(table: Int32Array, fallback: Int32Array): void {
  for (let cell = 0; cell < CELLS; cell++) {
    const general = fallback[cell] as number;
    const specific = table[cell] as number;
    if (general !== NO_RULE && (specific === NO_RULE || general < specific)) table[cell] = general;
  }
}

function withoutCell(cells: Int32Array, rules: number): number[] {
  const wins = new Uint8Array(rules);
  for (const index of cells) if (index !== NO_RULE) wins[index] = 1;
  const without: number[] = [];
  wins.forEach((won, index) => {
    if (won === 0) without.push(index);
  });
  return without;
}
