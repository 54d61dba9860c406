import { objectIn, objectsIn, textIn, wholeIn } from "./hall-answer.ts";
import type { JsonObject } from "./read-json.ts";

/** A Hall's answer to what a bundle would change. The words in it are the Hall's and its callers'. */
export interface Simulation {
  asked: number;
  /** Requests that break RouteInput: no bundle changes what becomes of them. */
  invalid: number;
  /** Requests whose receipts say too little to ask them again. */
  skipped: number;
  changed: number;
  changes: Change[];
  groups: { by: string; counts: [name: string, count: number][] }[];
  /** The digest of the bundle in force; NO_BUNDLE where none is. */
  comparedWith: string;
}

export interface Change {
  decisionId: string;
  capabilityId: string;
  tenantId: string;
  before: Verdict;
  after: Verdict;
}

export interface Verdict {
  outcome: string;
  code: string | null;
  rule: string;
  worker: string | null;
}

/** @throws NoAnswer */
export function readSimulation(body: JsonObject): Simulation {
  return {
    asked: wholeIn(body, "asked"),
    invalid: wholeIn(body, "invalid"),
    skipped: body.skipped === undefined ? 0 : wholeIn(body, "skipped"),
    changed: wholeIn(body, "changed"),
    changes: objectsIn(body, "changes").map((change) => ({
      decisionId: textIn(change, "decision_id"),
      capabilityId: textIn(change, "capability_id"),
      tenantId: textIn(change, "tenant_id"),
      before: readVerdict(objectIn(change, "before")),
      after: readVerdict(objectIn(change, "after")),
    })),
    groups: ["outcome", "rule", "tenant", "worker"].map((by) => ({
      by,
      counts: readCounts(objectIn(body, `by_${by}`)),
    })),
    comparedWith: textIn(body, "compared_with"),
  };
}

/** The most frequent first. */
function readCounts(counts: JsonObject): [name: string, count: number][] {
  return Object.keys(counts)
    .map((name): [string, number] => [name, wholeIn(counts, name)])
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

function readVerdict(verdict: JsonObject): Verdict {
  return {
    outcome: textIn(verdict, "outcome"),
    code: verdict.code === null ? null : textIn(verdict, "code"),
    rule: textIn(verdict, "rule"),
    worker: verdict.worker === null ? null : textIn(verdict, "worker"),
  };
}
