import {
  ATTESTATION_METHODS,
  type AttestationMethod,
  BLAST_GATE,
  type ControlId,
  type EnvelopeLimits,
  type NetworkEgress,
  type PolicyId,
  type Profile,
  type ProfileId,
  type RouteInput,
} from "@guildhall/protocol";
import { inOrder } from "./check-controls.ts";
import type { CompiledRule } from "./compile.ts";
import { freeze } from "./freeze.ts";
import { isGuarded } from "./guarded-env.ts";
import type { Refusal } from "./refusal.ts";
import { shown, shownList } from "./sanitise.ts";
import type { Snapshot, SnapshotProfile } from "./snapshot.ts";

/**
 * Everything that is demanded of one request beside its rule: the platform's own demands, those of the profile that
 * stands for the environment, and those of the profiles that the rule asks for. Of each the strictest holds.
 */
export interface Floors {
  readonly profiles: readonly SnapshotProfile[];
  readonly agreementRequired: boolean;
  readonly certificationRequired: boolean;
  readonly attestationMinimum: AttestationMethod | null;
  readonly envelopeRequired: boolean;
  readonly egress: NetworkEgress;
  readonly secretsAllowed: boolean;
  /** A path or a tool has to stand in each of these lists. */
  readonly writes: readonly (readonly string[])[];
  readonly tools: readonly (readonly string[])[];
  readonly holdAt: number | null;
  readonly denyAt: number | null;
  readonly dimensionsHoldAt: number | null;
  readonly dimensionsDenyAt: number | null;
  readonly budgetPerHour: number | null;
  readonly controls: readonly ControlId[];
  readonly policies: readonly PolicyId[];
}

/** Whoever asks for profiles. */
type Asking = Pick<CompiledRule, "ruleId" | "profiles">;
type Asked = Pick<RouteInput, "env" | "data_label">;

const OPEN: Floors = freeze({
  profiles: [],
  agreementRequired: false,
  certificationRequired: false,
  attestationMinimum: null,
  envelopeRequired: false,
  egress: "unrestricted",
  secretsAllowed: true,
  writes: [],
  tools: [],
  holdAt: null,
  denyAt: null,
  dimensionsHoldAt: null,
  dimensionsDenyAt: null,
  budgetPerHour: null,
  controls: [],
  policies: [],
});
const GUARDED: Floors = freeze({ ...OPEN, egress: "allowlisted", holdAt: BLAST_GATE });
/** RESTRICTED data in prod and edge: an envelope must exist and may name no secrets (contract 2.5). */
const GUARDED_RESTRICTED: Floors = freeze({ ...GUARDED, envelopeRequired: true, secretsAllowed: false });

/** What the platform itself demands. No profile loosens it. */
export function platformFloors(asked: Asked): Floors {
  if (!isGuarded(asked.env)) return OPEN;
  return asked.data_label === "RESTRICTED" ? GUARDED_RESTRICTED : GUARDED;
}

/** The floors for this request, or the refusal where a profile that is asked for is not held. */
export function floorsFor(rule: Asking, snapshot: Snapshot, asked: Asked): Floors | Refusal {
  const platform = platformFloors(asked);
  const standing = snapshot.environmentProfiles[asked.env];
  if (standing === null && rule.profiles.length === 0) return platform;

  const ids = inOrder([
    ...(standing === null ? [] : [standing]),
    ...rule.profiles.map(({ profile_id }) => profile_id as ProfileId),
  ]);
  const unknown = ids.filter((id) => !snapshot.profiles.has(id));
  if (unknown.length > 0) return unheld(rule, unknown, standing);
  return ids
    .map((id) => snapshot.profiles.get(id) as SnapshotProfile)
    .reduce((floors, held) => tightened(floors, held, asked), platform);
}

function unheld(rule: Asking, profiles: ProfileId[], standing: ProfileId | null): Refusal {
  const by = profiles.includes(standing as ProfileId)
    ? "The environment stands under"
    : `${shown(rule.ruleId)} recommends`;
  return {
    code: "DENY_PROFILE_UNCONFIGURED",
    details: { profiles },
    because: `${by} ${shownList(profiles)}.`,
  };
}

function tightened(floors: Floors, held: SnapshotProfile, asked: Asked): Floors {
  const profile: Profile = held.profile;
  const envelope: EnvelopeLimits = profile.privilege_envelope;
  return {
    profiles: [...floors.profiles, held],
    agreementRequired: floors.agreementRequired || profile.agreement_required,
    certificationRequired:
      floors.certificationRequired || profile.certification_for.includes(asked.data_label),
    attestationMinimum: strongerMethod(floors.attestationMinimum, profile.attestation_minimum),
    envelopeRequired: floors.envelopeRequired || envelope.required_for.includes(asked.data_label),
    egress: narrower(floors.egress, envelope.network_egress),
    secretsAllowed: floors.secretsAllowed && envelope.secrets_for.includes(asked.data_label),
    writes:
      envelope.filesystem_writes === null ? floors.writes : [...floors.writes, envelope.filesystem_writes],
    tools: envelope.tools === null ? floors.tools : [...floors.tools, envelope.tools],
    holdAt: lower(floors.holdAt, profile.blast.hold_at),
    denyAt: lower(floors.denyAt, profile.blast.deny_at),
    dimensionsHoldAt: lower(floors.dimensionsHoldAt, profile.blast.dimensions_hold_at),
    dimensionsDenyAt: lower(floors.dimensionsDenyAt, profile.blast.dimensions_deny_at),
    budgetPerHour: lower(floors.budgetPerHour, profile.blast.budget_per_hour),
    controls: inOrder([...floors.controls, ...profile.controls_required]),
    policies: inOrder([...floors.policies, ...profile.policies]),
  };
}

/** The lower of two limits, where null is none. */
function lower(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

export function strongerMethod(
  a: AttestationMethod | null,
  b: AttestationMethod | null,
): AttestationMethod | null {
  return strengthOf(a) >= strengthOf(b) ? a : b;
}

/** Weaker than any method is none: it has no place among them. */
function strengthOf(method: AttestationMethod | null): number {
  return ATTESTATION_METHODS.indexOf(method as AttestationMethod);
}

const EGRESS = ["none", "allowlisted", "unrestricted"] as const satisfies readonly NetworkEgress[];

/** True where `egress` is within `limit`. */
export function egressWithin(egress: NetworkEgress, limit: NetworkEgress): boolean {
  return EGRESS.indexOf(egress) <= EGRESS.indexOf(limit);
}

function narrower(a: NetworkEgress, b: NetworkEgress): NetworkEgress {
  return egressWithin(a, b) ? a : b;
}
