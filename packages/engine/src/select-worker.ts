import type { Candidate, CapabilityId, ControlId, Env, RouteInput, SkipReason } from "@guildhall/protocol";
import { implementsAll, missingControls, requiredControls } from "./check-controls.ts";
import type { CompiledCandidate, CompiledRule } from "./compile.ts";
import type { Refusal } from "./refusal.ts";
import { shownList } from "./sanitise.ts";
import type { Snapshot, SnapshotWorker } from "./snapshot.ts";

/** Candidates after the selected one were not looked at; these many are listed, the rest only counted. */
const UNTRIED_LISTED_MAX = 8;

export interface Selection {
  /** Every worker that was tested, in rank order, and some of those that were not needed. */
  readonly candidates: Candidate[];
  /** How many untried candidates are not listed. */
  readonly unlisted: number;
  /** What the selected worker must implement; of the best-ranked candidate where none was selected. */
  readonly required: ControlId[];
  readonly worker: SnapshotWorker | null;
}

/** Stands in the list for a species of which no worker is enrolled. */
const NONE_ENROLLED: readonly null[] = [null];

/** The first worker in rank order that may and can do this: species by the rule's order, then by worker id. */
export function selectWorker(
  rule: CompiledRule,
  snapshot: Snapshot,
  capability: CapabilityId,
  env: Env,
): Selection {
  const candidates: Candidate[] = [];
  let selected: SnapshotWorker | null = null;
  let required: ControlId[] | null = null;
  let untried = 0;
  for (const candidate of rule.candidates) {
    const workers = enrolled(snapshot, candidate);
    for (let index = 0; index < workers.length; index++) {
      const worker = workers[index] as SnapshotWorker | null;
      if (selected !== null) {
        if (untried >= UNTRIED_LISTED_MAX) {
          untried += workers.length - index;
          break;
        }
        untried++;
        candidates.push(row(candidate, worker, "already_selected"));
        continue;
      }
      const skip = worker === null ? "unavailable" : whyNot(worker, candidate, snapshot, capability, env);
      candidates.push(row(candidate, worker, skip));
      if (skip === null) selected = worker;
      if (skip === null || required === null)
        required = worker === null ? candidate.floor : requiredControls(candidate.floor, worker);
    }
  }
  return {
    candidates,
    unlisted: Math.max(0, untried - UNTRIED_LISTED_MAX),
    required: required ?? rule.floor,
    worker: selected,
  };
}

/** The workers of the candidate's species, or one null. */
function enrolled(snapshot: Snapshot, candidate: CompiledCandidate): readonly (SnapshotWorker | null)[] {
  const workers = snapshot.workers.get(candidate.speciesId);
  return workers === undefined || workers.length === 0 ? NONE_ENROLLED : workers;
}

/** What first keeps this worker from the work, or null. */
function whyNot(
  worker: SnapshotWorker,
  candidate: CompiledCandidate,
  snapshot: Snapshot,
  capability: CapabilityId,
  env: Env,
): SkipReason | null {
  if (!worker.capabilities.has(capability)) return "capability_not_served";
  if (worker.allowedEnvironments !== null && !worker.allowedEnvironments.has(env)) return "env_not_allowed";
  if (!implementsAll(worker, candidate.floor)) return "required_controls_missing";
  if (snapshot.bannedWorkers.has(worker.workerId)) return "banned";
  // Without a transport there is nothing to call, whatever the worker says of itself.
  if (!worker.available || worker.transportDigest === null) return "unavailable";
  return null;
}

function row(
  candidate: CompiledCandidate,
  worker: SnapshotWorker | null,
  skip: SkipReason | null,
): Candidate {
  return {
    requires_controls_minimum: candidate.minimum,
    score_hint: candidate.scoreHint,
    skip_reason: skip,
    worker_id: worker === null ? null : worker.workerId,
    worker_species_id: candidate.speciesId,
  };
}

/** Nobody is left: the refusal says what stopped the candidate that the rule ranks first. */
export function noWorker(
  rule: CompiledRule,
  snapshot: Snapshot,
  candidates: readonly Candidate[],
  input: RouteInput,
): Refusal {
  const best = candidates[0];
  if (best === undefined)
    return {
      code: "DENY_NO_AVAILABLE_WORKER",
      details: {},
      because: "The rule names no candidate.",
    };
  const candidate = rule.candidates[0] as CompiledCandidate;
  const worker = snapshot.workers.get(candidate.speciesId)?.[0];
  const others = candidates.length > 1 ? `; ${candidates.length - 1} ranked below are stopped too` : "";
  if (worker === undefined || best.skip_reason === null)
    return {
      code: "DENY_NO_AVAILABLE_WORKER",
      details: {},
      because: `No worker of ${candidate.speciesId} is enrolled${others}.`,
    };
  const name = worker.workerId;
  switch (best.skip_reason) {
    case "env_not_allowed":
      return {
        code: "DENY_ENVIRONMENT_NOT_ALLOWED",
        details: { env: input.env, worker_id: name },
        because: `${name} may run in ${shownList([...(worker.allowedEnvironments ?? [])].sort())}${others}.`,
      };
    case "required_controls_missing": {
      const missing = missingControls(worker, candidate.floor);
      return {
        code: "DENY_MISSING_REQUIRED_CONTROLS",
        details: { missing, worker_id: name },
        because: `${name} lacks ${shownList(missing)}${others}.`,
      };
    }
    case "banned":
      return {
        code: "DENY_WORKER_BANNED",
        details: { worker_id: name },
        because: `${name} is on the ban list${others}.`,
      };
    case "capability_not_served":
      return {
        code: "DENY_NO_AVAILABLE_WORKER",
        details: { worker_id: name },
        because: `${name} does not serve the capability${others}.`,
      };
    case "unavailable":
    case "already_selected":
      return {
        code: "DENY_NO_AVAILABLE_WORKER",
        details: { worker_id: name },
        because:
          worker.transportDigest === null
            ? `${name} has no address to call${others}.`
            : `${name} is not available${others}.`,
      };
  }
}
