import type {
  Agreement,
  AgreementState,
  AgreementTerms,
  AttestationMethod,
  BlastRadius,
  CapabilityId,
  ControlId,
  DataLabel,
  Env,
  PrivilegeEnvelope,
  Profile,
  ProfileId,
  SpeciesId,
  TenantId,
  WorkerId,
  WorkerRecord,
} from "@guildhall/protocol";
import { REVERSIBILITY } from "@guildhall/protocol";
import { inOrder } from "./check-controls.ts";
import { freeze } from "./freeze.ts";

/**
 * What one tenant's part of the Hall looked like at one moment: everything live that a decision may depend
 * on, with the versions under which the ledger can tell whether it still holds. The engine never writes it.
 */
export interface Snapshot {
  readonly tenantId: TenantId;
  readonly version: number;
  /** The tenant's fence epoch, and the Hall's. */
  readonly epoch: number;
  readonly hallEpoch: number;
  readonly takenAtMs: number;
  readonly maxAgeMs: number;
  readonly tenantStatus: TenantStatus;
  /** The enrolled workers of each species, sorted by worker id. */
  readonly workers: ReadonlyMap<SpeciesId, readonly SnapshotWorker[]>;
  /** Ids of banned workers. */
  readonly bannedWorkers: ReadonlySet<string>;
  readonly bansVersion: number;
  /** The domains that an operator lets workers reach, for each environment. */
  readonly egressAllowlist: Readonly<Record<Env, readonly string[]>>;
  /** The profile that stands for each environment of the tenant; null where none does. */
  readonly environmentProfiles: Readonly<Record<Env, ProfileId | null>>;
  /** Those that the Hall ships and those that the tenant defined. */
  readonly profiles: ReadonlyMap<ProfileId, SnapshotProfile>;
  /** True where this Hall starts nothing without a signatory agreement in force, whatever the profiles say. */
  readonly signatoryRequired: boolean;
  /** Sorted by id; at most one version of each. */
  readonly agreements: readonly SnapshotAgreement[];
  /** What is left of each agreement's quotas, by its id. Nothing is left of a quota that is not named here. */
  readonly quotaLeft: ReadonlyMap<string, number>;
  /** Of each worker, those ever granted, newest first. */
  readonly certificates: ReadonlyMap<WorkerId, readonly SnapshotCertificate[]>;
  /** False where this Hall checks no code at all. */
  readonly attestationConfigured: boolean;
  /** The dimension sums that the chain of a correlation id has added up so far; 0 where it is not named. */
  readonly chainSums: ReadonlyMap<string, number>;
  /** The blast scores that each agent has added up within the last hour; 0 where it is not named. */
  readonly blastSpent: ReadonlyMap<string, number>;
  /** The version of the catalog that this Hall knows, `X.Y.Z`. */
  readonly catalogVersion: string;
}

/** Restricted: not suspended, and with a standing that this Hall's setting lets nobody work with. */
export type TenantStatus = "active" | "restricted" | "suspended";

export interface SnapshotProfile {
  readonly profile: Profile;
  readonly digest: string;
}

export interface SnapshotAgreement {
  readonly agreementId: string;
  readonly version: number;
  readonly digest: string;
  readonly identities: ReadonlySet<string>;
  readonly terms: AgreementTerms;
  readonly state: AgreementState;
  readonly validFromMs: number;
  /** Null: until it is ended. */
  readonly validUntilMs: number | null;
}

export interface SnapshotCertificate {
  readonly certificateId: string;
  readonly digest: string;
  /** Of the record that was examined: a changed record is not certified. */
  readonly recordHash: string;
  readonly capabilities: ReadonlySet<CapabilityId>;
  readonly environments: ReadonlySet<Env>;
  readonly dataLabels: ReadonlySet<DataLabel>;
  readonly revoked: boolean;
  readonly validFromMs: number;
  readonly validUntilMs: number;
}

/** What is known of a worker's code. Neither hash ever enters a decision: it would tell the target of a forgery. */
export interface SnapshotAttestation {
  readonly method: AttestationMethod;
  /** Bare hex SHA-256, as registered. */
  readonly registeredHash: string;
  /** As measured last; null where it could not be learnt. */
  readonly currentHash: string | null;
  /** Until when the measurement counts. */
  readonly validUntilMs: number;
}

