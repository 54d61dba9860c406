import {
  type Agreement,
  type AttestationMethod,
  type CapabilityId,
  canonicalId,
  type Decision,
  type DecisionInputs,
  type Env,
  type Instant,
  type IntegerJson,
  type Profile,
  type ProfileId,
  type ReadRouteInput,
  type RouteInput,
  readRouteInput,
  type SpeciesId,
  type StepName,
  type TenantId,
  type WorkerId,
  type WorkerRecord,
} from "@guildhall/protocol";
import type { AttestationFinding } from "./check-attestation.ts";
import { recordedKey } from "./check-key.ts";
import { type Difference, firstDifference } from "./compare.ts";
import type { Program } from "./compile.ts";
import { decide } from "./decide.ts";
import { freeze } from "./freeze.ts";
import type {
  Snapshot,
  SnapshotAgreement,
  SnapshotAttestation,
  SnapshotCertificate,
  SnapshotWorker,
  TenantStatus,
} from "./snapshot.ts";
import { snapshotAgreement, snapshotWorker } from "./snapshot.ts";

/**
 * Derives a recorded decision again, from its receipt's `inputs` and what they name by digest. Everything live that the
 * decision saw stands in the inputs; everything large stands in the material.
 */

/** What a receipt names by digest, as the Hall stored it. Missing entries are named in the answer. */
export interface ReplayMaterial {
  /** Compiled from the bundle with this digest. */
  program(digest: string): Program | null;
  record(hash: string): WorkerRecord | null;
  profile(digest: string): Profile | null;
  agreement(digest: string): Agreement | null;
  certificate(digest: string): SnapshotCertificate | null;
  /** The body of a request that broke its schema; undefined where it was erased. Nothing else needs the payload. */
  payload: unknown;
}

export type Replay =
  | { outcome: "same"; derived: Decision; notDerivable: readonly Gap[] }
  | { outcome: "different"; derived: Decision; difference: Difference; notDerivable: readonly Gap[] }
  | { outcome: "not_derivable"; notDerivable: readonly Gap[] };

/** What cannot be derived again, and why. */
export interface Gap {
  step: StepName;
  reason: string;
}

/** @param decidedAt the receipt's `decided_at` */
export function replay(recorded: Decision, decidedAt: Instant, material: ReplayMaterial): Replay {
  const { inputs } = recorded;
  const gaps: Gap[] = [];
  const bundle = text(inputs.bundle_digest);
  const program = material.program(bundle);
  if (program === null)
    gaps.push({ step: "rule", reason: `bundle ${bundle || "(none named)"} is not there` });
  const read = readAgain(recorded, material.payload, gaps);
  const snapshot = snapshotOf(recorded, Date.parse(decidedAt), material, gaps);
  if (gaps.length > 0) return { outcome: "not_derivable", notDerivable: gaps };

  // Written down only where the agreement names agents: otherwise nothing depends on its name.
  const agent = text(inputs.agent);
  // Without a gap there are program and request.
  const derived = decide(
    program as Program,
    { ...snapshot, blastSpent: new Map([[agent, whole(inputs.blast_spent)]]) },
    {
      read: read as ReadRouteInput,
      tenantId: snapshot.tenantId,
      agent,
      key: recordedKey(inputs),
      identities: new Set(inputs.signatory_bound === false ? [] : [text(inputs.tenant_id)]),
    },
    Date.parse(decidedAt),
  );
  // Only counted, never looked at.
  if (inputs.candidates_untried_unlisted !== undefined)
    derived.inputs.candidates_untried_unlisted = inputs.candidates_untried_unlisted;
  const difference = firstDifference(recorded, derived);
  return difference === null
    ? { outcome: "same", derived, notDerivable: [] }
    : { outcome: "different", derived, difference, notDerivable: [] };
}

/** The request as the engine read it: from the inputs, or for an invalid one from the body itself. */
function readAgain({ inputs }: Decision, payload: unknown, gaps: Gap[]): ReadRouteInput | null {
  if (inputs.problems !== undefined) {
    if (payload !== undefined) return readRouteInput(payload as Record<string, unknown>);
    gaps.push({ step: "input", reason: "the payload was erased, and it alone says what was wrong with it" });
    return null;
  }
  return requestOf(inputs);
}

