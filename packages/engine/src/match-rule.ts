import type { CapabilityId, DataLabel, Env, QosClass, RouteInput, TenantRisk } from "@guildhall/protocol";
import type { Program } from "./compile.ts";
import { nearestCapabilities } from "./nearest-capabilities.ts";
import type { Refusal } from "./refusal.ts";
import { widerPrefix } from "./rule-reach.ts";
import { shownList } from "./sanitise.ts";

/** Where a value's cells begin within a table: the order in which `cellsOf` counts them. */
const ENV_AT = { dev: 0, stage: 36, prod: 72, edge: 108 } as const satisfies Record<Env, number>;
const LABEL_AT = { PUBLIC: 0, INTERNAL: 12, RESTRICTED: 24 } as const satisfies Record<DataLabel, number>;
const RISK_AT = { low: 0, medium: 4, high: 8 } as const satisfies Record<TenantRisk, number>;
const QOS_AT = { P0: 0, P1: 1, P2: 2, P3: 3 } as const satisfies Record<QosClass, number>;

/** In a table: no rule matches this cell. */
export const NO_RULE = -1;

/**
 * Which rule answers which question. A capability has a table of 144 cells, each with its first matching rule. Most tables
 * differ in nothing but their rules, so what they have in common, the shape, is kept once and stays in the processor's cache.
 */
export interface RuleTables {
  /** Tables one behind the other: where the table's shape begins, then the indices of its rules, NO_RULE among them. */
  readonly tables: Int32Array;
  /** Shapes one behind the other: for each cell, which of the table's rules it is. */
  readonly shapes: Uint8Array;
  /** Where the table of a capability begins, for each capability that a rule names. */
  readonly offsets: ReadonlyMap<CapabilityId, number>;
  /** The same for each prefix that a rule names: `cap.doc` for `cap.doc.*`. */
  readonly prefixes: ReadonlyMap<string, number>;
}

/** The index of the rule that answers in a cell of the table that begins at `table`, or NO_RULE. */
export function ruleAt({ tables, shapes }: RuleTables, table: number, cell: number): number {
  return tables[table + 1 + (shapes[(tables[table] as number) + cell] as number)] as number;
}

/** The index of the first rule in the bundle's order that matches, or NO_RULE: one look-up, however many rules there are. */
export function matchRule(tables: RuleTables, capability: CapabilityId, input: RouteInput): number {
  const cell =
    ENV_AT[input.env] + LABEL_AT[input.data_label] + RISK_AT[input.tenant_risk] + QOS_AT[input.qos_class];
  return ruleAt(tables, tableOf(tables, capability), cell);
}

/** Where the capability's table begins: its own, or that of the longest prefix that rules name, or the one at 0. */
function tableOf(tables: RuleTables, capability: CapabilityId): number {
  return tables.offsets.get(capability) ?? prefixTable(tables, capability) ?? 0;
}

function prefixTable({ prefixes }: RuleTables, capability: CapabilityId): number | undefined {
  if (prefixes.size === 0) return undefined;
  let prefix = widerPrefix(capability);
  while (prefix !== null) {
    const offset = prefixes.get(prefix);
    if (offset !== undefined) return offset;
    prefix = widerPrefix(prefix);
  }
  return undefined;
}

/** Nothing matches. The nearest names are for an agent that made this one up. */
export function noMatchingRule(program: Program, capability: CapabilityId): Refusal {
  const nearest = nearestCapabilities(capability, program.capabilities);
  return {
    code: "DENY_NO_MATCHING_RULE",
    details: { nearest_capabilities: nearest },
    because: whyNone(program, capability, nearest),
  };
}

function whyNone(program: Program, capability: CapabilityId, nearest: string[]): string {
  if (program.offsets.has(capability)) return "Rules name the capability, but none for these conditions.";
  if (prefixTable(program, capability) !== undefined)
    return "Rules name a prefix of the capability, but none for these conditions.";
  return nearest.length > 0
    ? `No rule names it; the nearest known are ${shownList(nearest)}.`
    : "No rule names it, and none that is near.";
}