export interface SnapshotWorker {
  readonly workerId: WorkerId;
  readonly speciesId: SpeciesId;
  readonly capabilities: ReadonlySet<CapabilityId>;
  /** Null where the record names none: then every environment is allowed. */
  readonly allowedEnvironments: ReadonlySet<Env> | null;
  readonly implements: ReadonlySet<ControlId>;
  /** Sorted, each once. */
  readonly requiredControls: readonly ControlId[];
  readonly recordHash: string;
  /** Digest of the address that would be called; null where none is registered. */
  readonly transportDigest: string | null;
  /** False where it was suspended or retired. */
  readonly available: boolean;
  /** 0-25. */
  readonly dimensionSum: number;
  readonly privilegeEnvelope: PrivilegeEnvelope | null;
  /** `X.Y.Z`, or null where the record names none. */
  readonly catalogVersionMin: string | null;
  readonly riskTier: WorkerRecord["risk_tier"];
  readonly attestation: SnapshotAttestation | null;
}

/** The lists that workers of one snapshot have in common, by their text: most workers say the same few things. */
export type WorkerPool = Map<string, ReadonlySet<unknown> | readonly unknown[]>;

/**
 * A worker as the engine sees it: its record, and what only the Hall knows of it.
 * @param pool one for all workers of a snapshot: what they share is then found in the processor's cache
 */
export function snapshotWorker(
  record: WorkerRecord,
  live: {
    recordHash: string;
    transportDigest: string | null;
    available: boolean;
    attestation?: SnapshotAttestation | null;
  },
  pool: WorkerPool = new Map(),
): SnapshotWorker {
  return {
    workerId: record.worker_id,
    speciesId: record.worker_species_id,
    capabilities: pooledSet(pool, record.capabilities),
    allowedEnvironments: record.allowed_environments ? pooledSet(pool, record.allowed_environments) : null,
    implements: pooledSet(pool, record.currently_implements),
    requiredControls: pooledList(pool, record.required_controls),
    recordHash: live.recordHash,
    transportDigest: live.transportDigest,
    available: live.available,
    dimensionSum: dimensionSum(record.blast_radius),
    privilegeEnvelope: record.privilege_envelope ?? null,
    catalogVersionMin: record.catalog_version_min ?? null,
    riskTier: record.risk_tier,
    attestation: live.attestation ?? null,
  };
}

function pooledSet<T extends string>(pool: WorkerPool, ids: readonly T[]): ReadonlySet<T> {
  return pooled(pool, `set ${JSON.stringify(ids)}`, () => new Set(ids));
}

function pooledList<T extends string>(pool: WorkerPool, ids: readonly T[]): readonly T[] {
  return pooled(pool, `list ${JSON.stringify(ids)}`, () => freeze(inOrder(ids)));
}

function pooled<V extends ReadonlySet<unknown> | readonly unknown[]>(
  pool: WorkerPool,
  text: string,
  make: () => V,
): V {
  const kept = pool.get(text) as V | undefined;
  if (kept !== undefined) return kept;
  const made = make();
  pool.set(text, made);
  return made;
}

/** The five dimensions of contract 4.2 added up, 0-25; 0 where the record declares none. */
export function dimensionSum(blast: BlastRadius | undefined): number {
  if (blast === undefined) return 0;
  const reversibility =
    typeof blast.reversibility === "string" ? REVERSIBILITY[blast.reversibility] : blast.reversibility;
  return 0 + blast.data + blast.network + blast.financial + blast.time + reversibility;
}

/** True where so much work is agreed on and no more. */
export function hasQuota({ terms: { quotas } }: Pick<SnapshotAgreement, "terms">): boolean {
  return quotas.per_hour !== null || quotas.per_day !== null;
}

/** An agreement as the engine sees it. */
export function snapshotAgreement(agreement: Agreement, digest: string): SnapshotAgreement {
  const { agreement_id, version, identities, terms, state, valid_from, valid_until } = agreement;
  return {
    agreementId: agreement_id,
    version,
    digest,
    identities: new Set(identities),
    terms,
    state,
    validFromMs: Date.parse(valid_from),
    validUntilMs: valid_until === null ? null : Date.parse(valid_until),
  };
}