/** A request that every decision of these inputs would be made of. The payload's facts stand for the payload. */
export function requestOf(inputs: DecisionInputs): ReadRouteInput {
  const facts = Array.isArray(inputs.request_facts) ? inputs.request_facts : [];
  const input = {
    capability_id: text(inputs.capability_id),
    env: inputs.env,
    data_label: inputs.data_label,
    tenant_risk: inputs.tenant_risk,
    qos_class: inputs.qos_class,
    tenant_id: text(inputs.tenant_id),
    correlation_id: text(inputs.correlation_id),
    request: Object.fromEntries(facts.map((fact) => [fact, true])),
    blast_score: inputs.blast_score,
    dry_run: inputs.dry_run === true,
    policy_version: text(inputs.policy_version),
    ...(inputs.tenant_credential_present === true && { tenant_credential: "" }),
  } as RouteInput;
  const capability = canonicalId("cap", input.capability_id) as CapabilityId;
  return { valid: true, input, capability, warnings: [] };
}

function snapshotOf(recorded: Decision, nowMs: number, material: ReplayMaterial, gaps: Gap[]): Snapshot {
  const { inputs } = recorded;
  const env = inputs.env as Env;
  const egress = (inputs.egress ?? NO_EGRESS) as { allowed: readonly string[]; configured: boolean };
  // Where a list was there and named none of the worker's domains, one that is no domain stands for it.
  const allowed = egress.configured && egress.allowed.length === 0 ? [" "] : egress.allowed;
  const workers = workersOf(recorded, nowMs, material, gaps);
  const attestation = inputs.attestation as { configured: boolean } | undefined;
  const selected = recorded.selected?.worker_id as WorkerId | undefined;
  const certificates = certificatesOf(inputs, material, gaps);
  return {
    tenantId: "00000000-0000-4000-8000-000000000001" as TenantId,
    version: whole(inputs.snapshot_version),
    epoch: whole(inputs.epoch),
    hallEpoch: whole(inputs.hall_epoch),
    takenAtMs: nowMs - whole(inputs.snapshot_age_ms),
    maxAgeMs: whole(inputs.snapshot_max_age_ms),
    tenantStatus: tenantStatusOf(inputs.tenant_status),
    workers,
    bannedWorkers: new Set(
      passedOver(inputs)
        .filter(({ banned }) => banned)
        .map(({ worker_id }) => worker_id),
    ),
    bansVersion: whole(inputs.bans_version),
    egressAllowlist: { ...NO_DOMAINS, [env]: allowed },
    environmentProfiles: {
      ...NO_PROFILES,
      [env]: (inputs.environment_profile as ProfileId | undefined) ?? null,
    },
    profiles: profilesOf(recorded, material, gaps),
    signatoryRequired: inputs.signatory_required === true,
    agreements: agreementsOf(inputs, material, gaps),
    quotaLeft: new Map(
      namedAgreements(inputs).map(({ agreement_id, quota_left }) => [agreement_id, whole(quota_left)]),
    ),
    certificates: new Map(selected === undefined ? [] : [[selected, certificates]]),
    attestationConfigured: attestation?.configured === true,
    chainSums: new Map([[text(inputs.correlation_id), whole(inputs.chain_sum)]]),
    blastSpent: new Map(),
    catalogVersion: text(inputs.catalog_version),
  };
}

/** What stands for what the decision never looked at. */
const UNOPENED = { profile: {} as Profile, digest: "" };
const NO_EGRESS = { allowed: [], configured: false };
const NO_DOMAINS: Record<Env, readonly string[]> = { dev: [], stage: [], prod: [], edge: [] };
const NO_PROFILES: Record<Env, null> = { dev: null, stage: null, prod: null, edge: null };
/** A worker that was not looked at, because another had been selected before it: all but its names. */
const UNSEEN: Omit<SnapshotWorker, "workerId" | "speciesId"> = freeze({
  capabilities: new Set(),
  allowedEnvironments: null,
  implements: new Set(),
  requiredControls: [],
  recordHash: "",
  transportDigest: null,
  available: false,
  dimensionSum: 0,
  privilegeEnvelope: null,
  catalogVersionMin: null,
  riskTier: "unknown",
  attestation: null,
});

interface PassedOver {
  worker_id: string;
  record_hash: string;
  transport_digest: string | null;
  available: boolean;
  banned: boolean;
}

function passedOver(inputs: DecisionInputs): PassedOver[] {
  return (inputs.passed_over ?? []) as unknown as PassedOver[];
}

/** Written down only where it is not active. */
function tenantStatusOf(recorded: unknown): TenantStatus {
  return recorded === "suspended" || recorded === "restricted" ? recorded : "active";
}

