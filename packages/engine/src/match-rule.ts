import type { CapabilityId, RouteInput, RuleMatch } from "@guildhall/protocol";
import { DataLabel, Env, QosClass, TenantRisk } from "@guildhall/protocol";
import type { CompiledRule, Program } from "./compile.ts";
import { nearestCapabilities } from "./nearest-capabilities.ts";
import type { Refusal } from "./refusal.ts";
import { shownList } from "./sanitise.ts";

/**
 * Four of the five match fields are enums, so a capability has 4·3·3·4 = 144 cells, each of which has one
 * first matching rule. The program holds them, and a match is one look-up however many rules there are.
 */
export const CELLS = 144;

const ENV_AT = { dev: 0, stage: 36, prod: 72, edge: 108 } as const satisfies Record<Env, number>;
const LABEL_AT = { PUBLIC: 0, INTERNAL: 12, RESTRICTED: 24 } as const satisfies Record<DataLabel, number>;
const RISK_AT = { low: 0, medium: 4, high: 8 } as const satisfies Record<TenantRisk, number>;
const QOS_AT = { P0: 0, P1: 1, P2: 2, P3: 3 } as const satisfies Record<QosClass, number>;

/** In a table: no rule matches this cell. */
export const NO_RULE = -1;

/** The first rule in the bundle's order that matches, or null. */
export function matchRule(
  program: Program,
  capability: CapabilityId,
  input: RouteInput,
): CompiledRule | null {
  const offset = program.offsets.get(capability) ?? 0;
  const cell =
    ENV_AT[input.env] + LABEL_AT[input.data_label] + RISK_AT[input.tenant_risk] + QOS_AT[input.qos_class];
  const index = program.cells[offset + cell] ?? NO_RULE;
  return index === NO_RULE ? null : (program.rules[index] as CompiledRule);
}

/** Nothing matches. The nearest names are for an agent that made this one up. */
export function noMatchingRule(program: Program, capability: CapabilityId): Refusal {
  const nearest = nearestCapabilities(capability, program.capabilities);
  const because = program.offsets.has(capability)
    ? "Rules name the capability, but none for these conditions."
    : nearest.length > 0
      ? `No rule names it; the nearest known are ${shownList(nearest)}.`
      : "No rule names it, and none that is near.";
  return { code: "DENY_NO_MATCHING_RULE", details: { nearest_capabilities: nearest }, because };
}

/** The cells that a rule's four enum conditions cover. */
export function cellsOf(match: RuleMatch): number[] {
  const cells: number[] = [];
  for (const env of valuesOf(match.env, Env.options))
    for (const label of valuesOf(match.data_label, DataLabel.options))
      for (const risk of valuesOf(match.tenant_risk, TenantRisk.options))
        for (const qos of valuesOf(match.qos_class, QosClass.options))
          cells.push(ENV_AT[env] + LABEL_AT[label] + RISK_AT[risk] + QOS_AT[qos]);
  return cells;
}

/** The capabilities that a rule names, each once, or null where it matches any. */
export function capabilitiesOf(match: RuleMatch): readonly CapabilityId[] | null {
  const condition = match.capability_id;
  if (condition === undefined) return null;
  if (typeof condition === "string") return [condition];
  if ("any" in condition) return null;
  return "eq" in condition ? [condition.eq] : [...new Set(condition.in)];
}

type Condition<T> = T | { in: T[] } | { eq: T } | { any: true };

function valuesOf<T extends string>(condition: Condition<T> | undefined, all: readonly T[]): readonly T[] {
  if (condition === undefined) return all;
  if (typeof condition === "string") return [condition];
  if ("any" in condition) return all;
  return "eq" in condition ? [condition.eq] : condition.in;
}
