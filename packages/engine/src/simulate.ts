import type { DecisionInputs } from "@guildhall/protocol";
import { recordedKey } from "./check-key.ts";
import { sameVerdict, type Verdict, verdictOf } from "./compare.ts";
import type { Program } from "./compile.ts";
import { decide } from "./decide.ts";
import { requestOf } from "./replay.ts";
import type { Snapshot } from "./snapshot.ts";

/** A decision of the past, as far as another bundle needs it. */
export interface RecordedRequest {
  readonly decisionId: string;
  readonly inputs: DecisionInputs;
  readonly agent: string;
}

export interface SimulatedChange {
  decision_id: string;
  capability_id: string;
  tenant_id: string;
  before: Verdict;
  after: Verdict;
}

export interface Simulation {
  /** How many of the recorded requests were asked again. */
  asked: number;
  /** Those that break RouteInput: no bundle changes what becomes of them. */
  invalid: number;
  changed: number;
  /** The first of them, in the order given. */
  changes: SimulatedChange[];
  /** How many change, by the rule that answers now, the signatory, and the worker that is selected now. */
  by_rule: Record<string, number>;
  by_tenant: Record<string, number>;
  by_worker: Record<string, number>;
  /** How many go from each outcome to each other one: `ALLOW to DENY`. */
  by_outcome: Record<string, number>;
}

const CHANGES_MAX = 200;

/**
 * Asks recorded requests again under two bundles, against one and the same view of the Hall: what differs is the
 * bundles' doing and nobody else's.
 */
export function simulate(
  active: Program,
  draft: Program,
  snapshot: Snapshot,
  recorded: Iterable<RecordedRequest>,
  nowMs: number,
): Simulation {
  const result: Simulation = {
    asked: 0,
    invalid: 0,
    changed: 0,
    changes: [],
    by_rule: Object.create(null),
    by_tenant: Object.create(null),
    by_worker: Object.create(null),
    by_outcome: Object.create(null),
  };
  for (const { decisionId, inputs, agent } of recorded) {
    if (inputs.problems !== undefined) {
      result.invalid++;
      continue;
    }
    result.asked++;
    const read = requestOf(inputs);
    const tenant = String(inputs.tenant_id);
    const request = {
      read,
      tenantId: snapshot.tenantId,
      agent,
      key: recordedKey(inputs),
      identities: new Set(inputs.signatory_bound === false ? [] : [tenant]),
    };
    const before = verdictOf(decide(active, snapshot, request, nowMs));
    const after = verdictOf(decide(draft, snapshot, request, nowMs));
    if (sameVerdict(before, after)) continue;
    result.changed++;
    count(result.by_rule, before.rule);
    count(result.by_tenant, tenant);
    count(result.by_worker, before.worker ?? "none");
    count(result.by_outcome, `${before.outcome} to ${after.outcome}`);
    if (result.changes.length < CHANGES_MAX)
      result.changes.push({
        decision_id: decisionId,
        capability_id: String(inputs.capability_id),
        tenant_id: tenant,
        before,
        after,
      });
  }
  return result;
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
