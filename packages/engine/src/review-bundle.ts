import type { CapabilityId, ControlId, ProfileId, SpeciesId } from "@guildhall/protocol";
import { inOrder } from "./check-controls.ts";
import type { CompiledRule, Program } from "./compile.ts";
import { type FleetReach, fleetReach } from "./fleet-reach.ts";
import { prefixOf } from "./rule-reach.ts";
import { shown, shownList } from "./sanitise.ts";
import type { Snapshot } from "./snapshot.ts";

/** Something about a bundle that its author should know before it is published. */
export interface BundleFinding {
  readonly kind: FindingKind;
  /** An error keeps a rule from ever matching; a warning makes requests fail; a note is a matter of taste. */
  readonly severity: Severity;
  /** Null where the finding is about no single rule. */
  readonly rule_id: string | null;
  /** What else it is about: ids of rules, or of what the rule names; the first twenty. */
  readonly others: readonly string[];
  readonly sentence: string;
  readonly remedy: string;
}

export type FindingKind =
  | "duplicate"
  | "shadowed"
  | "unreachable"
  | "capability_unserved"
  | "control_unheld"
  | "profile_unknown"
  | "policy_missing"
  | "gate_unanswered"
  | "conflicting";

export type Severity = "error" | "warning" | "note";

/** The workers that a bundle would meet, and the profiles that its rules may ask for. */
export type Fleet = Pick<Snapshot, "workers" | "profiles">;

const OTHERS_MAX = 20;

/**
 * What can be said of a bundle without a request: rules that never match, rules that match and cannot succeed with this
 * fleet, rules that quarrel. Errors first, then warnings, then notes, each in the order of the rules.
 */
export function reviewBundle(program: Program, fleet: Fleet): BundleFinding[] {
  return [...shadowFindings(program), ...ruleFindings(program, fleet), ...conflictFindings(program)];
}

function* shadowFindings({ shadowed }: Program): Generator<BundleFinding> {
  for (const { rule_id, by, duplicate } of shadowed) {
    const name = shown(rule_id);
    if (duplicate)
      yield {
        kind: "duplicate",
        severity: "error",
        rule_id,
        others: by,
        sentence: `${name} has the same match as ${shownList(by)}, which stands before it, so it never matches.`,
        remedy: `Remove one of the two, or give ${name} other conditions.`,
      };
    else
      yield {
        kind: "shadowed",
        severity: "error",
        rule_id,
        others: by,
        sentence: `${name} never matches: earlier rules answer wherever it would (${shownList(by)}).`,
        remedy: `Move ${name} before them, narrow their conditions, or remove it.`,
      };
  }
}

function* ruleFindings(program: Program, fleet: Fleet): Generator<BundleFinding> {
  const all = fleetReach([...fleet.workers.values()].flat());
  const bySpecies = new Map<SpeciesId, FleetReach>();
  const ofSpecies = (species: SpeciesId): FleetReach => {
    let reach = bySpecies.get(species);
    if (reach === undefined) {
      reach = fleetReach(fleet.workers.get(species) ?? []);
      bySpecies.set(species, reach);
    }
    return reach;
  };
  const held = new Set<string>(program.policies.map(({ policyId }) => policyId));
  const allows = program.policies.some(({ verdict }) => verdict.effect === "ALLOW");
  for (const rule of program.rules) {
    const name = shown(rule.ruleId);
    const warning = (kind: FindingKind, others: readonly string[], sentence: string, remedy: string) => ({
      kind,
      severity: "warning" as const,
      rule_id: rule.ruleId,
      others: others.slice(0, OTHERS_MAX),
      sentence,
      remedy,
    });

    const unreachable = whyUnreachable(rule, ofSpecies);
    if (unreachable !== null) yield warning("unreachable", ...unreachable);

    const unserved = namedExactly(rule).filter((capability) => !all.serves(capability));
    if (unserved.length > 0)
      yield warning(
        "capability_unserved",
        unserved,
        `${name} names ${shownList(unserved)}, which no enrolled worker serves.`,
        "Enroll a worker that serves it, or correct the name.",
      );

    const unheld = unheldControls(rule, ofSpecies);
    if (unheld.length > 0)
      yield warning(
        "control_unheld",
        unheld,
        `${name} requires ${shownList(unheld)}, which no worker of its candidates implements.`,
        "Enroll a worker that implements it, or take the control out of the rule.",
      );

    const profiles = rule.profiles.map(({ profile_id }) => profile_id as ProfileId);
    const unknown = inOrder(profiles.filter((profile) => !fleet.profiles.has(profile)));
    if (unknown.length > 0)
      yield warning(
        "profile_unknown",
        unknown,
        `${name} asks for ${shownList(unknown)}, which this tenant does not hold, so whatever it matches is denied.`,
        "Define the profile, or correct its id.",
      );

    const missing = inOrder(
      profiles.flatMap((profile) =>
        (fleet.profiles.get(profile)?.profile.policies ?? []).filter((policy) => !held.has(policy)),
      ),
    );
    if (missing.length > 0)
      yield warning(
        "policy_missing",
        missing,
        `${name} asks for a profile that demands ${shownList(missing)}, which this bundle does not hold, so whatever it matches is denied.`,
        "Add the policy to the bundle, or ask for another profile.",
      );

    if (rule.escalation.policy_gate && !allows)
      yield warning("gate_unanswered", ...unanswered(program, rule));
  }
}

