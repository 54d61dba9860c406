import type { Decision } from "@guildhall/protocol";

/** Where two values differ first, walking keys in sorted order. */
export interface Difference {
  /** Like `inputs.env` or `candidates[0].skip_reason`. */
  path: string;
  /** Canonical JSON of each side; null where one side has nothing there. */
  before: string | null;
  after: string | null;
}

/** The first difference between two JSON values, or null where they are the same. */
export function firstDifference(before: unknown, after: unknown, path = ""): Difference | null {
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = new Set([...keysOf(before), ...keysOf(after)]);
    for (const key of Array.isArray(before) ? keys : [...keys].sort()) {
      const inner = Array.isArray(before) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
      const difference = firstDifference(own(before, key), own(after, key), inner);
      if (difference !== null) return difference;
    }
    return null;
  }
  if (before === after) return null;
  return { path, before: said(before), after: said(after) };
}

/** What people see of a decision: which worker, if any, under which rule, and why not. */
export interface Verdict {
  outcome: Decision["outcome"];
  code: string | null;
  rule: string;
  worker: string | null;
}

export function verdictOf({ outcome, deny, matched_rule_id, selected }: Decision): Verdict {
  return { outcome, code: deny?.code ?? null, rule: matched_rule_id, worker: selected?.worker_id ?? null };
}

export function sameVerdict(a: Verdict, b: Verdict): boolean {
  return a.outcome === b.outcome && a.code === b.code && a.rule === b.rule && a.worker === b.worker;
}

type Container = { [key: string]: unknown } | unknown[];

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}

function keysOf(value: Container): string[] {
  return Object.keys(value);
}

function own(value: Container, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as { [key: string]: unknown })[key] : undefined;
}

function said(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
