import type { CapabilityId, ControlId } from "@guildhall/protocol";
import { implementsAll, requiredControls } from "./check-controls.ts";
import type { CompiledCandidate, CompiledRule, Program } from "./compile.ts";
import { freeze } from "./freeze.ts";
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

/**
 * A rule with its places in the order in which they are tried: by the rule's order, then by worker id. The rule and the first
 * place, which is mostly the only one, are copies made together: they lie side by side, and a decision waits for that part of
 * the memory once. Where programs and workers are large, to fetch them from wherever they lie costs more than all the rest.
 */
export interface Lineup {
  readonly rule: CompiledRule;
  /** Null where the rule names no candidate. */
  readonly first: Place | null;
  readonly others: Iterable<Place>;
  readonly total: number;
}

/** Of longer line-ups all but the first place is made again for each decision: species with many workers would fill the memory. */
const KEPT_MAX = 4;

/** By the snapshot's workers, then by the program, then by rule: forgotten with those they were made of. */
const lineups = new WeakMap<Snapshot["workers"], WeakMap<Program, Lineup[]>>();

/** The line-up of the program's rule at `index`, made when it is first asked for. */
export function lineupOf(program: Program, index: number, workers: Snapshot["workers"]): Lineup {
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
  const kept = byRule[index];
  if (kept !== undefined) return kept;
  const made = lineUp(program.rules[index] as CompiledRule, workers);
  byRule[index] = made;
  return made;
}

function lineUp(rule: CompiledRule, workers: Snapshot["workers"]): Lineup {
  let total = 0;
  for (const { speciesId } of rule.candidates) total += workers.get(speciesId)?.length || 1;
  const [first] = placesOf(rule, workers);
  const others = () => othersOf(rule, workers);
  return {
    rule: copyOfRule(rule),
    first: first === undefined ? null : copyOfPlace(first),
    others: total > KEPT_MAX ? { [Symbol.iterator]: others } : [...others()],
    total,
  };
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

// Field by field, in the originals' order: what is copied by spreading has a form that the machine reads slowly.

function copyOfRule(rule: CompiledRule): CompiledRule {
  return freeze({
    ruleId: rule.ruleId,
    reach: rule.reach,
    candidates: rule.candidates,
    floor: rule.floor,
    profiles: rule.profiles,
    escalation: rule.escalation,
    preconditions: rule.preconditions,
    maxBlast: rule.maxBlast,
    humanIf: rule.humanIf,
    told: rule.told,
  });
}

function copyOfPlace({ candidate, worker, ...made }: Place): Place {
  return {
    candidate: {
      speciesId: candidate.speciesId,
      scoreHint: candidate.scoreHint,
      minimum: candidate.minimum,
      floor: candidate.floor,
    },
    worker: worker === null ? null : copyOfWorker(worker),
    required: made.required,
    implementsRequired: made.implementsRequired,
    serves: made.serves,
    callable: made.callable,
  };
}

function copyOfWorker(worker: SnapshotWorker): SnapshotWorker {
  return {
    workerId: worker.workerId,
    speciesId: worker.speciesId,
    capabilities: worker.capabilities,
    allowedEnvironments: worker.allowedEnvironments,
    implements: worker.implements,
    requiredControls: worker.requiredControls,
    recordHash: worker.recordHash,
    transportDigest: worker.transportDigest,
    available: worker.available,
    dimensionSum: worker.dimensionSum,
    privilegeEnvelope: worker.privilegeEnvelope,
    catalogVersionMin: worker.catalogVersionMin,
    riskTier: worker.riskTier,
    attestation: worker.attestation,
  };
}