type Told = [others: readonly string[], sentence: string, remedy: string];

/** Why nothing that the rule matches can ever be dispatched, or null. */
function whyUnreachable(rule: CompiledRule, ofSpecies: (species: SpeciesId) => FleetReach): Told | null {
  const name = shown(rule.ruleId);
  const species = rule.candidates.map(({ speciesId }) => speciesId);
  if (species.length === 0)
    return [
      [],
      `${name} names no candidate, so whatever it matches is denied.`,
      "Name a candidate, or leave it so if denial is meant.",
    ];
  if (species.every((one) => ofSpecies(one).isEmpty))
    return [
      species,
      `No worker is enrolled of ${shownList(species)}, the candidates of ${name}.`,
      "Enroll a worker of a candidate, or name another species.",
    ];
  if (species.some((one) => ofSpecies(one).mayServe(rule.reach))) return null;
  return [
    species,
    `No worker of the candidates of ${name} serves a capability that it matches in an environment that it matches.`,
    "Enroll a worker that does, name another species, or change the rule's capability or environment.",
  ];
}

function namedExactly({ reach }: CompiledRule): CapabilityId[] {
  const exact = (reach.patterns ?? []).filter((pattern) => prefixOf(pattern) === null);
  return exact as readonly string[] as CapabilityId[];
}

/**
 * Controls of the rule that none of its candidates' workers implements, and controls of a candidate that none of its own
 * does. Candidates of which nobody is enrolled say nothing of this.
 */
function unheldControls(rule: CompiledRule, ofSpecies: (species: SpeciesId) => FleetReach): ControlId[] {
  const enrolled = rule.candidates
    .map(({ speciesId, minimum }) => ({ minimum, reach: ofSpecies(speciesId) }))
    .filter(({ reach }) => !reach.isEmpty);
  if (enrolled.length === 0) return [];
  return inOrder([
    ...rule.floor.filter((control) => !enrolled.some(({ reach }) => reach.controls.has(control))),
    ...enrolled.flatMap(({ minimum, reach }) => minimum.filter((control) => !reach.controls.has(control))),
  ]);
}

/** A rule asks the gate, and no policy can say ALLOW. */
function unanswered({ policies }: Program, rule: CompiledRule): Told {
  const holding = policies.filter(({ asks }) => asks !== null).map(({ policyId }) => policyId);
  const rest =
    holding.length === 0
      ? "so whatever it matches is denied"
      : `so only what ${shownList(holding)} holds for a human can go on`;
  return [
    holding,
    `${shown(rule.ruleId)} sets escalation.policy_gate and no policy of the bundle says ALLOW, ${rest}.`,
    "Add a policy with the effect ALLOW, or take policy_gate out of the rule.",
  ];
}

function* conflictFindings({ conflicts }: Program): Generator<BundleFinding> {
  const remedy = "Check that their order is the one you mean, or make their conditions exclude each other.";
  const note = (rule_id: string | null, others: string[], sentence: string): BundleFinding => ({
    kind: "conflicting",
    severity: "note",
    rule_id,
    others,
    sentence,
    remedy,
  });
  for (const { winner, other } of conflicts.pairs)
    yield note(
      winner,
      [other],
      `${shown(winner)} and ${shown(other)} overlap and decide differently; where both match, ${shown(winner)} answers because it stands first.`,
    );
  const { more, complete } = conflicts;
  if (more > 0 || !complete)
    yield note(
      null,
      [],
      complete
        ? `${more} more pairs of rules overlap and decide differently.`
        : `At least ${more} more pairs of rules overlap and decide differently; they are too many to count.`,
    );
}
