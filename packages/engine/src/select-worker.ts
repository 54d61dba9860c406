import type { Candidate, CapabilityId, ControlId, Env, RouteInput, SkipReason } from "@guildhall/protocol";
import { implementsAll, inOrder, missingControls } from "./check-controls.ts";
import type { CompiledCandidate, CompiledRule } from "./compile.ts";
import type { Lineup, Place } from "./lineup.ts";
import type { Refusal } from "./refusal.ts";
import { shown, shownList } from "./sanitise.ts";
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
  /** The enrolled workers that were tested and passed over, in rank order. */
  readonly passedOver: readonly SnapshotWorker[];
}

/**
 * The first worker in rank order that may and can do this: species by the rule's order, then by worker id.
 * @param further controls that profiles require beside those of rule, candidate and record
 */
export function selectWorker(
  lineup: Lineup,
  snapshot: Snapshot,
  capability: CapabilityId,
  env: Env,
  further: readonly ControlId[],
): Selection {
  const passedOver: SnapshotWorker[] = [];
  const candidates: Candidate[] = [];
  let selected: SnapshotWorker | null = null;
  let required: ControlId[] | null = null;
  let tested = 0;
  const others = lineup.total > 1 ? lineup.others[Symbol.iterator]() : null;
  for (let place = lineup.first; place !== null; place = others?.next().value ?? null) {
    if (selected !== null) {
      if (candidates.length === tested + UNTRIED_LISTED_MAX) break;
      candidates.push(row(place, "already_selected"));
      continue;
    }
    const skip =
      place.worker === null ? "unavailable" : whyNot(place, place.worker, snapshot, capability, env, further);
    candidates.push(row(place, skip));
    tested++;
    if (skip === null) selected = place.worker;
    else if (place.worker !== null) passedOver.push(place.worker);
    if (skip === null || required === null) required = union(place.required, further);
  }
  return {
    candidates,
    unlisted: lineup.total - candidates.length,
    required: required ?? union(lineup.rule.floor, further),
    worker: selected,
    passedOver,
  };
}

function union(controls: ControlId[], further: readonly ControlId[]): ControlId[] {
  return further.length === 0 ? controls : inOrder([...controls, ...further]);
}

/** What first keeps this worker from the work, or null. */
function whyNot(
  place: Place,
  worker: SnapshotWorker,
  snapshot: Snapshot,
  capability: CapabilityId,
  env: Env,
  further: readonly ControlId[],
): SkipReason | null {
  if (!(place.serves ?? worker.capabilities.has(capability))) return "capability_not_served";
  if (worker.allowedEnvironments !== null && !worker.allowedEnvironments.has(env)) return "env_not_allowed";
  if (!place.implementsRequired || !implementsAll(worker, further)) return "required_controls_missing";
  if (!isCatalogKnown(worker, snapshot)) return "catalog_version_too_low";
  if (snapshot.bannedWorkers.has(worker.workerId)) return "banned";
  return place.callable ? null : "unavailable";
}

function row({ candidate, worker }: Place, skip: SkipReason | null): Candidate {
  return {
    requires_controls_minimum: candidate.minimum,
    score_hint: candidate.scoreHint,
    skip_reason: skip,
    worker_id: worker === null ? null : worker.workerId,
    worker_species_id: candidate.speciesId,
  };
}

/** True where the worker's record was not written for a later catalog than this Hall's. */
function isCatalogKnown({ catalogVersionMin }: SnapshotWorker, { catalogVersion }: Snapshot): boolean {
  if (catalogVersionMin === null) return true;
  const asked = versionOf(catalogVersionMin);
  const known = versionOf(catalogVersion);
  // A version that cannot be read cannot be promised.
  if (asked === null || known === null) return false;
  for (let at = 0; at < asked.length; at++) {
    const difference = (known[at] as number) - (asked[at] as number);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** `X.Y.Z`, also as `wcp-catalog@X.Y.Z` (contract 1.1). */
function versionOf(text: string): number[] | null {
  const parts = /^(?:wcp-catalog@)?(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/.exec(text);
  return parts === null ? null : parts.slice(1).map(Number);
}

/** Nobody is left: the refusal says what stopped the candidate that the rule ranks first. */
export function noWorker(
  rule: CompiledRule,
  snapshot: Snapshot,
  candidates: readonly Candidate[],
  input: RouteInput,
  further: readonly ControlId[],
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
  if (worker === undefined)
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
        because: `${name} may run in ${shownList([...(worker.allowedEnvironments as ReadonlySet<Env>)].sort())}${others}.`,
      };
    case "required_controls_missing": {
      const missing = missingControls(worker, union(candidate.floor, further));
      return {
        code: "DENY_MISSING_REQUIRED_CONTROLS",
        details: { missing, worker_id: name },
        because: `${name} lacks ${shownList(missing)}${others}.`,
      };
    }
    case "catalog_version_too_low":
      return {
        code: "DENY_CATALOG_VERSION",
        details: { known: snapshot.catalogVersion, worker_id: name },
        because: `${name} asks for ${shown(worker.catalogVersionMin as string)}; this Hall knows ${snapshot.catalogVersion}${others}.`,
      };
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
    // The first candidate of a rule, where no worker was selected, bears neither.
    case "already_selected":
    case null:
      return {
        code: "DENY_NO_AVAILABLE_WORKER",
        details: { worker_id: name },
        because:
          worker.transportDigest === null
            ? `${name} has no address to call${others}.`
            : `${name} is suspended or retired${others}.`,
      };
  }
}
