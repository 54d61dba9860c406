import type { CapabilityPattern, RuleMatch } from "@guildhall/protocol";
import { DataLabel, Env, QosClass, TenantRisk } from "@guildhall/protocol";
import { inOrder } from "./check-controls.ts";

/**
 * What a rule's match reaches, in a form that can be compared: which capabilities, and which of the 144 combinations of
 * environment, data label, tenant risk and QoS class. Equal reaches mean the same requests.
 */
export interface Reach {
  /** Sorted, each once, none under another of them; null is every capability. */
  readonly patterns: readonly CapabilityPattern[] | null;
  /** One bit for each value of the four enums that the match lets through; at least one of each enum. */
  readonly conditions: number;
}

/** Four of the five match fields are enums, so a capability has 4·3·3·4 = 144 cells. */
export const CELLS = 144;

const ENV_BIT = 0;
const LABEL_BIT = ENV_BIT + Env.options.length;
const RISK_BIT = LABEL_BIT + DataLabel.options.length;
const QOS_BIT = RISK_BIT + TenantRisk.options.length;

export function reachOf(match: RuleMatch): Reach {
  return {
    patterns: patternsOf(match.capability_id),
    conditions:
      bitsOf(match.env, Env.options, ENV_BIT) |
      bitsOf(match.data_label, DataLabel.options, LABEL_BIT) |
      bitsOf(match.tenant_risk, TenantRisk.options, RISK_BIT) |
      bitsOf(match.qos_class, QosClass.options, QOS_BIT),
  };
}

/** `cap.doc` of `cap.doc.*`, or null where the pattern is a capability. */
export function prefixOf(pattern: CapabilityPattern): string | null {
  return pattern.endsWith(".*") ? pattern.slice(0, -2) : null;
}

/** `cap.doc` of `cap.doc.summarize`; null of `cap.doc`, over which stands only what is said of every capability. */
export function widerPrefix(name: string): string | null {
  const end = name.lastIndexOf(".");
  return end <= "cap".length ? null : name.slice(0, end);
}

/** The bits that `conditions` has for these environments. */
export function envBits(envs: Iterable<Env>): number {
  let bits = 0;
  for (const env of envs) bits |= 1 << (ENV_BIT + Env.options.indexOf(env));
  return bits;
}

/** True where every request that `b` reaches is one that `a` reaches. */
export function covers(a: Reach, b: Reach): boolean {
  if ((a.conditions & b.conditions) !== b.conditions) return false;
  if (a.patterns === null) return true;
  if (b.patterns === null) return false;
  const within = new Set<string>(a.patterns);
  return b.patterns.every((pattern) => within.has(pattern) || isUnder(pattern, within));
}

/** The cells that the conditions cover, rising. */
export function* cellsOf(conditions: number): Generator<number> {
  for (let cell = 0; cell < CELLS; cell++) if ((bitsOfCell(cell) & ~conditions) === 0) yield cell;
}

function bitsOfCell(cell: number): number {
  return (
    (1 << (ENV_BIT + Math.floor(cell / 36))) |
    (1 << (LABEL_BIT + (Math.floor(cell / 12) % 3))) |
    (1 << (RISK_BIT + (Math.floor(cell / 4) % 3))) |
    (1 << (QOS_BIT + (cell % 4)))
  );
}

type Condition<T> = T | { in: T[] } | { eq: T } | { any: true };

/** The values that a condition lets through, or null for all. */
function valuesOf<T extends string>(condition: Condition<T> | undefined): readonly T[] | null {
  if (condition === undefined) return null;
  if (typeof condition === "string") return [condition];
  if ("any" in condition) return null;
  return "eq" in condition ? [condition.eq] : condition.in;
}

function bitsOf<T extends string>(
  condition: Condition<T> | undefined,
  all: readonly T[],
  from: number,
): number {
  let bits = 0;
  for (const value of valuesOf(condition) ?? all) bits |= 1 << (from + all.indexOf(value));
  return bits;
}

function patternsOf(condition: RuleMatch["capability_id"]): readonly CapabilityPattern[] | null {
  const named = valuesOf(condition);
  if (named === null || named.some((pattern) => (pattern as string) === "cap.*")) return null;
  if (named.length === 1) return [...named];
  const all = new Set<string>(named);
  return inOrder(named).filter((pattern) => !isUnder(pattern, all));
}

/** True where one of the patterns is a prefix that `pattern` lies under. */
function isUnder(pattern: CapabilityPattern, patterns: ReadonlySet<string>): boolean {
  let prefix = widerPrefix(prefixOf(pattern) ?? pattern);
  while (prefix !== null) {
    if (patterns.has(`${prefix}.*`)) return true;
    prefix = widerPrefix(prefix);
  }
  return false;
}
