import type { CapabilityId, ControlId } from "@guildhall/protocol";
import { implementsAll, requiredControls } from "./check-controls.ts";
import type { CompiledCandidate, CompiledRule, Program } from "./compile.ts";
import { prefixOf } from "./rule-reach.ts";
import type { Snapshot, SnapshotWorker } from "./snapshot.ts";

/**
 * One candidate of a rule with one enrolled worker of its species, or with none. What stands here follows from the
 * program and the snapshot's workers alone, whoever asks and whenever.
 */
export interface Place {
  readonly candidate: CompiledCandidate;
  readonly worker: SnapshotWorker | null;
  /** What the candidate and the worker's own record ask for, sorted. */
  readonly required: ControlId[];
  readonly implementsRequired: boolean;
  /** Whether the worker serves the rule's capability; null where the rule is for more than one. */
  readonly serves: boolean | null;
  /** The worker is there, and there is an address to call. */
  readonly callable: boolean;
}

/** The places of a rule in the order in which they are tried: by the rule's order, then by worker id. */
export interface Lineup {
  /** Nearest to hand: mostly it is the only one. Null where the rule names no candidate. */
  readonly first: Place | null;
  readonly others: Iterable<Place>;
  readonly total: number;
}

/** Of longer line-ups all but the first place is made again for each decision: species with many workers would fill the memory. */
const KEPT_MAX = 4;

/** By the snapshot's workers, then by the program, then by rule: forgotten with those they were made of. */
const lineups = new WeakMap<Snapshot["workers"], WeakMap<Program, Lineup[]>>();

/**
 * The rule's places, made when it is first asked for. To look up species and worker anew for each decision costs more
 * than all the rest of it where they are so many that they lie all over the memory.
 */
export function lineupOf(program: Program, rule: CompiledRule, workers: Snapshot["workers"]): Lineup {
  let byProgram = lineups.get(workers);
  if (byProgram === undefined) {
    byProgram = new WeakMap();
    lineups.set(workers, byProgram);
  }
  let byRule = byProgram.get(program);
  if (byRule === undefined) {
    byRule = new Array<Lineup>(program.rules.length);
    byProgram.set(program, byRule);
  }
  const kept = byRule[rule.index];
  if (kept !== undefined) return kept;
  const made = lineUp(rule, workers);
  byRule[rule.index] = made;
  return made;
}

function lineUp(rule: CompiledRule, workers: Snapshot["workers"]): Lineup {
  let total = 0;
  for (const { speciesId } of rule.candidates) total += workers.get(speciesId)?.length || 1;
  const [first = null] = placesOf(rule, workers);
  const others = () => othersOf(rule, workers);
  return { first, others: total > KEPT_MAX ? { [Symbol.iterator]: others } : [...others()], total };
}

function* othersOf(rule: CompiledRule, workers: Snapshot["workers"]): Generator<Place> {
  const places = placesOf(rule, workers);
  places.next();
  yield* places;
}

function* placesOf(rule: CompiledRule, workers: Snapshot["workers"]): Generator<Place> {
  const only = onlyCapability(rule);
  for (const candidate of rule.candidates) {
    const enrolled = workers.get(candidate.speciesId) ?? [];
    if (enrolled.length === 0) yield vacant(candidate);
    for (const worker of enrolled)
      yield {
        candidate,
        worker,
        required: requiredControls(candidate.floor, worker),
        implementsRequired: implementsAll(worker, candidate.floor),
        serves: only === null ? null : worker.capabilities.has(only),
        // Without a transport there is nothing to call, whatever the worker says of itself.
        callable: worker.available && worker.transportDigest !== null,
      };
  }
}

/** Stands in the list for a species of which no worker is enrolled. */
function vacant(candidate: CompiledCandidate): Place {
  return {
    candidate,
    worker: null,
    required: candidate.floor,
    implementsRequired: false,
    serves: false,
    callable: false,
  };
}

function onlyCapability({ reach: { patterns } }: CompiledRule): CapabilityId | null {
  const only = patterns?.length === 1 ? patterns[0] : undefined;
  return only === undefined || prefixOf(only) !== null ? null : (only as string as CapabilityId);
}