/** Whoever the receipt lists: those that were looked at by their records, the others by their names alone. */
function workersOf(recorded: Decision, nowMs: number, material: ReplayMaterial, gaps: Gap[]) {
  const looked = new Map(passedOver(recorded.inputs).map((one) => [one.worker_id, one]));
  const { selected } = recorded;
  const workers = new Map<SpeciesId, SnapshotWorker[]>();
  for (const { worker_id, worker_species_id } of recorded.candidates) {
    if (worker_id === null) continue;
    const isSelected = worker_id === selected?.worker_id;
    const live = isSelected
      ? {
          record_hash: selected.worker_record_hash,
          transport_digest: selected.transport_digest,
          available: true,
        }
      : looked.get(worker_id);
    const record = live && material.record(live.record_hash);
    if (live && !record) gaps.push({ step: "worker", reason: `record ${live.record_hash} is not there` });
    const worker =
      live && record
        ? snapshotWorker(record, {
            recordHash: live.record_hash,
            transportDigest: live.transport_digest,
            available: live.available,
            attestation: isSelected ? attestationOf(recorded, nowMs) : null,
          })
        : { ...UNSEEN, workerId: worker_id as WorkerId, speciesId: worker_species_id as SpeciesId };
    const species = workers.get(worker.speciesId) ?? [];
    species.push(worker);
    workers.set(worker.speciesId, species);
  }
  return workers;
}

/** Hashes stay outside of receipts, so two that are found the same way stand for them. */
function attestationOf({ inputs }: Decision, nowMs: number): SnapshotAttestation | null {
  const { finding, method } = (inputs.attestation ?? { finding: "missing", method: null }) as {
    finding: AttestationFinding;
    method: AttestationMethod | null;
  };
  if (method === null) return null;
  const registered = "0".repeat(64);
  const other = "1".repeat(64);
  return {
    method,
    registeredHash: finding === "invalid_hash" ? "" : registered,
    currentHash: finding === "unavailable" ? null : finding === "differs" ? other : registered,
    validUntilMs: finding === "expired" ? nowMs : nowMs + 1,
  };
}

function profilesOf(
  { profiles, inputs, recommended_profiles }: Decision,
  material: ReplayMaterial,
  gaps: Gap[],
): Snapshot["profiles"] {
  const held = new Map<ProfileId, { profile: Profile; digest: string }>();
  for (const { profile_id, digest } of profiles ?? []) {
    const profile = material.profile(digest);
    if (profile === null)
      gaps.push({ step: "profile", reason: `profile ${profile_id} (${digest}) is not there` });
    else held.set(profile_id as ProfileId, { profile, digest });
  }
  // Where one was not held the others were never opened: that they were there is all that was seen of them.
  const unheld = inputs.profiles_unheld;
  if (Array.isArray(unheld))
    for (const { profile_id } of [...recommended_profiles, { profile_id: text(inputs.environment_profile) }])
      if (!unheld.includes(profile_id)) held.set(profile_id as ProfileId, UNOPENED);
  return held;
}

interface NamedAgreement {
  agreement_id: string;
  digest: string;
  state: string;
  quota_left?: IntegerJson;
}

function namedAgreements(inputs: DecisionInputs): NamedAgreement[] {
  return (inputs.agreements ?? []) as unknown as NamedAgreement[];
}

function agreementsOf(inputs: DecisionInputs, material: ReplayMaterial, gaps: Gap[]): SnapshotAgreement[] {
  const agreements: SnapshotAgreement[] = [];
  for (const { agreement_id, digest, state } of namedAgreements(inputs)) {
    const agreement = material.agreement(digest);
    if (agreement === null)
      gaps.push({ step: "agreement", reason: `agreement ${agreement_id} (${digest}) is not there` });
    else agreements.push(snapshotAgreement({ ...agreement, state: state as Agreement["state"] }, digest));
  }
  return agreements;
}

function certificatesOf(
  inputs: DecisionInputs,
  material: ReplayMaterial,
  gaps: Gap[],
): SnapshotCertificate[] {
  const named = (inputs.certificates ?? []) as { certificate_id: string; digest: string; revoked: boolean }[];
  const certificates: SnapshotCertificate[] = [];
  for (const { certificate_id, digest, revoked } of named) {
    const certificate = material.certificate(digest);
    if (certificate === null)
      gaps.push({ step: "certification", reason: `certificate ${certificate_id} (${digest}) is not there` });
    else certificates.push({ ...certificate, revoked });
  }
  return certificates;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Absent is 0. A figure that was no safe integer travels as text. */
function whole(value: unknown): number {
  return value === undefined ? 0 : Number(value);
}
