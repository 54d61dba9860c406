import type { CapabilityId, DataLabel, Env, QosClass, RouteInput, TenantRisk } from "@guildhall/protocol";
import type { CompiledRule, Program } from "./compile.ts";
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
 * The first rule in the bundle's order that matches, or null. A capability has a table of 144 cells, each with its first
 * matching rule, so a match is one look-up however many rules there are.
 */
export function matchRule(
  program: Program,
  capability: CapabilityId,
  input: RouteInput,
): CompiledRule | null {
  const cell =
    ENV_AT[input.env] + LABEL_AT[input.data_label] + RISK_AT[input.tenant_risk] + QOS_AT[input.qos_class];
  const index = program.cells[tableOf(program, capability) + cell] as number;
  return index === NO_RULE ? null : (program.rules[index] as CompiledRule);
}

/** Where the capability's table begins: its own, or that of the longest prefix that rules name, or the one at 0. */
function tableOf(program: Program, capability: CapabilityId): number {
  return program.offsets.get(capability) ?? prefixTable(program, capability) ?? 0;
}

function prefixTable({ prefixes }: Program, capability: CapabilityId): number | undefined {
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
